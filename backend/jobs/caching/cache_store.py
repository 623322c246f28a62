"""The statements of the result cache and of flights: runs that several equal jobs wait for. Read and run here alone."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from backend.jobs.job import Job
from backend.jobs.store import Connection, one, read_jobs, run


class Landing(NamedTuple):
    """A flight that has ended: for how many seconds its result is kept (0: not at all), and whether for everybody."""

    flight_id: uuid.UUID
    seconds: float
    shared: bool


class CacheLine(NamedTuple):
    """Entries and uses of one job type."""

    job_type: str
    entries: int
    bytes: int
    hits: int
    misses: int
    shared: int
    saved_seconds: float


def serve(connection: Connection, job_id: uuid.UUID, key: str) -> Job | None:
    """Complete a job that was just queued with a stored result; None if there is none."""
    found = read_jobs(run(connection, "serve_from_cache", {"id": job_id, "key": key}))
    return found[0][0] if found else None


def start_flight(connection: Connection, flight_id: uuid.UUID, job_id: uuid.UUID, key: str) -> bool:
    """Open a run for all who ask what this job asks; False if one is open."""
    parameters = {"flight_id": flight_id, "id": job_id, "key": key}
    return run(connection, "start_flight", parameters).rowcount == 1


def withdraw_flight(connection: Connection, flight_id: uuid.UUID) -> None:
    """Take back a flight that this transaction has opened."""
    run(connection, "withdraw_flight", {"id": flight_id})


def find_keys(connection: Connection, ids: Collection[uuid.UUID]) -> list[tuple[Job, tuple[Any, ...]]]:
    """Queued jobs, each with its (cache key,)."""
    return read_jobs(run(connection, "find_cache_keys", {"ids": list(ids)}))


def join_flight(connection: Connection, job_id: uuid.UUID, key: str, *, first: bool) -> bool:
    """Let a job that was just queued follow the open run of its key; False if there is none any more."""
    parameters = {"id": job_id, "key": key, "kind": "miss" if first else "shared"}
    return run(connection, "join_flight", parameters).rowcount == 1


def part_flight(connection: Connection, key: str) -> None:
    """Keep newcomers from a run that has begun, and its result from being stored."""
    run(connection, "part_flight", {"key": key})


def lift_flights(connection: Connection, followers: Collection[uuid.UUID]) -> None:
    """Give the runs that these jobs wait for the best place of those who wait."""
    run(connection, "lift_flights", {"ids": list(followers)})


def flight_of(connection: Connection, job_id: uuid.UUID) -> uuid.UUID | None:
    """The flight that a job follows."""
    row = run(connection, "find_flight_of", {"id": job_id}).fetchone()
    return None if row is None else row[0]


def leave_flight(connection: Connection, ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Cancel jobs that follow running flights: at once in company, else with the flight. Without those that follow none."""
    return set(one(run(connection, "leave_flight", {"ids": list(ids)}))[0])


def mirror_flights(connection: Connection, *, limit: int, result_bytes: int) -> int:
    """Give those who wait for runs what has happened to these; returns how many were behind, ``limit`` at most."""
    parameters = {"limit": limit, "bytes": result_bytes}
    return _number(connection, "mirror_flights", parameters)


def cancel_idle_flights(connection: Connection, limit: int) -> None:
    """Stop runs that nobody waits for."""
    run(connection, "cancel_idle_flights", {"limit": limit})


def free_stranded(connection: Connection, limit: int) -> int:
    """Let jobs run by themselves whose run is gone; returns how many there were."""
    return _number(connection, "free_stranded_jobs", {"limit": limit})


def has_open_flights(connection: Connection) -> bool:
    """Whether somebody waits for a run, or a run for its end."""
    return bool(one(run(connection, "find_open_flights", {}))[0])


def ended_flights(connection: Connection, ids: Collection[uuid.UUID]) -> list[tuple[uuid.UUID, str]]:
    """Which of the ended jobs are flights that are still open: (id, job type)."""
    return run(connection, "find_flights", {"ids": list(ids)}).fetchall()


def land(connection: Connection, landings: Sequence[Landing], *, most: int) -> None:
    """Close flights, and store results of ``most`` bytes at most."""
    parameters = {
        "ids": [landing.flight_id for landing in landings],
        "seconds": [landing.seconds for landing in landings],
        "shared": [landing.shared for landing in landings],
        "most": most,
    }
    run(connection, "land_flights", parameters)


def drop_flights(connection: Connection, *, age: float, limit: int) -> int:
    """Forget flights that ended ``age`` seconds ago; returns how many."""
    return run(connection, "drop_flights", {"age": age, "limit": limit}).rowcount


def fold_uses(connection: Connection, limit: int) -> int:
    """Count uses of the cache; returns how many there were, ``limit`` at most."""
    return _number(connection, "fold_cache_uses", {"limit": limit})


def prune(connection: Connection, limit: int) -> int:
    """Remove results that are too old; returns how many, ``limit`` at most."""
    return _number(connection, "prune_cache", {"limit": limit})


def forget(
    connection: Connection,
    *,
    user_id: uuid.UUID | None,
    key: str | None,
    job_type: str | None,
    canvas_id: uuid.UUID | None,
    shared_types: Sequence[str],
) -> int:
    """Remove stored results that fit, and keep what runs now from being stored; returns how many there were."""
    parameters = {
        "user_id": user_id,
        "key": key,
        "job_type": job_type,
        "canvas_id": canvas_id,
        "shared_types": list(shared_types),
    }
    run(connection, "part_flights", parameters)
    return _number(connection, "forget_cached_results", parameters)


def read_stats(connection: Connection, hours: int) -> list[CacheLine]:
    """Entries, and uses of the last hours, by type."""
    return [CacheLine(*row) for row in run(connection, "read_cache_stats", {"hours": hours}).fetchall()]


def _number(connection: Connection, name: str, parameters: dict[str, Any]) -> int:
    return int(one(run(connection, name, parameters))[0])
