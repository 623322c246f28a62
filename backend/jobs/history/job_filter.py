"""Which jobs are meant by a filter: as conditions on the jobs, and as a query of the words and facets of ended ones."""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, cast, func, literal, or_
from sqlalchemy.dialects.postgresql import TSQUERY

from backend.jobs.models import FINISHED, AiJob

MAX_WORDS = 12
SLACK = 86_400.0  # seconds between the clock that made an id and that of the database


@dataclass(frozen=True)
class JobFilter:
    """Which jobs to list; empty fields do not restrict. ``user_id`` is for staff."""

    statuses: Collection[str] = ()
    job_type: str | None = None
    queue: str | None = None
    tag: str | None = None
    canvas_id: uuid.UUID | None = None
    parent_id: uuid.UUID | None = None
    q: str | None = None
    priority: str | None = None
    error_code: str | None = None
    top_level: bool = False
    since: datetime | None = None
    until: datetime | None = None
    user_id: uuid.UUID | None = None

    @property
    def scattered(self) -> bool:
        """Whether what fits may lie anywhere among the jobs, so that no index of theirs has it in order."""
        facets = (self.job_type, self.queue, self.tag, self.q, self.priority, self.error_code)
        return self.parent_id is None and self.canvas_id is None and (bool(self.statuses) or any(facets))

    @property
    def ended(self) -> list[str]:
        """The statuses of ended jobs that fit."""
        return [status for status in FINISHED if not self.statuses or status in self.statuses]

    @property
    def live(self) -> bool:
        """Whether jobs that have not ended may fit."""
        return not self.statuses or not set(self.statuses) <= set(FINISHED)


def conditions(wanted: JobFilter, job: Any = AiJob) -> Iterator[ColumnElement[bool]]:
    """What a job (``AiJob`` or an alias of it) must fulfil, all of it."""
    if wanted.statuses:
        yield job.status.in_(wanted.statuses)
    for column, value in (
        (job.job_type, wanted.job_type),
        (job.queue, wanted.queue),
        (job.priority, wanted.priority),
        (job.error_code, wanted.error_code),
        (job.canvas_id, wanted.canvas_id),
        (job.parent_id, wanted.parent_id),
        (job.user_id, wanted.user_id),
    ):
        if value is not None:
            yield column == value
    if wanted.top_level:
        yield job.parent_id.is_(None)
    if wanted.tag is not None:
        yield job.tags.contains([wanted.tag])
    if wanted.q is not None:
        yield _says(wanted.q, job)
    yield from _made_between(wanted, job)


def history_query(wanted: JobFilter) -> str:
    """The same as a tsquery over ``ai_job_search.document``: facets, and the beginnings of words."""
    facets = (
        ("user", wanted.user_id),
        ("type", wanted.job_type),
        ("queue", wanted.queue),
        ("priority", wanted.priority),
        ("error", wanted.error_code),
        ("tag", wanted.tag),
    )
    parts = [_quoted(f"={name}:{value}") for name, value in facets if value is not None]
    if set(wanted.ended) != set(FINISHED):
        parts.append("(" + " | ".join(_quoted(f"=status:{status}") for status in wanted.ended) + ")")
    return " & ".join([*parts, *(_beginnings(wanted.q) if wanted.q else [])])


def id_bounds(wanted: JobFilter) -> tuple[uuid.UUID | None, uuid.UUID | None]:
    """Ids between which all jobs lie that were made in the wanted time: an id begins with the time of its making."""
    lower = None if wanted.since is None else _first_id(wanted.since, -SLACK)
    upper = None if wanted.until is None else _first_id(wanted.until, SLACK)
    return lower, upper


def as_id(text: str | None) -> uuid.UUID | None:
    """The id that somebody searches for."""
    try:
        return uuid.UUID(text) if text is not None and len(text) >= len(uuid.UUID(int=0).hex) else None
    except ValueError:
        return None


def _says(q: str, job: Any) -> ColumnElement[bool]:
    words = " & ".join(_beginnings(q))
    document = func.job_document(
        job.job_type, job.summary, job.request_data, job.error_message, job.progress_message, job.tags, []
    )
    found: ColumnElement[bool] = document.op("@@")(cast(literal(words), TSQUERY)) if words else job.id.is_(None)
    wanted_id = as_id(q)
    return found if wanted_id is None else or_(found, job.id == wanted_id, job.correlation_id == q)


def _made_between(wanted: JobFilter, job: Any) -> Iterator[ColumnElement[bool]]:
    lower, upper = id_bounds(wanted)
    if wanted.since is not None:
        yield job.created_at >= wanted.since
        yield job.id >= lower
    if wanted.until is not None:
        yield job.created_at < wanted.until
        yield job.id < upper


def _beginnings(q: str) -> list[str]:
    words = re.findall(r"[^\W_]+", q.lower())[:MAX_WORDS]
    return [f"{_quoted(word)}:*" for word in words]


def _quoted(lexeme: str) -> str:
    escaped = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def _first_id(moment: datetime, shift: float) -> uuid.UUID:
    milliseconds = max(0, min(int((moment.timestamp() + shift) * 1000), 2**48 - 1))
    return uuid.UUID(int=milliseconds << 80)
