"""What routes do with jobs: submit, find, list, cancel. Nothing here commits."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import defer

from backend.db import AnySession, driver_connection
from backend.errors import Conflict, Forbidden, NotFound
from backend.identity import Actor
from backend.jobs import store
from backend.jobs.admission import waiting
from backend.jobs.admission.waiting import Cause
from backend.jobs.caching import cache_store
from backend.jobs.enqueue import Enqueued, insert_or_find, known_job, parse_request, required_task
from backend.jobs.flows.flow_care import cancel_families
from backend.jobs.flows.flow_store import GROUP_TYPE, Children, count_children, groups_among
from backend.jobs.models import FINISHED, PRIORITIES, AiJob, AiJobAttempt, AiJobStep
from backend.jobs.options import Options, check_options, said_in
from backend.jobs.payload import fingerprint_of
from backend.jobs.registry import Task

# Request and result may be megabytes: loaded only where they are shown.
WITHOUT_DATA = (defer(AiJob.request_data), defer(AiJob.result_data))
TURNS = 5  # a job may change its state between two looks; nobody changes it so often
LOOKS = 2  # at many jobs: one that went from one state to the other during the first is there at the second


def submit(
    session: AnySession,
    actor: Actor,
    job_type: str,
    raw_request: Mapping[str, Any],
    *,
    priority: str = "normal",
    queue: str | None = None,
    run_at: datetime | None = None,
    expires_at: datetime | None = None,
    max_attempts: int | None = None,
    tags: Sequence[str] = (),
    idempotency_key: str | None = None,
    correlation_id: str | None = None,
    fresh: bool = False,
) -> Enqueued:
    """Enqueue what ``actor`` asks for, in the session's transaction.

    Checks the role, the request and the options, and lets the task admit it. The same idempotency key, request and options
    give the first job again, and leave no trace of the second attempt. Raises an ``ApiError``.
    """
    task = required_task(job_type)
    check_access(actor, task)
    check_priority(actor, priority)
    options = Options(
        priority=priority,
        queue=queue,
        run_at=run_at,
        expires_at=expires_at,
        max_attempts=max_attempts,
        tags=tags,
        idempotency_key=idempotency_key,
        correlation_id=correlation_id,
        fresh=fresh,
    )
    check_options(options)
    request = parse_request(task, raw_request)
    fingerprint = fingerprint_of(job_type, raw_request, said_in(options) if idempotency_key is not None else None)
    known = known_job(session, actor.user_id, idempotency_key, fingerprint)
    return known or admit_and_insert(session, actor, task, request, options, fingerprint)


def admit_and_insert(
    session: AnySession, actor: Actor, task: Task, request: dict[str, Any], options: Options, fingerprint: str
) -> Enqueued:
    """Insert a job of a parsed request and checked options, or find the one that it means.

    In a savepoint: if the same key wins elsewhere meanwhile, or an equal job stands, what ``admit`` made must go.
    """
    savepoint = session.begin_nested()
    canvas_id = task.admit(session, actor, request) if task.admit is not None else None
    placed = Options(**{**vars(options), "canvas_id": canvas_id})
    found = insert_or_find(session, task, request, placed, actor.user_id, fingerprint)
    if found.created:
        savepoint.commit()
    else:
        savepoint.rollback()
    if found.job.user_id != actor.user_id and not actor.sees_all:
        raise Conflict("Somebody else is already having this done; try again when that has ended.", code="not_unique")
    return found


def check_access(actor: Actor, task: Task) -> None:
    """Raise ``Forbidden`` if the actor may not run such jobs."""
    if task.access == "internal":
        raise Forbidden(f"Jobs of type “{task.name}” are made by the application itself.")
    if task.access == "staff" and not actor.acts_on_all:
        raise Forbidden(f"Only staff may run jobs of type “{task.name}”.")


def check_priority(actor: Actor, priority: str) -> None:
    """Raise ``Forbidden`` for a priority that the actor may not ask for."""
    highest = within_role(actor, priority)
    if highest != priority:
        raise Forbidden(f"The highest priority that you may ask for is “{highest}”.", code="priority_too_high")


def within_role(actor: Actor, priority: str) -> str:
    """The priority, or the highest below it that the actor may ask for.

    Whoever can be held to account may overtake everybody; a guest may not.
    """
    highest = "high" if actor.is_guest else "urgent"
    too_high = priority in PRIORITIES and PRIORITIES.index(priority) > PRIORITIES.index(highest)
    return highest if too_high else priority


def visible_job(session: AnySession, actor: Actor, job_id: uuid.UUID, *, acting: bool = False) -> AiJob:
    """A job that ``actor`` may see, or, with ``acting``, may change. Raises NotFound, or Forbidden to read-only staff."""
    job = session.get(AiJob, job_id, options=WITHOUT_DATA, populate_existing=True)
    if job is None or job.hidden or (job.user_id != actor.user_id and not actor.sees_all):
        raise NotFound("There is no job with this id.")
    if acting and job.user_id != actor.user_id and not actor.acts_on_all:
        raise Forbidden("Read-only staff may look at the jobs of others, not change them.")
    return job


def attempts_of(session: AnySession, job_id: uuid.UUID) -> Sequence[AiJobAttempt]:
    """The ended runs of a job, the oldest first."""
    return session.scalars(select(AiJobAttempt).where(AiJobAttempt.job_id == job_id).order_by(AiJobAttempt.run)).all()


def steps_of(session: AnySession, job_id: uuid.UUID) -> Sequence[AiJobStep]:
    """The finished steps of a job in their order, without what they returned."""
    query = select(AiJobStep).where(AiJobStep.job_id == job_id).options(defer(AiJobStep.result))
    return session.scalars(query.order_by(AiJobStep.ordinal, AiJobStep.started_at)).all()


def children_of(session: AnySession, job: AiJob) -> Children | None:
    """How the children of a group stand; None for a job that is none."""
    return count_children(driver_connection(session), job.id) if job.job_type == GROUP_TYPE else None


def causes_of(session: AnySession, actor: Actor, job: AiJob) -> list[Cause]:
    """Why a queued job does not run, with the ids of those other jobs that ``actor`` may see."""
    if job.status != "queued":
        return []
    return waiting.causes_of(driver_connection(session), job.id, None if actor.sees_all else actor.user_id)


def visible_jobs(session: AnySession, actor: Actor, ids: Collection[uuid.UUID]) -> Sequence[AiJob]:
    """Those of the jobs that ``actor`` may see, as they are now."""
    query = _seen_by(actor, None).where(AiJob.id.in_(ids)).execution_options(populate_existing=True)
    return session.scalars(query).all()


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
    error_code: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    user_id: uuid.UUID | None = None


def list_jobs(
    session: AnySession, actor: Actor, wanted: JobFilter, *, limit: int, before: uuid.UUID | None
) -> Sequence[AiJob]:
    """Up to ``limit`` jobs that ``actor`` may see, the newest first, older than ``before``."""
    query = _matching(_seen_by(actor, wanted.user_id), wanted)
    if before is not None:
        query = query.where(AiJob.id < before)
    return session.scalars(query.order_by(AiJob.id.desc()).limit(limit)).all()


def count_jobs(session: AnySession, actor: Actor, wanted: JobFilter) -> int:
    """How many jobs that is that ``actor`` may see. Looks at each of them: for operators, not for pages."""
    query = _matching(_seen_by(actor, wanted.user_id), wanted)
    return session.scalars(query.with_only_columns(func.count(), maintain_column_froms=True)).one()


def _matching(query: Select[AiJob], wanted: JobFilter) -> Select[AiJob]:
    if wanted.statuses:
        query = query.where(AiJob.status.in_(wanted.statuses))
    texts = ((AiJob.job_type, wanted.job_type), (AiJob.queue, wanted.queue), (AiJob.error_code, wanted.error_code))
    for column, value in texts:
        if value is not None:
            query = query.where(column == value)
    for owner, owner_id in ((AiJob.canvas_id, wanted.canvas_id), (AiJob.parent_id, wanted.parent_id)):
        if owner_id is not None:
            query = query.where(owner == owner_id)
    if wanted.tag is not None:
        query = query.where(AiJob.tags.contains([wanted.tag]))
    if wanted.q is not None:
        searched = (AiJob.summary, AiJob.job_type, AiJob.error_message, AiJob.progress_message)
        query = query.where(or_(*(text.icontains(wanted.q, autoescape=True) for text in searched)))
    if wanted.since is not None:
        query = query.where(AiJob.created_at >= wanted.since)
    if wanted.until is not None:
        query = query.where(AiJob.created_at < wanted.until)
    return query


def _seen_by(actor: Actor, user_id: uuid.UUID | None) -> Select[AiJob]:
    query = select(AiJob).options(*WITHOUT_DATA).where(~AiJob.hidden)
    if not actor.sees_all:
        if user_id not in (None, actor.user_id):
            raise Forbidden("Only staff may list the jobs of others.")
        return query.where(AiJob.user_id == actor.user_id)
    return query if user_id is None else query.where(AiJob.user_id == user_id)


def stop_jobs(connection: store.Connection, ids: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Cancel jobs that wait and ask running ones to stop, all together; those of them that were. Access is checked already."""
    stopped: set[uuid.UUID] = set()
    for _ in range(LOOKS):
        for stop in (store.cancel_queued, cache_store.leave_flight, store.request_cancel):
            left = set(ids) - stopped
            stopped |= stop(connection, left) if left else set()
    cancel_families(connection, groups_among(connection, stopped))
    return stopped


def cancel(session: AnySession, actor: Actor, job_id: uuid.UUID) -> AiJob:
    """Cancel a job: at once if it is queued; a running one is asked to stop and stops at its next checkpoint.

    Raises Conflict if it has finished or was asked already.
    """
    visible_job(session, actor, job_id, acting=True)
    for _ in range(TURNS):
        if stop_jobs(driver_connection(session), [job_id]):
            return visible_job(session, actor, job_id)
        job = visible_job(session, actor, job_id)
        if job.status == "cancelled":
            raise Conflict("The job is already cancelled.", code="already_cancelled")
        if job.status in FINISHED:
            raise Conflict(f"The job has already {job.status}; there is nothing to cancel.", code="already_finished")
        if job.cancel_requested_at is not None:
            raise Conflict(
                "The job was already asked to stop; it stops at its next checkpoint.", code="cancel_requested"
            )
    raise Conflict("The job keeps changing its state; try again.")
