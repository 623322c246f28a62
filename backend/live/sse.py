"""A job's events as Server-Sent Events, for programs and for browsers to which no WebSocket gets through."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from backend.db import driver_connection
from backend.live.replay import Event, JobRow, events_after, find_jobs, gap_before, live_body
from backend.live.state import Live

EVENT_STREAM = "text/event-stream"
LOOK_SECONDS = 3.0  # how long a stream trusts to be woken before it looks by itself
HEARTBEAT_SECONDS = 15.0  # a comment keeps proxies from closing, and finds out that the reader has left
RETRY_MILLISECONDS = 2000


def stream(engine: Engine, live: Live, job: JobRow, after: int) -> Iterator[str]:
    """Everything after ``after``, in order, once; ends after the final event, or when the process stops."""
    wake = threading.Event()
    live.jobs.attach(job, wake)
    try:
        yield f"retry: {RETRY_MILLISECONDS}\n\n"
        beaten = time.monotonic()
        while not live.listener.stopping:
            wake.clear()  # before reading: what is committed during the read wakes the next round
            now, events = _read(engine, job, after)
            if now is None:
                return
            gap = gap_before(events, after, now.last_seq)
            if gap:
                yield _message("job:gap", gap["to"], {"job_id": str(job.id), **gap})
                after = gap["to"]
            for event in events:
                yield _message(f"job:{event.type}", event.seq, live_body(event, job.job_type, job.canvas_id))
                after = event.seq
            if now.finished and after >= now.last_seq:
                return
            if not events and not wake.wait(LOOK_SECONDS) and time.monotonic() - beaten > HEARTBEAT_SECONDS:
                yield ": still here\n\n"
                beaten = time.monotonic()
    finally:
        live.jobs.detach(job.id, wake)


def _read(engine: Engine, job: JobRow, after: int) -> tuple[JobRow | None, list[Event]]:
    """The job as it is now (None: deleted) and a page of what it has done since."""
    with Session(engine) as session:
        connection = driver_connection(session)
        found = find_jobs(connection, "id = %(id)s", {"id": job.id})
        return found[0] if found else None, events_after(connection, {job.id: after})


def _message(name: str, seq: int, body: dict[str, object]) -> str:
    return f"id: {seq}\nevent: {name}\ndata: {json.dumps(body)}\n\n"
