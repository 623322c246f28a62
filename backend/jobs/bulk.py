"""Many jobs in one request: all of them or none."""

from __future__ import annotations

import itertools
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import psycopg.errors

from backend.db import AnySession, driver_connection
from backend.errors import ApiError, Conflict, Forbidden, Unprocessable
from backend.identity import Actor
from backend.jobs import bulk_store, service
from backend.jobs.enqueue import Enqueued, InvalidRequest, key_reused, parse_request, required_task
from backend.jobs.enqueue_many import insert_jobs
from backend.jobs.flows.flow_store import lock_key
from backend.jobs.options import Options, check_options
from backend.jobs.payload import fingerprint_of
from backend.jobs.registry import Task
from backend.jobs.store import Connection

MAX_LISTED_ERRORS = 20
TURNS = 3


@dataclass(frozen=True)
class MadeJob:
    """As much of a new job as its maker is told."""

    id: uuid.UUID
    job_type: str
    canvas_id: uuid.UUID | None
    status: str


@dataclass(frozen=True)
class Made:
    """One of many: the job, and how it came to be (as in ``Enqueued``)."""

    job: MadeJob
    created: bool
    equal: bool = False
    cached: bool = False


@dataclass(frozen=True)
class _Wanted:
    """A job whose type, options and request were checked."""

    index: int
    task: Task
    options: Options
    request: dict[str, Any]

    @property
    def plain(self) -> bool:
        """Whether nothing has to be looked at before it is inserted."""
        return self.task.admit is None and self.task.unique is None and self.task.cache_seconds is None


def submit_many(
    session: AnySession, actor: Actor, jobs: Sequence[Mapping[str, Any]], *, idempotency_key: str | None = None
) -> list[Made]:
    """Enqueue each of the jobs as ``service.submit`` does, in the session's transaction; the key is for all together.

    A job is {job_type, request_data, and options of ``submit``}. Raises an ``ApiError`` whose ``errors`` name the
    jobs that are wrong by their index; the caller must not commit then.
    """
    wanted = _checked(actor, jobs)
    if idempotency_key is None:
        return _insert_all(session, actor, wanted)
    check_options(Options(idempotency_key=idempotency_key))
    connection, fingerprint = driver_connection(session), fingerprint_of("bulk", {"jobs": [dict(job) for job in jobs]})
    lock_key(connection, actor.user_id, f"bulk {idempotency_key}")
    known = _known(connection, actor, idempotency_key, fingerprint)
    if known is not None:
        return known
    made = _insert_all(session, actor, wanted)
    answer = [(str(each.job.id), each.equal, each.cached) for each in made]
    bulk_store.note_answer(connection, actor.user_id, idempotency_key, fingerprint, answer)
    return made


def _insert_all(session: AnySession, actor: Actor, wanted: Sequence[_Wanted]) -> list[Made]:
    """Insert the jobs in a savepoint; once more if two such requests waited for each other's unique jobs."""
    for _ in range(TURNS):
        savepoint = session.begin_nested()
        try:
            made = _insert(session, actor, wanted)
        except psycopg.errors.DeadlockDetected:
            savepoint.rollback()
            continue
        savepoint.commit()
        return made
    raise Conflict("Others are making the same jobs at this moment; try again.", code="busy")


def _checked(actor: Actor, jobs: Sequence[Mapping[str, Any]]) -> list[_Wanted]:
    wanted: list[_Wanted] = []
    wrong: dict[str, Any] = {}
    forbidden = False
    for index, job in enumerate(jobs):
        try:
            wanted.append(_check(actor, index, job))
        except InvalidRequest as error:
            wrong[str(index)] = {"request_data": error.errors}
        except ApiError as error:
            forbidden |= isinstance(error, Forbidden)
            wrong[str(index)] = error.errors or {"job_type": [error.detail]}
        if len(wrong) == MAX_LISTED_ERRORS:
            break
    if wrong:
        kind = Forbidden if forbidden else Unprocessable
        raise kind("Some jobs are wrong, so none was made; “errors” names them by their index.", errors={"jobs": wrong})
    return wanted


def _check(actor: Actor, index: int, job: Mapping[str, Any]) -> _Wanted:
    named = {name: value for name, value in job.items() if name not in ("job_type", "request_data")}
    task, options = required_task(job["job_type"]), Options(**named)
    service.check_access(actor, task)
    service.check_priority(actor, options.priority)
    check_options(options)
    return _Wanted(index, task, options, parse_request(task, job["request_data"]))


def _known(connection: Connection, actor: Actor, key: str, fingerprint: str) -> list[Made] | None:
    """What an earlier request with the same key was answered; its jobs as they are now."""
    found = bulk_store.find_answer(connection, actor.user_id, key)
    if found is None:
        return None
    answer = [(uuid.UUID(job_id), equal, cached) for job_id, equal, cached in found[1]]
    if found[0] != fingerprint:
        raise key_reused(answer[0][0])
    jobs = bulk_store.find_jobs(connection, {job_id for job_id, _, _ in answer})
    if any(job_id not in jobs for job_id, _, _ in answer):
        raise Conflict("Some of the jobs that were made with this Idempotency-Key are removed already.", code="removed")
    return [Made(MadeJob(*jobs[job_id]), False, equal, cached) for job_id, equal, cached in answer]


def _insert(session: AnySession, actor: Actor, wanted: Sequence[_Wanted]) -> list[Made]:
    made: list[Made] = []
    for run in _runs(wanted):
        first = run[0]
        if first.plain:
            requests = [each.request for each in run]
            ids = insert_jobs(session, first.task, requests, first.options, actor.user_id)
            made += [Made(MadeJob(job_id, first.task.name, None, "queued"), created=True) for job_id in ids]
        else:
            made += [_admitted(session, actor, each) for each in run]
    return made


def _runs(wanted: Sequence[_Wanted]) -> Iterator[list[_Wanted]]:
    """Neighbours that one statement can insert; the order is kept, because it is that of their turns."""

    def alike(each: _Wanted) -> tuple[Any, ...]:
        return (each.task.name, replace(each.options, tags=tuple(each.options.tags)))

    return (list(run) for _, run in itertools.groupby(wanted, key=alike))


def _admitted(session: AnySession, actor: Actor, wanted: _Wanted) -> Made:
    try:
        return _made(service.admit_and_insert(session, actor, wanted.task, wanted.request, wanted.options, ""))
    except ApiError as error:
        error.errors = {"jobs": {str(wanted.index): error.errors or {"request_data": [error.detail]}}}
        raise


def _made(found: Enqueued) -> Made:
    job = MadeJob(found.job.id, found.job.job_type, found.job.canvas_id, found.job.status)
    return Made(job, found.created, found.equal, found.cached)
