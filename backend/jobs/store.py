"""The engine's statements: one file each under ``queries/``, read and run here alone.

Every write of a worker names the claim token. What comes back says what was written; what is missing was lost.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, LiteralString, NamedTuple

import orjson
import psycopg
from psycopg.types.json import Jsonb, set_json_loads

from backend.jobs.engine_settings import priority_offsets
from backend.jobs.job import Job
from backend.jobs.outcome import Settlement
from backend.jobs.unreadable import read_anyhow

QUERIES = Path(__file__).parent / "queries"
JOB_COLUMNS = [field.encode() for field in Job._fields]

IF = re.compile(r" -- if (\w+)$", re.MULTILINE)
MAX_RESULTS = 32 * 1024 * 1024  # characters of results in one statement: five hundred of 8 MB would not fit a message

Connection = psycopg.Connection[Any]


class Written(NamedTuple):
    """A job that was written, and the sequence number of the event that says so."""

    job_id: uuid.UUID
    seq: int


@dataclass(frozen=True, slots=True)
class ProgressReport:
    """Progress of one run, to be stored."""

    job_id: uuid.UUID
    token: uuid.UUID
    progress: int
    message: str | None


class ProgressAnswer(NamedTuple):
    """What became of a report. Neither written nor lost: the row was locked, send it again."""

    job_id: uuid.UUID
    seq: int | None
    cancelled: bool
    lost: bool


class TooMuchAtOnce(Exception):
    """Results that are too large for one statement."""


class Ended(NamedTuple):
    """A followed job that has ended."""

    job_id: uuid.UUID
    status: str
    parent_id: uuid.UUID | None


class Requeued(NamedTuple):
    """Jobs that were queued again, and those of them that shared a run, or were served from the cache."""

    ids: set[uuid.UUID]
    cacheable: set[uuid.UUID]


@cache
def statement(name: str) -> LiteralString:
    """The text of ``queries/<name>.sql``."""
    return (QUERIES / f"{name}.sql").read_text(encoding="utf-8")


def prepare_connection(connection: Connection) -> None:
    """Read JSON with orjson on this connection."""
    set_json_loads(orjson.loads, connection)


def _run(connection: Connection, name: str, parameters: dict[str, Any]) -> psycopg.Cursor[Any]:
    return connection.cursor(binary=True).execute(statement(name), parameters)


def _jobs(cursor: psycopg.Cursor[Any]) -> list[tuple[Job, tuple[Any, ...]]]:
    """Jobs of a result, each with the columns that follow it."""
    width = len(JOB_COLUMNS)
    result = cursor.pgresult  # not cursor.description, which makes an object for each column
    names = [] if result is None else [result.fname(column) for column in range(min(width, result.nfields))]
    if names != JOB_COLUMNS:
        raise RuntimeError(f"a statement returns {names} where a job has {JOB_COLUMNS}")
    try:
        rows = cursor.fetchall()
    except (psycopg.DataError, ValueError) as error:
        rows = read_anyhow(cursor, error)
    return [(Job._make(row[:width]), row[width:]) for row in rows]


# --- enqueue and cancel: in the caller's transaction -------------------------------------------------------------


def enqueue(connection: Connection, parameters: dict[str, Any]) -> Job | None:
    """Insert a job with its first event; None if its idempotency key is taken or an equal job stands in the way."""
    given = frozenset([name for name, value in parameters.items() if value])
    text = lines_for(statement("enqueue_job"), given)
    row = connection.cursor(binary=True).execute(text, parameters).fetchone()
    return None if row is None else _new_job(parameters, row[0])


@cache
def lines_for(text: LiteralString, given: frozenset[str]) -> LiteralString:
    """A statement without the lines that are for what is not given: those that end in “-- if name”."""
    lines = text.splitlines(keepends=True)
    return "".join([line for line in lines if (found := IF.search(line)) is None or found[1] in given])


def _new_job(parameters: dict[str, Any], created_at: datetime) -> Job:
    """The job that ``enqueue_job`` made; sending back what it was sent would cost a tenth of its time."""
    sent = parameters
    return Job(
        id=sent["id"],
        user_id=sent["user_id"],
        canvas_id=sent["canvas_id"],
        job_type=sent["job_type"],
        queue=sent["queue"],
        priority=sent["priority"],
        status="queued",
        summary=sent["summary"],
        request_data=orjson.loads(sent["request"]),
        progress=0,
        progress_message=None,
        error_code=None,
        error_message=None,
        attempt=0,
        max_attempts=sent["max_attempts"],
        runs=0,
        rescues=0,
        last_seq=1,
        run_at=sent["run_at"],
        expires_at=sent["expires_at"],
        cancel_requested_at=None,
        created_at=created_at,
        started_at=None,
        completed_at=None,
        parent_id=sent["parent_id"],
        tags=sent["tags"],
        correlation_id=sent["correlation_id"],
    )


def enqueue_many(connection: Connection, parameters: dict[str, Any]) -> None:
    """Insert jobs with their first events."""
    arrays = {
        "ids": _uuid_array(parameters["ids"]),
        "requests": _text_array(parameters["requests"]),
        **{name: _array_or_null(parameters[name]) for name in ("summaries", "limit_keys")},
    }
    _run(connection, "enqueue_jobs", {**parameters, **arrays})


def find_idempotent(connection: Connection, user_id: uuid.UUID, key: str) -> tuple[Job, str] | None:
    """The job made with this key and the hash of its request."""
    found = _jobs(_run(connection, "find_idempotent_job", {"user_id": user_id, "idempotency_key": key}))
    return (found[0][0], found[0][1][0]) if found else None


def find_unique(connection: Connection, parameters: dict[str, Any]) -> Job | None:
    """The job that stood in the way of the unique one with these parameters, if it still does."""
    wanted = {name: parameters[name] for name in ("unique_hash", "unique_window")}
    found = _jobs(_run(connection, "find_unique_job", wanted))
    return found[0][0] if found else None


def cancel_queued(connection: Connection, ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Cancel jobs that have not started; those that were."""
    return _ids(_run(connection, "cancel_queued_jobs", {"ids": list(ids)}))


