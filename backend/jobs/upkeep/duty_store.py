"""The statements of the clock: what is due, and what is past its time; the same way as ``store``."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from backend.jobs.store import Connection, one, run

PROMOTE_BATCH = 500  # jobs
FROM_THE_FIRST = "-infinity"


class Pruned(NamedTuple):
    """How many jobs were deleted of how many that were looked at, and from which moment on to look next."""

    jobs: int
    looked: int
    after: datetime | str


class Due(NamedTuple):
    """How many rows a timed statement changed, and in how many seconds the next one is due, if any."""

    changed: int
    due_in: float | None


def any_due(connection: Connection) -> bool:
    """Whether some job's time has come, or an end waits for what follows from it."""
    return bool(one(run(connection, "find_due_work", {}))[0])


def promote(connection: Connection) -> Due:
    """Make jobs runnable whose ``run_at`` has come."""
    promoted, _, due_in = one(run(connection, "promote_jobs", {"limit": PROMOTE_BATCH}))
    return Due(promoted, 0.0 if promoted == PROMOTE_BATCH else due_in)


def expire(connection: Connection) -> Due:
    """Fail queued jobs whose ``expires_at`` has passed."""
    expired, due_in, _ = one(run(connection, "expire_jobs", {"limit": PROMOTE_BATCH}))
    return Due(expired, 0.0 if expired == PROMOTE_BATCH else due_in)


def prune(
    connection: Connection, *, days: float, failed_days: float, limit: int, after: datetime | str = FROM_THE_FIRST
) -> Pruned:
    """Look at up to ``limit`` finished jobs from the moment ``after`` on, and delete those past their retention."""
    parameters = {"days": days, "failed_days": failed_days, "limit": limit, "after": after}
    jobs, looked, first, last = one(run(connection, "prune_jobs", parameters))
    if jobs or first != last:
        return Pruned(jobs, looked, after if last is None else last)
    return Pruned(
        jobs, looked, after if last is None else last + timedelta(microseconds=1)
    )  # all at once, and all kept


def prune_workers(connection: Connection) -> None:
    """Forget workers that have been gone for a day."""
    run(connection, "prune_workers", {})
