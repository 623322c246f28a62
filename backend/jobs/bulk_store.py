"""The statements of requests for many jobs; the same way as ``store``."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from typing import Any

from psycopg.types.json import Jsonb

from backend.jobs import store
from backend.jobs.store import Connection


def find_answer(connection: Connection, user_id: uuid.UUID, key: str) -> tuple[str, list[list[Any]]] | None:
    """The hash of the request that was made with this key, and [id, equal, cached] of each job of its answer."""
    parameters = {"user_id": user_id, "idempotency_key": key}
    return store.run(connection, "find_bulk_answer", parameters).fetchone()


def note_answer(
    connection: Connection, user_id: uuid.UUID, key: str, fingerprint: str, answer: Sequence[Sequence[Any]]
) -> None:
    """Keep the answer for whoever sends the request again."""
    parameters = {"user_id": user_id, "idempotency_key": key, "idempotency_hash": fingerprint, "answer": Jsonb(answer)}
    store.run(connection, "note_bulk_answer", parameters)


def find_jobs(
    connection: Connection, ids: Collection[uuid.UUID]
) -> dict[uuid.UUID, tuple[uuid.UUID, str, uuid.UUID | None, str]]:
    """(id, type, canvas, status) of jobs that still exist."""
    return {row[0]: row for row in store.run(connection, "find_made_jobs", {"ids": list(ids)}).fetchall()}
