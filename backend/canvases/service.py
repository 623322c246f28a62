"""Who may see a canvas, and the merge through which every change of its elements goes, by people and by jobs."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
import psycopg
from psycopg.rows import tuple_row
from sqlalchemy import ColumnElement, Select, and_, func, literal, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from backend.canvases.elements import MAX_UPDATE_BYTES, Element, clean_elements
from backend.canvases.models import Canvas, CanvasElement
from backend.db import AnySession
from backend.errors import Forbidden, NotFound, Unprocessable
from backend.identity import Actor

MAX_CANVAS_ELEMENTS = 20_000  # deleted ones included
MOST_MERGED = 500  # elements that a program merges at once: half of what a merge takes, for their size
CHANGE_CHANNEL = (
    "canvas_change"  # payload ``canvas_id:`` and a version, or how often something was told of it and what (``tell``)
)

# Not FOR UPDATE: that would wait for every transaction that enqueues a job for this canvas.
TELL = """
WITH told AS (UPDATE canvas SET told = told + 1 WHERE id = %(canvas_id)s RETURNING id, told)
SELECT pg_notify(%(channel)s, format('%%s:told %%s %%s', id, told, %(what)s::text)) FROM told
"""
LOCK = "SELECT version FROM canvas WHERE id = %s AND deleted_at IS NULL FOR NO KEY UPDATE"
MERGE = """
WITH given AS (
    SELECT * FROM unnest(%(ids)s::text[], %(versions)s::bigint[], %(nonces)s::bigint[], %(deleted)s::boolean[], %(data)s::text[])
        AS row (id, version, nonce, deleted, data)
), winners AS (
    INSERT INTO canvas_element AS old
        (canvas_id, id, version, version_nonce, is_deleted, data, canvas_version, job_id, updated_at)
    SELECT %(canvas_id)s, id, version, nonce, deleted, data::jsonb, %(next)s, %(job_id)s, now() FROM given
    ON CONFLICT (canvas_id, id) DO UPDATE SET
        version = excluded.version, version_nonce = excluded.version_nonce, is_deleted = excluded.is_deleted,
        data = excluded.data, canvas_version = excluded.canvas_version, job_id = excluded.job_id, updated_at = now()
    WHERE excluded.version > old.version
       OR (excluded.version = old.version AND excluded.version_nonce < old.version_nonce)
    RETURNING old.id, old.xmax = 0 AS created
), bumped AS (
    UPDATE canvas SET version = %(next)s, updated_at = now() WHERE id = %(canvas_id)s AND EXISTS (SELECT FROM winners)
)
SELECT given.id, winners.id IS NOT NULL AS won, coalesce(winners.created, false) AS created,
       CASE WHEN winners.id IS NULL AND (stored.version, stored.version_nonce) <> (given.version, given.nonce)
            THEN stored.data END AS stale
FROM given LEFT JOIN winners USING (id)
LEFT JOIN canvas_element AS stored ON stored.canvas_id = %(canvas_id)s AND stored.id = given.id
"""
LOAD = """
SELECT data::text FROM canvas_element WHERE canvas_id = %s AND canvas_version > %s
ORDER BY data->>'index' COLLATE "C" NULLS LAST, id
"""


@dataclass(frozen=True)
class Merge:
    """What came of a merge: the canvas's version now, the elements that won, and those that won against given ones."""

    version: int
    accepted: list[Element]
    stale: list[Element]


def role_on(actor: Actor, canvas: Canvas) -> str | None:
    """What somebody is to a canvas, None for a stranger. The one place that decides: its owner, and nobody else.

    Staff are strangers too: what people draw is none of the operator's business.
    """
    return "owner" if canvas.owner_id == actor.user_id else None


def accessible_canvas(
    session: AnySession, actor: Actor, canvas_id: uuid.UUID, *, write: bool = False, deleted: bool = False
) -> Canvas:
    """The canvas; with ``deleted`` a deleted one too. Raises NotFound, and Forbidden for a token that may only read."""
    canvas = session.get(Canvas, canvas_id, populate_existing=True)
    if canvas is None or role_on(actor, canvas) is None or (canvas.deleted_at is not None and not deleted):
        raise NotFound("There is no such canvas, or it is not yours.")
    if write and "write" not in actor.scopes:
        raise Forbidden("This token may only read. Make one with the scope “write”.", code="scope")
    return canvas


def create_canvas(session: AnySession, owner_id: uuid.UUID, name: str) -> Canvas:
    """A new empty canvas. Does not commit."""
    canvas = Canvas(owner_id=owner_id, name=name.strip())
    session.add(canvas)
    session.flush()
    return canvas


def list_canvases(
    session: AnySession, actor: Actor, *, q: str, trash: bool, limit: int, after: tuple[datetime, uuid.UUID] | None
) -> list[tuple[Canvas, int]]:
    """Canvases of ``actor`` with their numbers of elements, the last changed first."""
    query = _with_count().where(Canvas.owner_id == actor.user_id, _in_trash(trash))
    if q.strip():
        query = query.where(Canvas.name.icontains(q.strip(), autoescape=True))
    if after is not None:
        moment, canvas_id = after
        query = query.where(tuple_(Canvas.updated_at, Canvas.id) < tuple_(literal(moment), literal(canvas_id)))
    rows = session.execute(query.order_by(Canvas.updated_at.desc(), Canvas.id.desc()).limit(limit))
    return [(canvas, count) for canvas, count in rows]


def count_elements(session: AnySession, canvas_id: uuid.UUID) -> int:
    """How many elements are on a canvas, without deleted ones."""
    return session.scalar(select(func.count()).where(_alive(canvas_id))) or 0


