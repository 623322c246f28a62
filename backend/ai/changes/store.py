"""Statements on the changes of jobs, in the transactions that make or undo them."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import tuple_row
from psycopg.types.json import Jsonb

from backend.ai.drawing.elements import Element

Connection = psycopg.Connection[Any]

# Of several changes of one element by one job the first knows what was there before.
RECORD = """
INSERT INTO ai_changed_element AS old (job_id, element_id, before, version)
SELECT %(job_id)s, * FROM unnest(%(ids)s::text[], %(before)s::jsonb[], %(versions)s::bigint[])
ON CONFLICT (job_id, element_id) DO UPDATE SET version = excluded.version
"""
NOTE = """
UPDATE ai_changed_element SET version = note.version, after = note.after
FROM unnest(%(ids)s::text[], %(versions)s::bigint[], %(after)s::jsonb[]) AS note (element_id, version, after)
WHERE job_id = %(job_id)s AND ai_changed_element.element_id = note.element_id
"""


@dataclass(frozen=True)
class Record:
    """One changed element as it is stored."""

    element_id: str
    before: Element | None
    after: Element | None
    version: int


def record(
    connection: Connection,
    job_id: uuid.UUID,
    canvas_id: uuid.UUID,
    accepted: Sequence[Element],
    before: Mapping[str, Element],
) -> None:
    """Remember what a job has just changed, and what was there before."""
    if not accepted:
        return
    connection.execute(
        "INSERT INTO ai_change (job_id, canvas_id) VALUES (%s, %s) ON CONFLICT DO NOTHING", (job_id, canvas_id)
    )
    ids = [element["id"] for element in accepted]
    images = [Jsonb(before[name]) if name in before else None for name in ids]
    versions = [element["version"] for element in accepted]
    connection.execute(RECORD, {"job_id": job_id, "ids": ids, "before": images, "versions": versions})


def forget(connection: Connection, job_id: uuid.UUID) -> None:
    """A job that has changed nothing after all has nothing to be undone."""
    connection.execute("DELETE FROM ai_change WHERE job_id = %s", (job_id,))


def has_changed(connection: Connection, job_id: uuid.UUID) -> bool:
    """Whether a job has changed anything yet."""
    return connection.execute("SELECT FROM ai_change WHERE job_id = %s", (job_id,)).rowcount > 0


def records(connection: Connection, job_id: uuid.UUID) -> list[Record]:
    """All that a job changed."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        rows = cursor.execute(
            "SELECT element_id, before, after, version FROM ai_changed_element WHERE job_id = %s", (job_id,)
        )
        return [Record(*row) for row in rows]


def note(connection: Connection, job_id: uuid.UUID, written: Mapping[str, tuple[int, Element | None]]) -> None:
    """The versions in which elements were left now, and what they were before that."""
    after = [None if image is None else Jsonb(image) for _, image in written.values()]
    versions = [version for version, _ in written.values()]
    connection.execute(NOTE, {"job_id": job_id, "ids": list(written), "versions": versions, "after": after})


def decide(connection: Connection, job_id: uuid.UUID, status: str, spared: Sequence[str]) -> None:
    """Note what was decided."""
    connection.execute(
        "UPDATE ai_change SET status = %s, spared = %s, decided_at = now() WHERE job_id = %s",
        (status, Jsonb(list(spared)), job_id),
    )
