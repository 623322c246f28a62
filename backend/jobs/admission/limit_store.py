"""The statements about limits; the same way as ``store``."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.jobs import store
from backend.jobs.job import Job
from backend.jobs.store import Connection

LIMIT_COLUMNS = 1  # of a claim's row: where what follows the job's hints begins


@dataclass(frozen=True, slots=True)
class LimitedClaim:
    """What a claim under limits took, and what it had to leave: ``lacking[n]`` had no slot for ``left[n]``."""

    jobs: list[Job]
    limited: bool  # whether there are limits any more
    left: list[uuid.UUID]
    lacking: list[str]
    others: list[str]  # limits with slots that jobs left unused, because they lacked another


@dataclass(frozen=True, slots=True)
class LimitRow:
    """A limit, how many of its slots are held, and how many jobs wait for it (counted to a thousand)."""

    scope: str
    key: str
    slots: int
    source: str
    updated_at: datetime
    held: int
    waiting: int


def claim_limited(
    connection: Connection,
    *,
    queues: Sequence[str],
    limit: int,
    look: int,
    token: uuid.UUID,
    worker_id: int,
    lease: float,
    lead: bool,
) -> LimitedClaim:
    """Take up to ``limit`` jobs with a slot of each of their limits, of the next ``look`` ones."""
    parameters = {
        "queues": list(queues),
        "limit": limit,
        "look": look,
        "token": token,
        "worker_id": worker_id,
        "lease": lease,
        "lead": lead,
    }
    rows = store.read_jobs(store.run(connection, "claim_limited_jobs", parameters))
    limited, left, lacking, others = rows[0][1][LIMIT_COLUMNS:]
    jobs = [job for job, _ in rows if job.id is not None]  # one row comes back even without a job
    return LimitedClaim(jobs, limited, left, lacking, others)


def park(connection: Connection, claim: LimitedClaim) -> int:
    """Put the jobs aside that a claim left, unless there is a slot by now; returns how many."""
    parameters = {"ids": claim.left, "lacking": claim.lacking, "others": claim.others}
    return int(store.one(store.run(connection, "park_limited_jobs", parameters))[0])


def limits_exist(connection: Connection) -> bool:
    """Whether there are limits."""
    return bool(store.one(store.run(connection, "find_limits", {}))[0])


def tend(connection: Connection) -> int | None:
    """Put right what no single statement can; returns how much was changed, None if there are no limits."""
    changed: int | None = store.one(store.run(connection, "tend_limits", {}))[0]
    return changed


def set_limit(connection: Connection, scope: str, key: str, slots: int, source: str) -> bool:
    """Make or change a limit; False if nothing had to, or might, be changed."""
    parameters = {"scope": scope, "key": key, "slots": slots, "source": source}
    return store.run(connection, "set_limit", parameters).rowcount == 1


def remove_limit(connection: Connection, scope: str, key: str) -> bool:
    """Remove a limit; False if there is none."""
    return store.run(connection, "remove_limit", {"scope": scope, "key": key}).rowcount == 1


def keep_limits(connection: Connection, names: Sequence[str]) -> None:
    """Remove limits of settings and tasks but those named ``scope:key``."""
    store.run(connection, "keep_limits", {"names": list(names)})


def list_limits(connection: Connection) -> list[LimitRow]:
    """All limits, sorted."""
    return [LimitRow(*row) for row in store.run(connection, "list_limits", {}).fetchall()]
