"""The result cache and single flight: equal requests of a task that caches share one run, and its result for a while.

Every such request is a job of its own. The run is another, hidden one (a *flight*): whoever goes, be it the first, takes nothing
from the others. Two transactions never miss each other: a flight stays open for newcomers until its result is stored, in
the transaction that closes it.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Collection, Mapping
from typing import Any

import orjson

from backend.db import AnySession, driver_connection, uuid7
from backend.errors import Conflict
from backend.identity import Actor
from backend.jobs.caching import cache_store
from backend.jobs.job import Job
from backend.jobs.registry import Task, all_tasks, find_task
from backend.jobs.store import Connection

TURNS = 20  # a flight may land between our two looks; each of them is as short as a statement


def cache_key(task: Task, stored: Mapping[str, Any], user_id: uuid.UUID, canvas_id: uuid.UUID | None) -> str:
    """What equal requests have in common: type, version, the parsed request, its canvas, and whose it is unless all share."""
    owner = None if task.cache_scope == "shared" else user_id
    body = orjson.dumps([task.name, task.version, dict(stored), owner, canvas_id], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(body).hexdigest()


def board(connection: Connection, job: Job, key: str, *, fresh: bool = False) -> Job:
    """Complete a job that this transaction has queued from the cache, or let it follow the run of its key.

    Returns the completed job, or the same. With ``fresh`` no stored result and no run that has begun will do.
    """
    if fresh:
        cache_store.part_flight(connection, key)
    for _ in range(TURNS):
        served = None if fresh else cache_store.serve(connection, job.id, key)
        if served is not None:
            return served
        flight_id = uuid7()
        first = cache_store.start_flight(connection, flight_id, job.id, key)
        # It may have been open until a moment ago: then its result was stored with its end.
        served = cache_store.serve(connection, job.id, key) if first and not fresh else None
        if served is not None:
            cache_store.withdraw_flight(connection, flight_id)
            return served
        if cache_store.join_flight(connection, job.id, key, first=first):
            if not first:
                cache_store.lift_flights(connection, [job.id])
            return job
    raise Conflict("Equal jobs end as quickly as they are asked for; try again.")


def board_again(connection: Connection, ids: Collection[uuid.UUID]) -> None:
    """The same for jobs that were queued again by hand, each with the key that it had."""
    for job, (key,) in cache_store.find_keys(connection, ids) if ids else ():
        task = find_task(job.job_type)
        if task is not None and task.cache_seconds is not None:
            board(connection, job, key)


def forget(
    session: AnySession, actor: Actor, *, key: str | None, job_type: str | None, canvas_id: uuid.UUID | None
) -> int:
    """Remove the actor's stored results, staff: everybody's, that fit all that is given. Returns how many.

    What runs at this moment will not be stored: it began before the reason for this.
    """
    return cache_store.forget(
        driver_connection(session),
        user_id=None if actor.acts_on_all else actor.user_id,
        key=key,
        job_type=job_type,
        canvas_id=canvas_id,
        shared_types=[task.name for task in all_tasks() if task.cache_scope == "shared"],
    )
