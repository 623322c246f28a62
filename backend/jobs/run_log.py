"""Which job the running code works for, for whoever writes a log line or makes another job.

Bound once for a run and spelled out only when it is asked for: five bound values for each job cost a fifth of a worker.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from contextvars import ContextVar
from typing import Any

import structlog

from backend.jobs.job import Job

current_job: ContextVar[Job | None] = ContextVar("current_job", default=None)


def add_job(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """structlog processor: a line that is written by a job's handler names the job."""
    job = current_job.get()
    if job is not None:
        event.setdefault("job_id", str(job.id))
        event.setdefault("job_type", job.job_type)
        event.setdefault("attempt", job.attempt)
        event.setdefault("user_id", str(job.user_id))
        event.setdefault("correlation_id", job.correlation_id or str(job.id))
    return event


def current_correlation() -> str | None:
    """The id that ties a new job to the request, or the job, that makes it."""
    bound = structlog.contextvars.get_contextvars().get("correlation_id")
    if bound is not None:
        return str(bound)
    job = current_job.get()
    return None if job is None else job.correlation_id or str(job.id)
