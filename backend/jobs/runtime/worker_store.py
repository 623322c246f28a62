"""The statements about workers: their rows, locks and leases, and what is taken from those that are gone."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any, NamedTuple

from psycopg.rows import dict_row

from backend.jobs.engine_settings import worker_silence
from backend.jobs.store import Connection, one, run, statement

WORKER_LOCK_CLASS = 0x4343  # first half of every worker's advisory lock; the second is the worker's id
POISON_RESCUES = 5  # a job that lost its worker so often is taken for the reason
RESCUE_BATCH = 500
MAX_RUNS = 2_000  # that are listed


class Doubt(NamedTuple):
    """A held job about which the heartbeat learned something."""

    job_id: uuid.UUID
    lost: bool
    cancelled: bool


def register_worker(connection: Connection, name: str, queues: Sequence[str] | None, concurrency: int) -> int:
    """Add a worker process; returns its id."""
    parameters = {"name": name, "queues": None if queues is None else list(queues), "concurrency": concurrency}
    return int(one(run(connection, "register_worker", parameters))[0])


def lock_worker(connection: Connection, worker_id: int) -> bool:
    """Take the worker's advisory lock on this session; False if another session has it."""
    return bool(one(run(connection, "lock_worker", {"lock_class": WORKER_LOCK_CLASS, "worker_id": worker_id}))[0])


def note_worker_lock(connection: Connection, worker_id: int) -> None:
    """Record that the worker holds its lock, so that a free lock means death."""
    run(connection, "note_worker_lock", {"worker_id": worker_id})


def note_worker_mode(connection: Connection, worker_id: int, mode: str) -> None:
    """Record how the worker learns of new jobs: ``listening`` or ``polling``."""
    run(connection, "note_worker_mode", {"worker_id": worker_id, "mode": mode})


def note_abandoned_runs(connection: Connection, worker_id: int, abandoned: int) -> None:
    """Record how many threads of the worker do not stop."""
    run(connection, "note_abandoned_runs", {"worker_id": worker_id, "abandoned": abandoned})


def renew_leases(
    connection: Connection, worker_id: int, lease: float, held: Sequence[tuple[uuid.UUID, uuid.UUID]]
) -> list[Doubt]:
    """The heartbeat of a worker and of the jobs it holds: (id, token). Returns those to stop or to forget."""
    parameters = {
        "worker_id": worker_id,
        "lease": lease,
        "ids": [job_id for job_id, _ in held],
        "tokens": [token for _, token in held],
    }
    return [Doubt(*row) for row in run(connection, "renew_leases", parameters).fetchall()]


def any_worker_lost(connection: Connection, silence: float) -> bool:
    """Whether a worker that has jobs has been silent for so many seconds."""
    found: bool = one(run(connection, "any_worker_lost", {"silence": silence}))[0]
    return found


def rescue(
    connection: Connection, *, lease: float, silence: float, held_tokens: Sequence[uuid.UUID]
) -> list[uuid.UUID]:
    """Give back the jobs of workers that are gone, except those claimed under ``held_tokens``."""
    parameters = {
        "lock_class": WORKER_LOCK_CLASS,
        "poison_rescues": POISON_RESCUES,
        "lease": lease,
        "silence": silence,
        "held_tokens": list(held_tokens),
        "limit": RESCUE_BATCH,
    }
    found: list[uuid.UUID] = one(run(connection, "rescue_jobs", parameters))[0]
    return found


def retire_worker(connection: Connection, worker_id: int) -> None:
    """Record a stop in good order."""
    run(connection, "retire_worker", {"worker_id": worker_id})


def list_workers(connection: Connection, *, every: bool = False) -> list[dict[str, Any]]:
    """Worker processes with their state and the ids of their jobs, the latest first; with ``every`` stopped ones too."""
    parameters = {"silence": worker_silence(), "lock_class": WORKER_LOCK_CLASS, "all": every}
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(statement("list_workers"), parameters).fetchall()


def find_runs(connection: Connection, worker_ids: Sequence[int]) -> list[dict[str, Any]]:
    """What these workers run now, up to ``MAX_RUNS``."""
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(statement("find_runs"), {"workers": list(worker_ids), "most": MAX_RUNS}).fetchall()
