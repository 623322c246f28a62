"""Jobs inside tests: run in the caller's thread, when the test says so, by the statements that a worker uses.

``run_job`` makes one job and runs it once; ``drain`` runs all that can run; ``eager`` drains after each commit. Against the
test's own database: jobs are really enqueued, claimed, fenced, decided and written. Nothing beats, rescues or interrupts
meanwhile, so that a test is the same every time.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from backend.config import Settings
from backend.jobs import store
from backend.jobs.caching import cache_store
from backend.jobs.caching.flights import SOONEST, Flights
from backend.jobs.engine_settings import keeping_settings, use_settings
from backend.jobs.enqueue import enqueue
from backend.jobs.handling.execute import execute
from backend.jobs.handling.run import HeldRuns, Run
from backend.jobs.hints import Hints
from backend.jobs.job import Job
from backend.jobs.link import Link
from backend.jobs.outcome import Failed, Outcome, Released
from backend.jobs.registry import queue_names
from backend.jobs.runtime import worker_store
from backend.jobs.runtime.completer import Completer
from backend.jobs.runtime.follow_up import CARES
from backend.jobs.runtime.limited_claim import Claims
from backend.jobs.runtime.maintenance import FollowUps
from backend.jobs.runtime.worker import WorkerTools
from backend.jobs.store import Connection
from backend.jobs.upkeep import duty_store

LEASE = 3600.0  # seconds: nobody renews it
MAX_RUNS = 1000  # of one drain; more is a job that never ends


@dataclass(frozen=True)
class Ran:
    """One run and what it left: ``status`` is ``queued`` if the job will be tried again."""

    job: Job
    outcome: Outcome
    status: str
    result: dict[str, Any] | None
    error_code: str | None
    error: BaseException | None


def run_job(
    settings: Settings,
    job_type: str,
    request: Mapping[str, Any] | None = None,
    *,
    user_id: uuid.UUID,
    raise_errors: bool = True,
    **options: Any,
) -> Ran:
    """Enqueue a job, commit, and run it once, before any other. ``options`` are those of ``enqueue``. Of a task that keeps
    results the run is another, hidden job.

    With ``raise_errors`` what the handler raised is raised here, if it failed the attempt; it is written all the same.
    """
    with _desk(settings) as desk:
        return desk.run_new(job_type, request or {}, user_id, options, raise_errors)


def drain(
    settings: Settings, *, queues: Sequence[str] | None = None, hurry: bool = False, raise_errors: bool = False
) -> list[Ran]:
    """Run everything that can run now, one job after the other, with all that follows from it.

    With ``hurry`` delays and the pauses of retries are skipped.
    """
    with _desk(settings) as desk:
        return desk.drain(queues, hurry, raise_errors)


@contextmanager
def eager(settings: Settings, *, hurry: bool = False, raise_errors: bool = False) -> Iterator[list[Ran]]:
    """While open, each commit of a SQLAlchemy session runs what it enqueued before it returns. Gives the list of runs.

    A raw connection tells nobody of its commit: call ``drain`` after it.
    """
    ran: list[Ran] = []
    with _desk(settings) as desk:

        def committed(session: Session) -> None:
            if not session.in_nested_transaction():
                ran.extend(desk.drain(None, hurry, raise_errors))

        event.listen(Session, "after_commit", committed)
        try:
            yield ran
        finally:
            event.remove(Session, "after_commit", committed)


@contextmanager
def _desk(settings: Settings) -> Iterator[_Desk]:
    with keeping_settings():
        desk = _Desk(settings)
        try:
            yield desk
        finally:
            desk.close()


class _Desk:
    """A worker without threads."""

    def __init__(self, settings: Settings) -> None:
        use_settings(settings)
        self._link = Link(settings.listen_url or settings.sqlalchemy_url, "test worker")
        self._follow_ups = FollowUps(settings, CARES)
        self._flights = Flights(settings)
        self._held = HeldRuns()
        self._claims = Claims()
        hints = _HintsAtOnce(self._link)
        self._worker_id = self._link.attempt(lambda c: worker_store.register_worker(c, "test", None, 1))
        self._completer = Completer(
            self._link,
            settings,
            self._worker_id,
            self._held,
            hints,
            on_ended=lambda _jobs, _seconds: None,
            on_later=lambda: None,
        )
        self._tools = WorkerTools(settings, self._completer, hints)
        self._busy = False

    def close(self) -> None:
        """Leave as a worker that stops in good order."""
        self._link.attempt(lambda c: worker_store.retire_worker(c, self._worker_id))
        self._link.close()
        self._tools.close()

    def run_new(
        self, job_type: str, request: Mapping[str, Any], user_id: uuid.UUID, options: dict[str, Any], raise_errors: bool
    ) -> Ran:
        """Enqueue and run one job."""

        def make(connection: Connection) -> Job:
            with connection.transaction():
                # Fresh: a stored result would leave nothing to run.
                job = enqueue(connection, job_type, request, user_id=user_id, **{"fresh": True, **options}).job
                runs_as = cache_store.flight_of(connection, job.id) or job.id
                connection.execute(store.statement("put_first"), {"id": runs_as})
            return job._replace(id=runs_as)

        job = self._link.attempt(make)
        run = self._claim([job.queue])
        if run is None or run.job.id != job.id:
            if run is not None:
                self._write(run, Released("not the one that was asked for"))
            raise RuntimeError(f"the job cannot run now: {job.job_type} is delayed, held back by a limit, or paused")
        return self._perform(run, raise_errors)

    def drain(self, queues: Sequence[str] | None, hurry: bool, raise_errors: bool) -> list[Ran]:
        """Run what can run; nothing if a handler of ours has committed just now: its caller goes on with that."""
        if self._busy:
            return []
        self._busy = True
        try:
            return self._drain(queues or queue_names(), hurry, raise_errors)
        finally:
            self._busy = False

    def _drain(self, queues: Sequence[str], hurry: bool, raise_errors: bool) -> list[Ran]:
        ran: list[Ran] = []
        while (run := self._next(queues, hurry)) is not None:
            ran.append(self._perform(run, raise_errors))
            if len(ran) == MAX_RUNS:
                raise RuntimeError(f"{MAX_RUNS} runs, and there is still something to do")
        return ran

    def _next(self, queues: Sequence[str], hurry: bool) -> Run | None:
        self._follow()
        if hurry:
            self._link.attempt(lambda c: c.execute(store.statement("hurry_jobs")))
        self._link.attempt(duty_store.promote)
        return self._claim(queues)

    def _follow(self) -> None:
        self._link.attempt(self._follow_ups)
        while self._link.attempt(self._flights) <= SOONEST:  # there is more
            pass

    def _claim(self, queues: Sequence[str]) -> Run | None:
        token = uuid.uuid4()
        jobs = self._link.attempt(
            lambda c: self._claims.take(
                c, queues=queues, limit=1, token=token, worker_id=self._worker_id, lease=LEASE, lead=True
            )
        )
        runs = [Run(job, token, time.monotonic()) for job in jobs]
        self._held.add(runs)
        return runs[0] if runs else None

    def _perform(self, run: Run, raise_errors: bool) -> Ran:
        outcome = execute(run, self._tools)
        self._write(run, outcome)
        self._follow()
        if raise_errors and run.error is not None and isinstance(outcome, Failed):
            raise run.error
        row = self._link.attempt(lambda c: c.execute(store.statement("read_ending"), {"id": run.job.id}).fetchone())
        status, result, error_code = row or ("deleted", None, None)
        return Ran(run.job, outcome, status, result, error_code, run.error)

    def _write(self, run: Run, outcome: Outcome) -> None:
        self._completer.finish(run, outcome, 0.0)
        self._completer.flush()


class _HintsAtOnce(Hints):
    """Nothing is coalesced, for which a thread would be needed."""

    def __init__(self, link: Link) -> None:
        super().__init__(lambda pairs: link.attempt(lambda c: store.notify(c, pairs)))

    def lead(self, channel: str) -> bool:  # noqa: ARG002 - for all of them
        return True

    def owe_events(self, written: Iterable[tuple[uuid.UUID, int]]) -> None:
        """Of a handler's own transaction."""
        self._send([("job_event", ",".join(f"{job_id}:{seq}" for job_id, seq in written))])
