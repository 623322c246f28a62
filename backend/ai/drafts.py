"""Statements on ``ai_draft``, in the fenced transactions of the job that owns the draft."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.rows import tuple_row
from psycopg.types.json import Jsonb

from backend.ai.drawing.elements import Element
from backend.jobs.upkeep.retention import sweep

Connection = psycopg.Connection[Any]


@dataclass(frozen=True)
class Draft:
    """What a job draws: batches of complete elements, how many of them are on the canvas, and the job's result.

    While a model is still writing there is no result yet; ``drawn`` are the versions of the elements that are there, ``changes``
    says how far the changes to a canvas are.
    """

    result: dict[str, Any]
    batches: list[list[Element]]
    written: int = 0
    origin: tuple[float, float] | None = None
    drawn: Mapping[str, int] = field(default_factory=dict)
    changes: Mapping[str, Any] | None = None

    @property
    def growing(self) -> bool:
        """Whether the answer was not whole when this was saved."""
        return not self.result

    @property
    def elements_written(self) -> int:
        """Elements that are on the canvas."""
        return sum(map(len, self.batches[: self.written]))


def load_draft(connection: Connection, job_id: uuid.UUID) -> Draft | None:
    """The draft that an earlier run of this job has saved."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        found = cursor.execute(
            "SELECT result, batches, written, origin, drawn, changes FROM ai_draft WHERE job_id = %s", (job_id,)
        ).fetchone()
    if found is None:
        return None
    result, batches, written, origin, drawn, changes = found
    return Draft(result, batches, written, (origin[0], origin[1]) if origin else None, drawn, changes)


def save_draft(connection: Connection, job_id: uuid.UUID, draft: Draft) -> None:
    """Save a draft instead of one that was growing."""
    origin = None if draft.origin is None else Jsonb(draft.origin)
    changes = None if draft.changes is None else Jsonb(draft.changes)
    connection.execute(
        """
        INSERT INTO ai_draft (job_id, result, batches, written, origin, drawn, changes) VALUES (%s, %s, %s, %s, %s, %s, %s)
        ON CONFLICT (job_id) DO UPDATE SET result = excluded.result, batches = excluded.batches,
            written = excluded.written, origin = excluded.origin, drawn = excluded.drawn, changes = excluded.changes
        """,
        (job_id, Jsonb(draft.result), Jsonb(draft.batches), draft.written, origin, Jsonb(draft.drawn), changes),
    )


def note_written(connection: Connection, job_id: uuid.UUID, draft: Draft) -> None:
    """One more batch is on the canvas; after the last one the elements are kept there alone."""
    done = draft.written >= len(draft.batches)
    connection.execute(
        "UPDATE ai_draft SET written = %s, result = %s, batches = CASE WHEN %s THEN '[]' ELSE batches END WHERE job_id = %s",
        (draft.written, Jsonb(draft.result), done, job_id),
    )


def forget_draft(connection: Connection, job_id: uuid.UUID) -> None:
    """A job that begins anew, should it be tried again."""
    connection.execute("DELETE FROM ai_draft WHERE job_id = %s", (job_id,))


@sweep("drafts without a canvas")
def forget_drafts(connection: Connection, limit: int) -> int:
    """Nobody draws on a canvas that is gone. Any other draft goes with its job: failed or cancelled, the job may be tried
    again, and then asks no model again.
    """
    return connection.execute(
        """
        DELETE FROM ai_draft WHERE job_id = ANY (ARRAY(
            SELECT job_id FROM ai_draft JOIN ai_job ON ai_job.id = job_id
            WHERE canvas_id IS NULL AND status IN ('completed', 'failed', 'cancelled') LIMIT %s
        ))
        """,
        (limit,),
    ).rowcount
