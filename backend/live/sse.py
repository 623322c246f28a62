"""Server-Sent Events: what happens to one job, for programs and for browsers to which no WebSocket gets through."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Iterator

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from backend.db import driver_connection
from backend.errors import NotFound
from backend.identity import Actor
from backend.live.replay import Event, JobRow, events_after, gap_before, live_body, visible_job
from backend.live.state import Live

EVENT_STREAM = "text/event-stream"
# A comment keeps proxies from closing, and finds out that the reader has left. The stream looks by itself then, too; until
# then it trusts the feed, whose sweep looks at all jobs at once: five thousand streams must not ask one by one.
HEARTBEAT_SECONDS = 15.0
HEARTBEAT = ": still here\n\n"
BEGIN = "retry: 2000\n\n"  # milliseconds
HEADERS = {"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"}


class Stream:
    """Something that is read for as long as its reader may and wants to."""

    def __init__(self) -> None:
        self.name = f"stream:{uuid.uuid4().hex}"
        self.wake = threading.Event()
        self.ended = False

    def end(self) -> None:
        """No more of it."""
        self.ended = True
        self.wake.set()


def stream_job(engine: Engine, live: Live, actor: Actor, job: JobRow, after: int, stream: Stream) -> Iterator[str]:
    """Everything after ``after``, in order, once; ends after the final event, with the right to see it, or with the process."""
    live.jobs.attach(job, stream.wake)
    try:
        yield BEGIN
        while not (stream.ended or live.listener.stopping):
            stream.wake.clear()  # before reading: what is committed during the read wakes the next round
            now, events = _read(engine, actor, job, after)
            if now is None:
                return
            gap = gap_before(events, after, now.last_seq)
            if gap:
                yield message("job:gap", {"job_id": str(job.id), **gap}, gap["to"])
                after = gap["to"]
            for event in events:
                yield message(f"job:{event.type}", live_body(event, job.job_type, job.canvas_id), event.seq)
                after = event.seq
            if now.finished and after >= now.last_seq:
                return
            if not events and not stream.wake.wait(HEARTBEAT_SECONDS):
                yield HEARTBEAT
    finally:
        live.jobs.detach(job.id, stream.wake)


def message(name: str, body: object, seq: int | None = None) -> str:
    """An event on the wire; with a number the reader sends it as ``Last-Event-ID`` when it comes back."""
    begin = "" if seq is None else f"id: {seq}\n"
    return f"{begin}event: {name}\ndata: {json.dumps(body)}\n\n"


def _read(engine: Engine, actor: Actor, job: JobRow, after: int) -> tuple[JobRow | None, list[Event]]:
    """The job as it is now (None: deleted, or not to be seen any more) and a page of what it has done since."""
    with Session(engine) as session:
        connection = driver_connection(session)
        try:
            return visible_job(connection, actor, job.id), events_after(connection, {job.id: after})
        except NotFound:
            return None, []