def merge_elements(
    connection: psycopg.Connection[Any],
    canvas_id: uuid.UUID,
    elements: list[Element],
    *,
    job_id: uuid.UUID | None = None,
) -> Merge:
    """Merge complete elements in the caller's transaction, by Excalidraw's rule, and tell every web process.

    The lock on the canvas is held until the caller commits, so versions become visible without gaps and in order: the
    live feed relies on that. Take it late and commit soon. Raises Unprocessable for elements that are not acceptable,
    NotFound for a canvas that is gone.
    """
    given = clean_elements(elements)
    with connection.cursor(row_factory=tuple_row) as cursor:
        found = cursor.execute(LOCK, [canvas_id]).fetchone()
        if found is None:
            raise NotFound("There is no such canvas, or it was deleted.")
        version: int = found[0]
        if not given:
            return Merge(version, [], [])
        rows = cursor.execute(MERGE, _parameters(canvas_id, job_id, version + 1, given)).fetchall()
        if any(created for _, _, created, _ in rows):
            _check_room(cursor, canvas_id)
        by_id = {element["id"]: element for element in given}
        accepted = [by_id[element_id] for element_id, won, _, _ in rows if won]
        if accepted:
            version += 1
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANGE_CHANNEL, f"{canvas_id}:{version}"])
        return Merge(version, accepted, [stale for *_, stale in rows if stale is not None])


def merge_many(
    connection: psycopg.Connection[Any],
    canvas_id: uuid.UUID,
    elements: list[Element],
    *,
    job_id: uuid.UUID | None = None,
) -> int:
    """Merge however many elements in the caller's transaction; the canvas's version after it."""
    batches: list[list[Element]] = [[]]
    size = 0
    for element in elements:
        own = len(orjson.dumps(element))
        if len(batches[-1]) == MOST_MERGED or size + own > MAX_UPDATE_BYTES:
            batches.append([])
            size = 0
        batches[-1].append(element)
        size += own
    return [merge_elements(connection, canvas_id, batch, job_id=job_id).version for batch in batches][-1]


def lock_elements(connection: psycopg.Connection[Any], canvas_id: uuid.UUID, ids: list[str]) -> dict[str, Element]:
    """Some elements by their ids, as they are until the caller commits: nobody else changes the canvas before that."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        if cursor.execute(LOCK, [canvas_id]).fetchone() is None:
            raise NotFound("There is no such canvas, or it was deleted.")
        query = "SELECT id, data FROM canvas_element WHERE canvas_id = %s AND id = ANY(%s)"
        return dict(cursor.execute(query, [canvas_id, ids]).fetchall()) if ids else {}


def tell(connection: psycopg.Connection[Any], canvas_id: uuid.UUID, what: str) -> None:
    """Tell every web process ``closed``, ``versions`` or ``change job_id status`` of a canvas, once the caller commits.

    It is counted, so that a process that does not hear it finds out. Nobody else changes the canvas before the commit.
    """
    connection.execute(TELL, {"canvas_id": canvas_id, "channel": CHANGE_CHANNEL, "what": what})


def load_elements(connection: psycopg.Connection[Any], canvas_id: uuid.UUID, *, since: int = 0) -> list[Element]:
    """All elements, deleted ones included, in drawing order; with ``since`` those that changed after that version."""
    return [orjson.loads(text) for text in _texts(connection, canvas_id, since)]


def load_elements_json(connection: psycopg.Connection[Any], canvas_id: uuid.UUID, *, since: int = 0) -> str:
    """The same as the text of a JSON list: thousands of elements need not become objects only to be written again."""
    return f"[{','.join(_texts(connection, canvas_id, since))}]"


def close_canvas(connection: psycopg.Connection[Any], canvas_id: uuid.UUID) -> None:
    """Tell every web process that a canvas was deleted, once the caller commits."""
    tell(connection, canvas_id, "closed")


def _texts(connection: psycopg.Connection[Any], canvas_id: uuid.UUID, since: int) -> list[str]:
    with connection.cursor(row_factory=tuple_row) as cursor:
        return [row[0] for row in cursor.execute(LOAD, [canvas_id, since])]


def _parameters(canvas_id: uuid.UUID, job_id: uuid.UUID | None, following: int, given: list[Element]) -> dict[str, Any]:
    return {
        "canvas_id": canvas_id,
        "job_id": job_id,
        "next": following,
        "ids": [element["id"] for element in given],
        "versions": [element["version"] for element in given],
        "nonces": [element["versionNonce"] for element in given],
        "deleted": [bool(element.get("isDeleted", False)) for element in given],
        "data": [orjson.dumps(element).decode() for element in given],
    }


def _check_room(cursor: psycopg.Cursor[tuple[Any, ...]], canvas_id: uuid.UUID) -> None:
    found = cursor.execute("SELECT count(*) FROM canvas_element WHERE canvas_id = %s", [canvas_id]).fetchone()
    if found is not None and found[0] > MAX_CANVAS_ELEMENTS:
        raise Unprocessable(
            f"A canvas holds at most {MAX_CANVAS_ELEMENTS:,} elements, deleted ones included. Begin another canvas."
        )


def _with_count() -> Select[Canvas, int]:
    count = select(func.count()).where(_alive(Canvas.id)).correlate(Canvas).scalar_subquery()
    return select(Canvas, count)


def _alive(canvas_id: uuid.UUID | ColumnElement[uuid.UUID] | InstrumentedAttribute[uuid.UUID]) -> ColumnElement[bool]:
    return and_(CanvasElement.canvas_id == canvas_id, CanvasElement.is_deleted.is_(False))


def _in_trash(trash: bool) -> ColumnElement[bool]:
    return Canvas.deleted_at.is_not(None) if trash else Canvas.deleted_at.is_(None)
