"""Noticing a connection pooler (PgBouncer and its kin) between this process and Postgres."""

from __future__ import annotations

from typing import Any

import psycopg


def stop_preparing_behind_pooler(connection: psycopg.Connection[Any]) -> bool:
    """Whether a pooler stands in between. If so, no statement is prepared on ``connection`` from now on.

    In transaction mode each transaction may run in another session: what one prepared, set or locked is not there in
    the next, or is there for somebody else. A pooler invents the process id that it tells its clients at the start;
    the server behind it has another one. The connection must be idle.
    """
    autocommit = connection.autocommit
    connection.autocommit = True
    try:
        row = connection.execute("SELECT pg_backend_pid()", prepare=False).fetchone()
    finally:
        connection.autocommit = autocommit
    pooled = row is None or row[0] != connection.info.backend_pid
    if pooled:
        connection.prepare_threshold = None
    return pooled


def mind_pooler(connection: psycopg.Connection[Any], _record: object) -> None:
    """For SQLAlchemy's event of a new connection."""
    stop_preparing_behind_pooler(connection)
