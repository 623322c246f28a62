"""Answers that wait: a request for a job that is to be answered when there is something new (``Prefer: wait=N``)."""

from __future__ import annotations

import threading
import time
import uuid

from backend.db import db, driver_connection
from backend.live.connected import actor_anew
from backend.live.replay import JobRow, visible_job
from backend.live.state import live

MAX_WAITING = 6_000  # requests in one process; its server takes 10,000 connections, and others want to be served too


def wait_for_job(job_id: uuid.UUID, after: int | None, seconds: float) -> None:
    """Return when the job has events after ``after`` or is finished (None: only then), after ``seconds`` at the latest.

    Returns early when the right of the present request ends and when the process stops. A request that waits holds no
    connection to the database; the feed wakes it. Raises Unauthorized and NotFound.
    """
    state, wake = live(), threading.Event()
    if len(state.attendance.present) >= MAX_WAITING:
        return
    deadline = time.monotonic() + seconds
    with state.attendance.while_waiting(wake.set):
        job = _look(job_id)
        state.jobs.attach(job, wake)
        try:
            job = _look(job_id)  # again: what came before attaching has woken nobody
            while not (_has_news(job, after) or state.listener.stopping):
                if not wake.wait(max(0.0, deadline - time.monotonic())):
                    return
                wake.clear()
                job = _look(job_id)
        finally:
            state.jobs.detach(job_id, wake)


def _has_news(job: JobRow, after: int | None) -> bool:
    return job.finished or (after is not None and job.last_seq > after)


def _look(job_id: uuid.UUID) -> JobRow:
    """The job as it is now, if the request may still see it; gives the connection back."""
    actor = actor_anew()
    try:
        return visible_job(driver_connection(db.session), actor, job_id)
    finally:
        db.session.rollback()
