"""Enqueue a job in the caller's transaction: it exists exactly if the caller commits."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from marshmallow import ValidationError

from backend.db import AnyConnection, driver_connection, raw_connection, uuid7
from backend.errors import Conflict, Unprocessable
from backend.jobs import store
from backend.jobs.caching.cache import board, cache_key
from backend.jobs.engine_settings import current_settings
from backend.jobs.hints import EVENT, LATER, READY
from backend.jobs.job import Job
from backend.jobs.options import Options, check_options
from backend.jobs.payload import clean, fingerprint_of, to_json
from backend.jobs.registry import Task, find_task, queue_of, task_names
from backend.jobs.run_log import current_correlation
from backend.jobs.session_hints import hints_of, owe_after_commit
from backend.jobs.unique import Unique

MICROSECONDS = 1_000_000
TURNS = 5  # what stands in the way may be gone when we look at it; not so often in a row


@dataclass(frozen=True)
class Enqueued:
    """A job, and whether this call made it.

    False: the idempotency key had made it before, or it is the equal one of a unique job (``equal``). ``cached``: the
    result was there, the job is completed already.
    """

    job: Job
    created: bool
    equal: bool = False
    cached: bool = False


def enqueue(
    session_or_connection: AnyConnection,
    job_type: str,
    request: Mapping[str, Any],
    *,
    user_id: uuid.UUID,
    canvas_id: uuid.UUID | None = None,
    priority: str = "normal",
    queue: str | None = None,
    run_at: datetime | None = None,
    expires_at: datetime | None = None,
    max_attempts: int | None = None,
    tags: Sequence[str] = (),
    idempotency_key: str | None = None,
    parent_id: uuid.UUID | None = None,
    correlation_id: str | None = None,
    unique: Unique | None = None,
    limit_key: str | None = None,
    fresh: bool = False,
) -> Enqueued:
    """Add a job in the transaction of a SQLAlchemy session or a raw psycopg connection.

    ``unique`` replaces what the task declares; an equal job that stands in the way is returned instead of a new one.
    ``fresh``: no stored result, and no run that has begun, will do for a task that caches its results.

    Raises ``Unprocessable`` for a request or an option that is not allowed, ``Conflict`` if the user has used the
    idempotency key for another request.
    """
    task = required_task(job_type)
    options = Options(
        canvas_id=canvas_id,
        priority=priority,
        queue=queue,
        run_at=run_at,
        expires_at=expires_at,
        max_attempts=max_attempts,
        tags=tags,
        idempotency_key=idempotency_key,
        parent_id=parent_id,
        correlation_id=correlation_id,
        unique=unique,
        limit_key=limit_key,
        fresh=fresh,
    )
    fingerprint = "" if idempotency_key is None else fingerprint_of(job_type, request)
    parsed = parse_request(task, request)
    return insert_or_find(session_or_connection, task, parsed, options, user_id, fingerprint)


class InvalidRequest(Unprocessable):
    """The request does not fit its task's schema; ``errors`` are about the request's own fields."""


def required_task(job_type: str) -> Task:
    """The task of this name; raises ``Unprocessable``."""
    task = find_task(job_type)
    if task is None:
        raise Unprocessable(
            f"There is no job type called “{clean(job_type[:80])}”.",
            code="unknown_job_type",
            errors={"job_type": [f"Use one of: {', '.join(task_names())}."]},
        )
    return task


def parse_request(task: Task, raw: Mapping[str, Any]) -> dict[str, Any]:
    """The validated request; raises ``InvalidRequest`` with a message for each field."""
    try:
        return task.parse(raw)
    except ValidationError as error:
        raise InvalidRequest(
            "Some values of the request are missing or wrong; “errors” names each one.", errors=error.messages
        ) from error


def known_job(
    target: AnyConnection, user_id: uuid.UUID, idempotency_key: str | None, fingerprint: str
) -> Enqueued | None:
    """The job that the user made with this key; raises ``Conflict`` if it was for another request."""
    if idempotency_key is None:
        return None
    found = store.find_idempotent(raw_connection(target), user_id, idempotency_key)
    if found is None:
        return None
    job, known = found
    if known != fingerprint:
        raise key_reused(job.id)
    return Enqueued(job, created=False)


def key_reused(job_id: uuid.UUID) -> Conflict:
    """The refusal of an idempotency key that was used for another request, which made this job."""
    return Conflict(
        "This Idempotency-Key was used for another request. Send a new key with a new request.",
        code="idempotency_key_reused",
        job_id=str(job_id),
    )


def insert_or_find(
    target: AnyConnection, task: Task, request: dict[str, Any], options: Options, user_id: uuid.UUID, fingerprint: str
) -> Enqueued:
    """Insert a job of a parsed request, or find the one that its idempotency key or its uniqueness means."""
    check_options(options)
    for _ in range(TURNS):
        parameters = parameters_of(task, request, options, user_id, fingerprint)
        if task.cache_seconds is not None and options.run_at is None:
            key = cache_key(task, task.stored(request), user_id, options.canvas_id)
            with raw_connection(target).transaction():  # several statements, on an autocommit connection too
                made = _insert(target, parameters)
                found = made and board(raw_connection(target), made, key, fresh=options.fresh)
        else:
            found = made = _insert(target, parameters)
        if found is not None:
            return Enqueued(found, created=True, cached=found is not made)
        known = known_job(target, user_id, options.idempotency_key, fingerprint)
        if known is not None:
            return known
        equal = store.find_unique(raw_connection(target), parameters)
        if equal is not None:
            return Enqueued(equal, created=False, equal=True)
    raise Conflict("The job that stands in the way of this one is just ending; try again.")


def _insert(target: AnyConnection, parameters: dict[str, Any]) -> Job | None:
    """Insert a job and hint the workers; None if another one stands in the way."""
    later = parameters["run_at"] is not None
    channel, lead = (LATER, "lead_later") if later else (READY, "lead_ready")
    if isinstance(target, psycopg.Connection):
        # Nobody tells us when this transaction commits, so the hints must travel in it.
        return store.enqueue(target, {**parameters, lead: True, "lead_event": True})
    hints = hints_of(target)
    lead_ready, lead_event = hints.lead(channel), hints.lead(EVENT)
    job = store.enqueue(driver_connection(target), {**parameters, lead: lead_ready, "lead_event": lead_event})
    if job is not None:
        owe_after_commit(
            target,
            None if lead_ready else (channel, parameters["queue"]),
            () if lead_event else [store.Written(job.id, job.last_seq)],
        )
    return job


def parameters_of(
    task: Task, request: dict[str, Any], options: Options, user_id: uuid.UUID, fingerprint: str
) -> dict[str, Any]:
    """The parameters of ``enqueue_job`` for a parsed request and checked options."""
    stored = task.stored(request)
    unique = options.unique or task.unique
    parameters = shared_parameters(task, options, user_id)
    parameters["id"] = uuid7()
    parameters["limit_key"] = options.limit_key or task.limit_key(request)
    parameters["summary"] = summary_of(task, request)
    parameters["request"] = to_json(stored)
    parameters["unique_hash"] = None if unique is None else unique.hash(task.name, stored, user_id)
    parameters["unique_window"] = None if unique is None else unique.window
    parameters["unique_states"] = None if unique is None else list(unique.blocking)
    parameters["idempotency_key"] = options.idempotency_key
    parameters["idempotency_hash"] = None if options.idempotency_key is None else fingerprint
    parameters["once"] = unique is not None or options.idempotency_key is not None
    return parameters


def shared_parameters(task: Task, options: Options, user_id: uuid.UUID) -> dict[str, Any]:
    """What a statement needs to know of every job that is made by the same call."""
    settings = current_settings()
    return {
        "user_id": user_id,
        "canvas_id": options.canvas_id,
        "job_type": task.name,
        "queue": options.queue or queue_of(task, settings),
        "priority": options.priority,
        "offset": int(settings.priority_offsets[options.priority] * MICROSECONDS),
        "run_at": options.run_at,
        "expires_at": options.expires_at,
        "max_attempts": options.max_attempts or task.retry.max_attempts or settings.max_attempts,
        "parent_id": options.parent_id,
        "tags": list(options.tags),
        "correlation_id": options.correlation_id or current_correlation(),
    }


def summary_of(task: Task, request: dict[str, Any]) -> str | None:
    """The job's title as it can be stored."""
    summary = task.summary(request)
    return None if summary is None else clean(summary)
