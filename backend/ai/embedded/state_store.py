"""How the embedded model stands on each machine, in the database: what staff see of it."""

from __future__ import annotations

import socket
from typing import Any

import psycopg
import structlog

from backend.config import Settings
from backend.jobs.link import connect
from backend.jobs.upkeep.retention import sweep

log = structlog.get_logger(__name__)

KEEP = """
INSERT INTO embedded_model (machine, state, model, bytes_done, bytes_total, message)
VALUES (%(machine)s, %(state)s, %(model)s, %(done)s, %(total)s, %(message)s)
ON CONFLICT (machine) DO UPDATE SET
    state = excluded.state, model = excluded.model, bytes_done = excluded.bytes_done, bytes_total = excluded.bytes_total,
    message = excluded.message, updated_at = now()
"""


def machine() -> str:
    """The name of this machine, as workers have it in their names."""
    return socket.gethostname()


def keep(settings: Settings, *, state: str, model: str | None, done: int, total: int, message: str) -> None:
    """Note how it stands here. The figures are for people: when the database is away they wait for the next time."""
    parameters = {
        "machine": machine(),
        "state": state,
        "model": model,
        "done": done,
        "total": total,
        "message": message or None,
    }
    try:
        with connect(settings.listen_url or "", "embedded model") as connection:
            connection.execute(KEEP, parameters)
    except psycopg.Error as error:
        log.warning("embedded_model_not_noted", error=str(error).strip())


def read(settings: Settings) -> tuple[str, int] | None:
    """State and bytes of this machine's model, as some worker of it has noted them."""
    try:
        with connect(settings.listen_url or "", "embedded model") as connection:
            return connection.execute(
                "SELECT state, bytes_done FROM embedded_model WHERE machine = %s", (machine(),)
            ).fetchone()
    except psycopg.Error:
        return None


def is_there(connection: psycopg.Connection[Any]) -> bool:
    """Whether some machine has the model, or is getting it."""
    row = connection.execute(
        "SELECT EXISTS (SELECT FROM embedded_model WHERE state NOT IN ('off', 'failed'))"
    ).fetchone()
    return bool(row and row[0])


@sweep("embedded models of machines that are gone")
def forget_machines(connection: psycopg.Connection[Any], limit: int) -> int:
    """A machine is gone when no worker of it is known any more."""
    return connection.execute(
        """
        DELETE FROM embedded_model WHERE machine = ANY (ARRAY(
            SELECT machine FROM embedded_model
            WHERE updated_at < now() - interval '1 day'
                AND NOT EXISTS (SELECT FROM ai_worker WHERE split_part(name, ':', 1) = machine)
            LIMIT %s
        ))
        """,
        (limit,),
    ).rowcount
