"""Forwards the events of jobs: each once, in order, to everybody who may see the job.

For every job that somebody here may see, the feed keeps the number of the last event it emitted. A job it does not know begins
at 0: its whole history is emitted, and who has it already drops it by number. That is always right; the baselines taken when
somebody arrives (``begin_at``) only save the repetition.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from backend.live.replay import (
    PAGE,
    Connection,
    Event,
    JobRow,
    all_jobs,
    events_after,
    find_jobs,
    first_id_at,
    jobs_behind,
    live_body,
)
from backend.live.rooms import STAFF, anybody, occupied, occupied_ids, rooms_of_job

EVERYTHING = "*"  # the payload of a NOTIFY that names no job
LOOK_BACK = timedelta(seconds=60)  # for jobs whose rows were committed late, or stamped by a clock that differs
LOOK_BACK_SHORT = timedelta(seconds=5)  # when told to look at everything, which a busy worker may do often
LOOK_PAUSE_SECONDS = 0.05  # between two such looks
KEEP_FINISHED_SECONDS = 300.0

Emit = Callable[..., object]


@dataclass
class Tracked:
    """A job that somebody here may see, and the last event that was emitted."""

    user_id: uuid.UUID
    canvas_id: uuid.UUID | None
    job_type: str
    seq: int
    touched: float  # monotonic
    finished: bool = False


class JobFeed:
    """The feed of channel ``job_event``; payloads are ``job_id:seq,job_id:seq,…`` or ``*``."""

    channel = "job_event"

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._tracked: dict[uuid.UUID, Tracked] = {}
        self._streams: dict[uuid.UUID, set[threading.Event]] = {}
        self._looked_at, self._looked = datetime.now(UTC), time.monotonic()

    def begin_at(self, jobs: Iterable[JobRow], newcomer: str) -> None:
        """Socket ``newcomer`` has joined and what these jobs did up to ``last_seq`` is history to it.

        Only where nobody else sees the job: for others, what was committed a moment ago may still have to be emitted.
        """
        for job in jobs:
            if job.id not in self._streams and not occupied(_rooms(job), but=newcomer):
                self._tracked.setdefault(job.id, _track(job, job.last_seq))

    def attach(self, job: JobRow, wake: threading.Event) -> None:
        """Set ``wake`` whenever the job has events after ``job.last_seq``, until ``detach``."""
        alone = job.id not in self._streams and not occupied(_rooms(job))
        # For others what was committed a moment ago may still have to be emitted: they drop what they have.
        self._tracked.setdefault(job.id, _track(job, job.last_seq if alone else 0))
        self._streams.setdefault(job.id, set()).add(wake)

    def detach(self, job_id: uuid.UUID, wake: threading.Event) -> None:
        """The end of ``attach``."""
        waiting = self._streams.get(job_id, set())
        waiting.discard(wake)
        if not waiting:
            self._streams.pop(job_id, None)

    def followed(self) -> set[uuid.UUID]:
        """The jobs whose events are forwarded as they come."""
        return set(self._tracked)

    def on_notify(self, connection: Connection, payloads: Sequence[str]) -> None:
        """Emit what the named jobs have not emitted yet."""
        if EVERYTHING in payloads:
            time.sleep(max(0.0, self._looked + LOOK_PAUSE_SECONDS - time.monotonic()))
            self._look(connection, LOOK_BACK_SHORT)
            return
        newest: dict[uuid.UUID, int] = {}
        for hint in ",".join(payloads).split(","):
            job_id, _, seq = hint.partition(":")
            newest[uuid.UUID(job_id)] = max(int(seq), newest.get(uuid.UUID(job_id), 0))
        unknown = [job_id for job_id in newest if job_id not in self._tracked]
        if unknown and (anybody() or self._streams):
            self._track_visible(find_jobs(connection, "id = ANY(%(ids)s)", {"ids": unknown}))
        behind = [job_id for job_id, seq in newest.items() if self._is_behind(job_id, seq)]
        self._emit_pending(connection, behind)

    def sweep(self, connection: Connection) -> None:
        """Emit whatever any visible job has not emitted yet, whether or not a NOTIFY was heard."""
        self._forget()
        self._look(connection, LOOK_BACK)

    def _look(self, connection: Connection, look_back: timedelta) -> None:
        began = datetime.now(UTC)
        if anybody():
            self._track_visible(self._jobs_that_moved(connection, self._looked_at - look_back))
        self._looked_at, self._looked = began, time.monotonic()
        if self._tracked:
            known = {job_id: tracked.seq for job_id, tracked in self._tracked.items()}
            self._emit_pending(connection, jobs_behind(connection, known))

    def _jobs_that_moved(self, connection: Connection, since: datetime) -> Iterator[JobRow]:
        """New and running jobs of those who are here. One index for each condition: an OR would read the table."""
        users, canvases = occupied_ids("user"), occupied_ids("canvas")
        whose = ["user_id = ANY(%(users)s)"] if users else []
        whose += ["canvas_id = ANY(%(canvases)s)"] if canvases else []
        if occupied([STAFF]):
            whose = ["true"]
        parameters = {"users": users, "canvases": canvases, "floor": first_id_at(since)}
        for condition in whose:
            yield from all_jobs(connection, f"{condition} AND id >= %(floor)s", parameters)
            yield from all_jobs(connection, f"{condition} AND status = 'processing'", parameters)

    def _track_visible(self, jobs: Iterable[JobRow]) -> None:
        for job in jobs:
            if job.id in self._streams or occupied(_rooms(job)):
                self._tracked.setdefault(job.id, _track(job, 0))

    def _is_behind(self, job_id: uuid.UUID, seq: int) -> bool:
        tracked = self._tracked.get(job_id)
        return tracked is not None and tracked.seq < seq

    def _emit_pending(self, connection: Connection, job_ids: Sequence[uuid.UUID]) -> None:
        while job_ids:
            events = events_after(connection, {job_id: self._tracked[job_id].seq for job_id in job_ids})
            for event in events:
                self._emit_one(event)
            if len(events) < PAGE:
                return

    def _emit_one(self, event: Event) -> None:
        tracked = self._tracked[event.job_id]
        # Before emitting: an emission may let other green threads run.
        tracked.seq, tracked.touched = event.seq, time.monotonic()
        tracked.finished = event.status in ("completed", "failed", "cancelled")
        body = live_body(event, tracked.job_type, tracked.canvas_id)
        rooms = rooms_of_job(event.job_id, tracked.user_id, tracked.canvas_id)
        self._emit(f"job:{event.type}", body, to=rooms)  # one emission to the union: nobody gets it twice
        for wake in list(self._streams.get(event.job_id, ())):
            wake.set()

    def _forget(self) -> None:
        """Drop jobs that nobody here may see any more, and those that finished a while ago."""
        now = time.monotonic()
        for job_id, tracked in list(self._tracked.items()):
            old = tracked.finished and now - tracked.touched > KEEP_FINISHED_SECONDS
            seen = job_id in self._streams or occupied(rooms_of_job(job_id, tracked.user_id, tracked.canvas_id))
            if old or not seen:
                del self._tracked[job_id]


def _track(job: JobRow, seq: int) -> Tracked:
    return Tracked(job.user_id, job.canvas_id, job.job_type, seq, time.monotonic(), job.finished)


def _rooms(job: JobRow) -> list[str]:
    return rooms_of_job(job.id, job.user_id, job.canvas_id)
