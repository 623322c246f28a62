"""Enqueue many jobs of one task in one statement: all of them or none, in the caller's transaction."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import psycopg
from marshmallow import ValidationError

from backend.db import AnyConnection, driver_connection, uuid7
from backend.errors import Unprocessable
from backend.jobs import store
from backend.jobs.enqueue import (
    InvalidRequest,
    insert_or_find,
    required_task,
    shared_parameters,
    summary_of,
)
from backend.jobs.hints import EVENT, LATER, READY
from backend.jobs.options import Options, check_options
from backend.jobs.payload import to_json
from backend.jobs.registry import Task
from backend.jobs.session_hints import hints_of, owe_after_commit

MAX_JOBS = 5_000  # of one call; each statement holds its rows and its place in the log until the caller commits
MAX_BYTES = 64 * 1024 * 1024  # of all requests of one call
MAX_LISTED_ERRORS = 20  # wrong requests that are described


def enqueue_many(
    session_or_connection: AnyConnection,
    job_type: str,
    requests: Sequence[Mapping[str, Any]],
    *,
    user_id: uuid.UUID,
    canvas_id: uuid.UUID | None = None,
    priority: str = "normal",
    queue: str | None = None,
    run_at: datetime | None = None,
    expires_at: datetime | None = None,
    max_attempts: int | None = None,
    tags: Sequence[str] = (),
    parent_id: uuid.UUID | None = None,
    correlation_id: str | None = None,
    limit_key: str | None = None,
) -> list[uuid.UUID]:
    """Add a job for each of up to ``MAX_JOBS`` requests; their ids in the order of the requests.

    The options hold for all. Raises ``Unprocessable``, whose ``errors`` name the requests that are wrong by their index,
    and then adds nothing.
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
        parent_id=parent_id,
        correlation_id=correlation_id,
        limit_key=limit_key,
    )
    check_options(options)
    if len(requests) > MAX_JOBS:
        raise Unprocessable(f"At most {MAX_JOBS} jobs can be made at once.", code="too_many")
    parsed = _parse(task, requests)
    return insert_jobs(session_or_connection, task, parsed, options, user_id) if parsed else []


def insert_jobs(
    target: AnyConnection,
    task: Task,
    requests: Sequence[dict[str, Any]],
    options: Options,
    user_id: uuid.UUID,
) -> list[uuid.UUID]:
    """Insert jobs of parsed requests, whose options were checked, with one hint for all.

    Jobs of a task that declares them unique, or caches results, are made one by one: some of the ids may be those of
    equal jobs, some of the jobs completed at once.
    """
    if task.unique is not None or task.cache_seconds is not None:
        return [insert_or_find(target, task, request, options, user_id, "").job.id for request in requests]
    ids = [uuid7() for _ in requests]
    parameters = {
        **shared_parameters(task, options, user_id),
        "ids": ids,
        "requests": _stored(task, requests),
        "summaries": [summary_of(task, request) for request in requests],
        "limit_keys": [options.limit_key or task.limit_key(request) for request in requests],
        "ready_channel": READY if options.run_at is None else LATER,
    }
    if isinstance(target, psycopg.Connection):
        store.enqueue_many(target, {**parameters, "lead_ready": True, "lead_event": True})
        return ids
    hints = hints_of(target)
    lead_ready, lead_event = hints.lead(READY), hints.lead(EVENT)
    store.enqueue_many(driver_connection(target), {**parameters, "lead_ready": lead_ready, "lead_event": lead_event})
    owe_after_commit(
        target,
        None if lead_ready else (parameters["ready_channel"], parameters["queue"]),
        () if lead_event else [store.Written(job_id, 1) for job_id in ids],
    )
    return ids


def _parse(task: Task, requests: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    parsed: list[dict[str, Any]] = []
    wrong: dict[str, Any] = {}
    for index, request in enumerate(requests):
        try:
            parsed.append(task.parse(request))
        except ValidationError as error:
            wrong[str(index)] = error.messages
            if len(wrong) == MAX_LISTED_ERRORS:
                break
    if wrong:
        raise InvalidRequest(
            "Some requests have missing or wrong values; “errors” names them by their index.", errors=wrong
        )
    return parsed


def _stored(task: Task, requests: Sequence[dict[str, Any]]) -> list[str]:
    dumped = [to_json(task.stored(request)) for request in requests]
    if sum(map(len, dumped)) > MAX_BYTES:
        raise Unprocessable(f"The requests are larger than {MAX_BYTES} bytes together.", code="too_large")
    return dumped
