"""When a version is kept, and how: by hand, and by itself before something after which people may want to go back."""

from __future__ import annotations

import uuid
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import psycopg
from psycopg.rows import tuple_row
from psycopg.types.json import Jsonb

from backend.canvases.elements import Element
from backend.canvases.models import Canvas
from backend.canvases.service import LOCK, tell
from backend.canvases.versions.lifetimes import lifetime
from backend.canvases.versions.preview import preview_of
from backend.db import uuid7
from backend.errors import NotFound

Connection = psycopg.Connection[Any]

INTERVAL = timedelta(minutes=10)  # of editing between versions that are kept by themselves
MOST_UNNAMED = 200  # on one canvas
MOST_UNNAMED_BYTES = 64 * 1024 * 1024
LEVEL = 6  # of zlib: a tenth of the JSON, in half the time that Postgres needs for a third of it

SAME = "SELECT id FROM canvas_version WHERE canvas_id = %s AND canvas_version = %s ORDER BY created_at DESC LIMIT 1"
ALIVE = """
SELECT data::text FROM canvas_element WHERE canvas_id = %s AND NOT is_deleted
ORDER BY data->>'index' COLLATE "C" NULLS LAST, id
"""
LAST = "SELECT now(), max(created_at) FROM canvas_version WHERE canvas_id = %s AND expires_at IS NOT NULL"
STORE = """
INSERT INTO canvas_version (id, canvas_id, canvas_version, cause, name, about, author_id, job_id, element_count, size, preview,
    elements, expires_at)
VALUES (%(id)s, %(canvas_id)s, %(canvas_version)s, %(cause)s, %(name)s, %(about)s, %(author_id)s, %(job_id)s, %(count)s,
    %(size)s, %(preview)s, %(elements)s, %(expires_at)s)
"""
NOTE = "UPDATE canvas SET versioned_at = now() WHERE id = %s"
FORGET_BEYOND = """
DELETE FROM canvas_version WHERE id IN (
    SELECT id FROM (
        SELECT id, row_number() OVER newest AS place, sum(size) OVER newest AS total
        FROM canvas_version WHERE canvas_id = %(canvas_id)s AND expires_at IS NOT NULL
        WINDOW newest AS (ORDER BY created_at DESC, id DESC)
    ) AS ranked WHERE place > %(most)s OR total > %(bytes)s
)
"""


@dataclass(frozen=True)
class Reason:
    """Why a version is kept, and for whom. ``name``: it was made by hand, and stays."""

    cause: str
    author_id: uuid.UUID | None
    name: str | None = None
    about: str | None = None
    job_id: uuid.UUID | None = None


def is_due(canvas: Canvas) -> bool:
    """Whether the next edit is to be preceded by a version: long since the last one, or something has just been drawn."""
    return canvas.versioned_at is None or canvas.versioned_at < datetime.now(UTC) - INTERVAL


def keep_before_edit(connection: Connection, canvas: Canvas, author_id: uuid.UUID) -> None:
    """Keep what is there before somebody changes it, when that is due."""
    if is_due(canvas):
        keep(connection, canvas.id, Reason("edit", author_id))


def keep(connection: Connection, canvas_id: uuid.UUID, reason: Reason) -> uuid.UUID | None:
    """Keep the canvas as it is, in the caller's transaction and under the canvas's lock; the version's id.

    The same contents are kept once: the version that has them is returned then. None when there is nothing to keep,
    on a canvas that was always empty. Raises NotFound for a canvas that is gone.
    """
    with connection.cursor(row_factory=tuple_row) as cursor:
        locked = cursor.execute(LOCK, [canvas_id]).fetchone()
        if locked is None:
            raise NotFound("There is no such canvas, or it was deleted.")
        cursor.execute(NOTE, [canvas_id])
        same = cursor.execute(SAME, [canvas_id, locked[0]]).fetchone()
        if same is not None or locked[0] == 0:
            return same[0] if same else None
        texts = [row[0] for row in cursor.execute(ALIVE, [canvas_id])]
    kept = _store(connection, canvas_id, locked[0], texts, reason)
    connection.execute(FORGET_BEYOND, {"canvas_id": canvas_id, "most": MOST_UNNAMED, "bytes": MOST_UNNAMED_BYTES})
    tell(connection, canvas_id, "versions")
    return kept


def keep_at_next_edit(connection: Connection, canvas_id: uuid.UUID) -> None:
    """Something was drawn that people may want back: the next edit is preceded by a version."""
    connection.execute("UPDATE canvas SET versioned_at = NULL WHERE id = %s", [canvas_id])


def unpacked(stored: bytes) -> list[Element]:
    """The elements of a version."""
    found: list[Element] = orjson.loads(zlib.decompress(stored))
    return found


def _store(
    connection: Connection, canvas_id: uuid.UUID, canvas_version: int, texts: list[str], reason: Reason
) -> uuid.UUID:
    kept, packed = uuid7(), zlib.compress(f"[{','.join(texts)}]".encode(), LEVEL)
    with connection.cursor(row_factory=tuple_row) as cursor:
        now, last = cursor.execute(LAST, [canvas_id]).fetchone() or (datetime.now(UTC), None)
        row = {
            **{"id": kept, "canvas_id": canvas_id, "canvas_version": canvas_version, "cause": reason.cause},
            **{"name": reason.name, "about": reason.about, "author_id": reason.author_id, "job_id": reason.job_id},
            **{"count": len(texts), "size": len(packed), "elements": packed},
            "preview": Jsonb(preview_of([orjson.loads(text) for text in texts])),
            "expires_at": None if reason.name else now + lifetime(now, last),
        }
        cursor.execute(STORE, row)
    return kept
