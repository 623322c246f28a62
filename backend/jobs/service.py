"""What routes do with jobs: submit, find, list, cancel. Nothing here commits."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import defer

from backend.db import AnySession, driver_connection
from backend.errors import Conflict, Forbidden, NotFound
from backend.identity import Actor
from backend.jobs import store
from backend.jobs.acts import note_act
from backend.jobs.admission import waiting
from backend.jobs.admission.waiting import Cause
from backend.jobs.caching import cache_store
from backend.jobs.enqueue import Enqueued, insert_or_find, known_job, parse_request, required_task
from backend.jobs.flows.flow_care import cancel_families
from backend.jobs.flows.flow_store import GROUP_TYPE, Children, count_children, groups_among
from backend.jobs.history.job_filter import JobFilter, conditions
from backend.jobs.history.line import Place, find_waiting
from backend.jobs.history.search import estimate_total, find_ids
from backend.jobs.models import FINISHED, PRIORITIES, AiJob, AiJobAttempt, AiJobStep
from backend.jobs.options import Options, check_options, said_in
from backend.jobs.payload import fingerprint_of
from backend.jobs.registry import Task, queue_names

# Request and result may be megabytes: loaded only where they are shown.
WITHOUT_DATA = (defer(AiJob.request_data), defer(AiJob.result_data))
SHOWN_RESULT = 100_000  # bytes of a result on the page of its job
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


def children_of(session: AnySession, jobs: Sequence[AiJob]) -> dict[uuid.UUID, Children]:
    """How the children of those of the jobs stand that are groups."""
    groups = [job.id for job in jobs if job.job_type == GROUP_TYPE]
    return count_children(driver_connection(session), groups) if groups else {}


def names_of(session: AnySession, user_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """What people are called, for staff."""
    return dict(store.run(driver_connection(session), "find_names", {"ids": list(user_ids)}).fetchall())


def result_of(session: AnySession, job: AiJob) -> tuple[dict[str, Any] | None, int | None]:
    """The result of a completed job, unless it is larger than ``SHOWN_RESULT``, and its size in bytes."""
    found = store.run(driver_connection(session), "read_result", {"id": job.id, "most": SHOWN_RESULT}).fetchone()
    return (None, None) if found is None else (found[0], found[1])


def causes_of(session: AnySession, actor: Actor, job: AiJob) -> list[Cause]:
    """Why a queued job does not run, with the ids of those other jobs that ``actor`` may see."""
    if job.status != "queued":
        return []
    return waiting.causes_of(driver_connection(session), job.id, None if actor.sees_all else actor.user_id)


def visible_jobs(session: AnySession, actor: Actor, ids: Collection[uuid.UUID]) -> Sequence[AiJob]:
    """Those of the jobs that ``actor`` may see, as they are now."""
    query = select(AiJob).options(*WITHOUT_DATA).where(AiJob.id.in_(ids), ~AiJob.hidden)
    if not actor.sees_all:
        query = query.where(AiJob.user_id == actor.user_id)
    return session.scalars(query.execution_options(populate_existing=True)).all()


def list_jobs(
    session: AnySession, actor: Actor, wanted: JobFilter, *, limit: int, before: uuid.UUID | None
) -> Sequence[AiJob]:
    """Up to ``limit`` jobs that ``actor`` may see, the newest first, older than ``before``."""
    ids = find_ids(session, seen_by(actor, wanted), limit=limit, before=before)
    found = {job.id: job for job in visible_jobs(session, actor, ids)}
    return [found[job_id] for job_id in ids if job_id in found]


def list_waiting(
    session: AnySession, actor: Actor, wanted: JobFilter, *, limit: int, after: Place | None
) -> tuple[list[Place], dict[uuid.UUID, AiJob]]:
    """Up to ``limit`` jobs that wait and that ``actor`` may see, as they come, from behind ``after`` on: their places, and those
    of them that are still there.
    """
    places = find_waiting(session, seen_by(actor, wanted), queue_names(), limit=limit, after=after)
    return places, {job.id: job for job in visible_jobs(session, actor, [place.id for place in places])}


def count_jobs(session: AnySession, actor: Actor, wanted: JobFilter) -> int:
    """How many jobs that is that ``actor`` may see. Looks at each of them: for operators, not for pages."""
    query = select(func.count()).select_from(AiJob).where(~AiJob.hidden, *conditions(seen_by(actor, wanted)))
    return session.scalars(query).one()


def estimate_jobs(session: AnySession, actor: Actor, wanted: JobFilter) -> int:
    """About how many jobs that is, as the database guesses without looking."""
    return estimate_total(session, seen_by(actor, wanted))


def seen_by(actor: Actor, wanted: JobFilter) -> JobFilter:
    """The same filter, of the jobs that ``actor`` may see. Raises Forbidden for somebody else's."""
    if actor.sees_all:
        return wanted
    if wanted.user_id not in (None, actor.user_id):
        raise Forbidden("Only staff may list the jobs of others.")
    return replace(wanted, user_id=actor.user_id)


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
    first = visible_job(session, actor, job_id, acting=True)
    for _ in range(TURNS):
        if stop_jobs(driver_connection(session), [job_id]):
            owner = None if first.user_id == actor.user_id else str(first.user_id)
            note_act(session, actor, "job.cancel", "job", [job_id], job_type=first.job_type, owner=owner)
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
