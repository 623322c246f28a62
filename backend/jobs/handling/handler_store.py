"""The statements of a handler's own transaction and of its steps; the same way as ``store``."""

from __future__ import annotations

import uuid
from contextlib import suppress
from typing import Any, NamedTuple

import psycopg

from backend.jobs.store import Connection, one, run

HANDLER_IDLE = "30s"  # without a statement in a handler's transaction, until the server ends it


class StepResult(NamedTuple):
    """What a finished step returned, as JSON gives it back."""

    result: Any


def fence(connection: Connection, job_id: uuid.UUID, token: uuid.UUID) -> bool | None:
    """Lock the job's row until the transaction ends. None: the claim is lost; True: the job shall stop."""
    row = run(connection, "fence_job", {"id": job_id, "token": token, "idle": HANDLER_IDLE}).fetchone()
    return None if row is None else bool(row[0])


def end_handler_transaction(connection: Connection, job_id: uuid.UUID, token: uuid.UUID, application_name: str) -> int:
    """End the session of a handler that holds its job's row and will not let go; returns how many there were."""
    parameters = {"id": job_id, "token": token, "application_name": application_name}
    ended = int(one(run(connection, "end_handler_transaction", parameters))[0])
    if not ended:
        with suppress(psycopg.InternalError):  # whoever had the row let it go while we looked
            ended = int(one(run(connection, "end_handler_group", parameters))[0])
    return ended


def append_partial(
    connection: Connection,
    job_id: uuid.UUID,
    token: uuid.UUID,
    data: str,
    progress: int | None,
    message: str | None,
) -> int | None:
    """Append a partial result's event; returns its sequence number, or None if the claim is lost."""
    parameters = {"id": job_id, "token": token, "data": data, "progress": progress, "message": message}
    row = run(connection, "append_partial", parameters).fetchone()
    return None if row is None else int(row[0])


def extend_lease(connection: Connection, job_id: uuid.UUID, token: uuid.UUID, lease: float) -> None:
    """Renew one lease inside the transaction that kept the heartbeat from it."""
    run(connection, "extend_lease", {"id": job_id, "token": token, "lease": lease})


def find_step(connection: Connection, job_id: uuid.UUID, name: str) -> StepResult | None:
    """The result of a step that an earlier run has finished."""
    row = run(connection, "find_step", {"id": job_id, "name": name}).fetchone()
    return None if row is None else StepResult(row[0])


def record_step(
    connection: Connection,
    job_id: uuid.UUID,
    token: uuid.UUID,
    *,
    name: str,
    ordinal: int,
    result: str,
    seconds: float,
) -> StepResult | None:
    """Store what a step returned (JSON) after ``seconds``; None if the claim is lost."""
    parameters = {"id": job_id, "token": token, "name": name, "ordinal": ordinal, "result": result, "seconds": seconds}
    row = run(connection, "record_step", parameters).fetchone()
    return None if row is None else StepResult(row[0])