def request_cancel(connection: Connection, ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Ask running jobs to stop; without those that do not run or were asked already."""
    return {job_id for job_id, _ in _run(connection, "request_cancel", {"ids": list(ids)}).fetchall()}


def requeue(connection: Connection, ids: Collection[uuid.UUID]) -> Requeued:
    """Queue failed and cancelled jobs again.

    Raises psycopg's ``UniqueViolation`` if an equal unique job is being enqueued at this moment.
    """
    requeued, cacheable, *_ = _one(
        _run(connection, "requeue_jobs", {"ids": list(ids), "offsets": Jsonb(priority_offsets())})
    )
    return Requeued(set(requeued), set(cacheable))


def change_priority(connection: Connection, ids: Collection[uuid.UUID], priority: str) -> set[uuid.UUID]:
    """Give queued jobs a priority; returns those that were queued."""
    offsets = priority_offsets()
    parameters = {
        "ids": list(ids),
        "priority": priority,
        "offset": offsets[priority],
        "offsets": Jsonb(offsets),
    }
    return _ids(_run(connection, "change_priority", parameters))


def delete(connection: Connection, ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Delete the records of finished jobs; returns those that are gone."""
    return _ids(_run(connection, "delete_jobs", {"ids": list(ids)}))


def notify(connection: Connection, hints: Iterable[tuple[str, str]]) -> None:
    """Send hints: (channel, payload)."""
    pairs = list(hints)
    _run(connection, "notify", {"channels": [c for c, _ in pairs], "payloads": [p for _, p in pairs]})


# --- the worker's writes -------------------------------------------------------------------------------------------


def claim(
    connection: Connection,
    *,
    queues: Sequence[str],
    limit: int,
    token: uuid.UUID,
    worker_id: int,
    lease: float,
    lead: bool,
) -> list[Job]:
    """Take up to ``limit`` jobs for a worker. With ``lead`` the statement carries the hint of its events."""
    parameters = {
        "queues": list(queues),
        "limit": limit,
        "token": token,
        "worker_id": worker_id,
        "lease": lease,
        "lead": lead,
    }
    return [job for job, _ in _jobs(_run(connection, "claim_jobs", parameters))]


def complete(
    connection: Connection, worker_id: int, done: Sequence[tuple[uuid.UUID, uuid.UUID, str]], *, lead: bool
) -> tuple[int, list[Written]]:
    """Write finished jobs: (id, token, result as JSON). Returns how many were written and, without ``lead``, which.

    Raises ``TooMuchAtOnce`` for several whose results are together larger than ``MAX_RESULTS``.
    """
    results = _text_array([row[2] for row in done])
    if len(results) > MAX_RESULTS and len(done) > 1:
        raise TooMuchAtOnce
    parameters = {
        "ids": _uuid_array([row[0] for row in done]),
        "tokens": _uuid_array([row[1] for row in done]),
        "results": results,
        "worker_id": worker_id,
        "lead": lead,
    }
    count, ids, seqs, _ = _one(_run(connection, "complete_jobs", parameters))
    return count, [Written(*pair) for pair in zip(ids or (), seqs or (), strict=True)]


def settle(
    connection: Connection, worker_id: int, endings: Sequence[tuple[uuid.UUID, uuid.UUID, Settlement]], *, lead: bool
) -> list[Written]:
    """Write runs that ended otherwise: (id, token, settlement)."""
    updates = [row[2] for row in endings]
    parameters: dict[str, Any] = {
        "ids": [row[0] for row in endings],
        "tokens": [row[1] for row in endings],
        "statuses": [update.status for update in updates],
        "outcomes": [update.outcome for update in updates],
        "messages": [update.message for update in updates],
        "reasons": [update.reason for update in updates],
        "pauses": [update.pause for update in updates],
        "spends": [update.spends for update in updates],
        "error_codes": [update.error_code for update in updates],
        "error_messages": [update.error_message for update in updates],
        "details": [update.detail for update in updates],
        "tracebacks": [update.traceback for update in updates],
        "worker_id": worker_id,
        "lead": lead,
    }
    return _written(_run(connection, "settle_jobs", parameters))


def report_progress(connection: Connection, reports: Sequence[ProgressReport], *, lead: bool) -> list[ProgressAnswer]:
    """Store progress of running jobs."""
    parameters = {
        "ids": [report.job_id for report in reports],
        "tokens": [report.token for report in reports],
        "progresses": [report.progress for report in reports],
        "messages": [report.message for report in reports],
        "lead": lead,
    }
    return [ProgressAnswer(*row[:4]) for row in _run(connection, "report_progress", parameters).fetchall()]


def take_follow_ups(connection: Connection, limit: int) -> list[Ended]:
    """The ends of followed jobs that nobody has dealt with yet, the oldest first; commit when that is done."""
    return [Ended(*row) for row in _run(connection, "take_follow_ups", {"limit": limit}).fetchall()]


def put_off_follow_up(connection: Connection, job_id: uuid.UUID, seconds: float) -> None:
    """What follows from the end of this job cannot be done now: not before ``seconds`` have passed."""
    _run(connection, "put_off_follow_up", {"id": job_id, "seconds": seconds})


def _written(cursor: psycopg.Cursor[Any]) -> list[Written]:
    ids, seqs, *_ = _one(cursor)
    return [Written(*pair) for pair in zip(ids or (), seqs or (), strict=True)]


def _ids(cursor: psycopg.Cursor[Any]) -> set[uuid.UUID]:
    return set(_one(cursor)[0])


def _uuid_array(ids: Iterable[uuid.UUID]) -> str:
    """Postgres' own notation of an array: written in an eighth of the time that the driver takes for a list."""
    return "{" + ",".join([each.hex for each in ids]) + "}"


def _text_array(texts: Iterable[str]) -> str:
    """The same for texts without NUL characters."""
    quoted = [text.replace("\\", "\\\\").replace('"', '\\"') for text in texts]
    return '{"' + '","'.join(quoted) + '"}' if quoted else "{}"


def _array_or_null(values: Sequence[str | None] | None) -> Sequence[str | None] | None:
    """None for an array of nothing but nulls: ``unnest`` gives the same for both."""
    return values if values is not None and any(value is not None for value in values) else None


def _one(cursor: psycopg.Cursor[Any]) -> tuple[Any, ...]:
    row: tuple[Any, ...] | None = cursor.fetchone()
    if row is None:
        raise RuntimeError("a statement that always returns a row returned none")
    return row


# For modules that keep the statements of one concern in the same way (worker_store, handler_store, duty_store, limit_store …).
run, one, read_jobs = _run, _one, _jobs
