"""Reading the stored events of jobs: what the feed emits, what a client missed, and how an event looks on the wire."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from backend.errors import NotFound
from backend.identity import Actor

Connection = psycopg.Connection[Any]
PAGE = 5_000  # rows read at once
MAX_BASELINE = 5_000  # jobs in each state; an older one that moves is emitted from its beginning
LAST_ID = uuid.UUID(int=2**128 - 1)

_JOBS = "SELECT id, user_id, canvas_id, job_type, status, last_seq FROM ai_job"
_EVENTS_OF_JOBS = """
    SELECT e.job_id, e.seq, e.type, e.status, e.progress, e.message, e.data, e.at
    FROM unnest(%(ids)s::uuid[], %(after)s::int[]) AS wanted (id, after)
    JOIN ai_job_event e ON e.job_id = wanted.id AND e.seq > wanted.after
    ORDER BY e.job_id, e.seq
    LIMIT %(limit)s
"""
_BEHIND = """
    SELECT j.id FROM unnest(%(ids)s::uuid[], %(seqs)s::int[]) AS known (id, seq)
    JOIN ai_job j ON j.id = known.id AND j.last_seq > known.seq
"""


@dataclass(frozen=True)
class JobRow:
    """What the feed must know of a job: whose it is, and how far it has come."""

    id: uuid.UUID
    user_id: uuid.UUID
    canvas_id: uuid.UUID | None
    job_type: str
    status: str
    last_seq: int

    @property
    def finished(self) -> bool:
        """Whether nothing more is to be expected."""
        return self.status in ("completed", "failed", "cancelled")


@dataclass(frozen=True)
class Event:
    """One row of ``ai_job_event``."""

    job_id: uuid.UUID
    seq: int
    type: str
    status: str
    progress: int
    message: str | None
    data: dict[str, Any] | None
    at: datetime


def find_jobs(connection: Connection, condition: str, parameters: Mapping[str, object]) -> list[JobRow]:
    """The jobs that fulfil ``condition``, a piece of SQL of our own; hidden ones are nobody's."""
    with connection.cursor(row_factory=class_row(JobRow)) as cursor:
        return cursor.execute(f"{_JOBS} WHERE NOT hidden AND {condition}", parameters).fetchall()


def jobs_under_way(connection: Connection, whose: str, parameters: Mapping[str, object]) -> list[JobRow]:
    """Jobs that move, and those from ``recent`` on. One index for each condition: an OR would read the table."""
    parts = (
        f"({_JOBS} WHERE NOT hidden AND {whose} AND {moving} ORDER BY id DESC LIMIT {MAX_BASELINE})"
        for moving in ("status = 'processing'", "status = 'queued'", "id >= %(recent)s")
    )
    with connection.cursor(row_factory=class_row(JobRow)) as cursor:
        return cursor.execute(" UNION ".join(parts), parameters).fetchall()


def all_jobs(connection: Connection, condition: str, parameters: Mapping[str, object]) -> Iterator[JobRow]:
    """``find_jobs``, the newest first, page by page: there may be very many."""
    last = LAST_ID
    while True:
        page = find_jobs(
            connection, f"{condition} AND id < %(last)s ORDER BY id DESC LIMIT {PAGE}", {**parameters, "last": last}
        )
        yield from page
        if len(page) < PAGE:
            return
        last = page[-1].id


def jobs_behind(connection: Connection, known: Mapping[uuid.UUID, int]) -> list[uuid.UUID]:
    """Which jobs have events after the given numbers."""
    rows = connection.execute(_BEHIND, {"ids": list(known), "seqs": list(known.values())}).fetchall()
    return [job_id for (job_id,) in rows]


def first_id_at(moment: datetime) -> uuid.UUID:
    """The smallest UUID version 7 of that moment: ids of jobs sort by the time of their creation."""
    return uuid.UUID(int=int(moment.timestamp() * 1000) << 80 | 7 << 76 | 2 << 62)


def visible_job(connection: Connection, actor: Actor, job_id: uuid.UUID) -> JobRow:
    """The job, if ``actor`` owns it or is staff. Raises NotFound, for a foreign one too."""
    found = find_jobs(connection, "id = %(id)s", {"id": job_id})
    if not found or not (actor.sees_all or found[0].user_id == actor.user_id):
        raise NotFound("There is no such job, or it belongs to somebody else.")
    return found[0]


def events_after(connection: Connection, wanted: Mapping[uuid.UUID, int], limit: int = PAGE) -> list[Event]:
    """The events of each job after the given number, in order; at most ``limit``, so ask again after a full page."""
    with connection.cursor(row_factory=class_row(Event)) as cursor:
        parameters = {"ids": list(wanted), "after": list(wanted.values()), "limit": limit}
        return cursor.execute(_EVENTS_OF_JOBS, parameters).fetchall()


def gap_before(events: list[Event], after: int, last_seq: int) -> dict[str, int] | None:
    """What retention has cut between ``after`` and the first event that is left: {from, to}."""
    first = events[0].seq if events else last_seq + 1
    return {"from": after + 1, "to": first - 1} if first > after + 1 else None


def event_body(event: Event) -> dict[str, Any]:
    """An event in a list of one job's events."""
    return {
        "seq": event.seq,
        "type": event.type,
        "status": event.status,
        "progress": event.progress,
        "message": event.message,
        "data": event.data,
        "at": event.at.isoformat(),
    }


def live_body(event: Event, job_type: str, canvas_id: uuid.UUID | None) -> dict[str, Any]:
    """An event that travels by itself: it says of which job it is."""
    return {
        "job_id": str(event.job_id),
        "job_type": job_type,
        "canvas_id": None if canvas_id is None else str(canvas_id),
        **event_body(event),
    }
