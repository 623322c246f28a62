"""What people do with jobs that exist: retry, run again, change the priority, delete; one by one and many at once.

Nothing here commits.
"""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Callable, Collection, Sequence
from typing import Literal, TypeVar, get_args

import psycopg.errors

from backend.db import AnySession, driver_connection
from backend.errors import ApiError, Conflict
from backend.identity import Actor
from backend.jobs import service, store
from backend.jobs.acts import note_act
from backend.jobs.caching import cache_store
from backend.jobs.caching.cache import board_again
from backend.jobs.enqueue import Enqueued, required_task
from backend.jobs.flows.flow_care import retry_family, retry_jobs
from backend.jobs.flows.flow_store import GROUP_TYPE, failed_needs, groups_among, lock_unfinished_family
from backend.jobs.job import Job
from backend.jobs.models import FINISHED, AiJob
from backend.jobs.registry import find_task
from backend.jobs.store import Connection

Action = Literal["cancel", "retry", "delete", "priority"]
ACTIONS: tuple[Action, ...] = get_args(Action)
JOB_ACTIONS = (*ACTIONS, "run_again")  # with a single job
# What an action can change, so that a filter finds nothing twice.
OPEN_TO: dict[Action, tuple[str, ...]] = {
    "cancel": ("queued", "processing"),
    "retry": ("failed", "cancelled"),
    "delete": FINISHED,
    "priority": ("queued",),
}
TURNS = 5
LISTED = 20  # people whose jobs an act was about
UNIQUE_INDEX = "uq_ai_job_unique"

T = TypeVar("T")


@dataclasses.dataclass
class Acted:
    """What became of many jobs: those that were changed, and why the others were not."""

    done: list[uuid.UUID] = dataclasses.field(default_factory=list)
    skipped: dict[uuid.UUID, str] = dataclasses.field(default_factory=dict)


def retry(session: AnySession, actor: Actor, job_id: uuid.UUID) -> AiJob:
    """Queue a failed or cancelled job again, with all its attempts before it. Raises Conflict for any other."""
    job = service.visible_job(session, actor, job_id, acting=True)
    if job.job_type != GROUP_TYPE:
        _check_type(actor, job.job_type)
    done, refused = _in_turns(session, lambda connection: _requeue(connection, actor, [job_id]))
    if job_id in refused:
        raise refused[job_id]
    job = service.visible_job(session, actor, job_id)
    if done:
        note_act(session, actor, "job.retry", "job", [job_id], job_type=job.job_type, owner=_other(actor, job))
        return job
    needed = failed_needs(driver_connection(session), [job_id])
    if job_id in needed and job.status in OPEN_TO["retry"]:
        raise _not_without(needed[job_id])
    raise Conflict(_why_no_retry(job), code=_reason(job, "retry"))


def run_again(session: AnySession, actor: Actor, job_id: uuid.UUID, *, idempotency_key: str | None = None) -> Enqueued:
    """A new job of ``actor`` with the request of a finished one, which stays as it is. It runs: no stored result will do.

    Raises Conflict before the end of the first one, and for a group.
    """
    job = service.visible_job(session, actor, job_id, acting=True)
    if job.status not in FINISHED:
        raise Conflict("The job has not finished yet; it can be run again when it has.", code="not_finished")
    if job.job_type == GROUP_TYPE:
        raise Conflict("A group cannot be run again; its jobs can. What failed in it can be retried.", code="group")
    _check_type(actor, job.job_type)
    task = required_task(job.job_type)
    known = {field.data_key or name for name, field in task.schema.fields.items()}
    queued = service.submit(
        session,
        actor,
        job.job_type,
        {name: value for name, value in job.request_data.items() if name in known},
        priority=service.within_role(actor, job.priority),
        queue=None if job.queue == task.queue else job.queue,
        max_attempts=job.max_attempts,
        tags=job.tags,
        idempotency_key=idempotency_key,
        fresh=True,
    )
    if queued.created:
        made = str(queued.job.id)
        note_act(session, actor, "job.run_again", "job", [job_id], job_type=job.job_type, made=made)
    return queued


def change_priority(session: AnySession, actor: Actor, job_id: uuid.UUID, priority: str) -> AiJob:
    """Let a queued job overtake others, or be overtaken. Raises Conflict if it is not queued any more, or a group."""
    job = service.visible_job(session, actor, job_id, acting=True)
    service.check_priority(actor, priority)
    if job.job_type == GROUP_TYPE:
        raise Conflict("A group is never run, so it has no place in the queue; its jobs have.", code="group")
    if not _in_turns(session, lambda connection: _prioritise(connection, [job_id], priority)):
        job = service.visible_job(session, actor, job_id)
        raise Conflict(f"Only a queued job's priority can be changed; this one is {job.status}.", code="not_queued")
    note_act(
        session, actor, "job.priority", "job", [job_id], before=job.priority, after=priority, owner=_other(actor, job)
    )
    return service.visible_job(session, actor, job_id)


def act(
    session: AnySession, actor: Actor, action: Action, ids: Collection[uuid.UUID], priority: str | None = None
) -> Acted:
    """Do the same with many jobs. Those that cannot be changed are skipped, each with a reason."""
    if priority is not None:
        service.check_priority(actor, priority)
    found, acted = _sorted_out(session, actor, action, ids)
    allowed = acted.done
    owners = {str(found[job_id].user_id) for job_id in allowed} - {str(actor.user_id)}
    before = sorted({found[job_id].priority for job_id in allowed}) if priority is not None else None
    acted.done, refused = _do(session, actor, action, allowed, priority)
    said = {"before": before, "after": priority, "owners": sorted(owners)[:LISTED] or None}
    note_act(session, actor, f"job.{action}", "job", acted.done, **said)
    acted.skipped |= refused
    left = set(allowed) - set(acted.done) - refused.keys()
    needs = failed_needs(driver_connection(session), left) if left and action == "retry" else {}
    for job in service.visible_jobs(session, actor, left):
        acted.skipped[job.id] = _reason(job, action, needs_failed=job.id in needs)
    acted.skipped |= dict.fromkeys(left - acted.skipped.keys(), "not_found")
    return acted


def would_act(session: AnySession, actor: Actor, action: Action, ids: Collection[uuid.UUID]) -> Acted:
    """What ``act`` would do as far as can be said without doing it."""
    return _sorted_out(session, actor, action, ids)[1]


def _sorted_out(
    session: AnySession, actor: Actor, action: Action, ids: Collection[uuid.UUID]
) -> tuple[dict[uuid.UUID, AiJob], Acted]:
    """The jobs that may be seen; as ``done`` those that may be changed, and why the others may not."""
    wanted = list(dict.fromkeys(ids))
    found = {job.id: job for job in service.visible_jobs(session, actor, wanted)}
    acted = Acted(skipped={job_id: "not_found" for job_id in wanted if job_id not in found})
    for job in found.values():
        refusal = _refusal(actor, action, job)
        if refusal is None:
            acted.done.append(job.id)
        else:
            acted.skipped[job.id] = refusal
    return found, acted


def _do(
    session: AnySession, actor: Actor, action: Action, ids: Sequence[uuid.UUID], priority: str | None
) -> tuple[list[uuid.UUID], dict[uuid.UUID, str]]:
    """Those of the jobs that were changed, and why some others were not."""
    refused: dict[uuid.UUID, ApiError] = {}
    match action:
        case "cancel":
            done = _in_turns(session, lambda connection: service.stop_jobs(connection, ids))
        case "retry":
            done, refused = _in_turns(session, lambda connection: _requeue(connection, actor, ids))
        case "delete":
            done = _in_turns(session, lambda connection: store.delete(connection, ids))
        case "priority":
            done = _in_turns(session, lambda connection: _prioritise(connection, ids, priority or "normal"))
    return [job_id for job_id in ids if job_id in done], {job_id: error.code for job_id, error in refused.items()}


def _in_turns(session: AnySession, change: Callable[[Connection], T]) -> T:
    """What ``change`` gives, in a savepoint; once more if somebody else changed the same at this moment."""
    connection = driver_connection(session)
    for _ in range(TURNS):
        try:
            with connection.transaction():
                return change(connection)
        except psycopg.errors.UniqueViolation as error:
            if error.diag.constraint_name != UNIQUE_INDEX:
                raise
            # an equal job was committed after our look; the next look sees it
        except psycopg.errors.DeadlockDetected:
            continue
    raise Conflict("Others are changing the same jobs at this moment; try again.", code="busy")


def _requeue(
    connection: Connection, actor: Actor, ids: Collection[uuid.UUID]
) -> tuple[set[uuid.UUID], dict[uuid.UUID, ApiError]]:
    """Queue jobs again; with a group all that did not complete in it. Those that were, and why some groups were not."""
    groups = groups_among(connection, ids)
    requeued = retry_jobs(connection, [job_id for job_id in ids if job_id not in groups])
    board_again(connection, requeued.cacheable)
    done, refused = requeued.ids, {}
    for group_id in sorted(groups):
        try:
            with connection.transaction():
                done |= _retry_group(connection, actor, group_id)
        except ApiError as error:
            refused[group_id] = error
    return done, refused


def _retry_group(connection: Connection, actor: Actor, group_id: uuid.UUID) -> set[uuid.UUID]:
    family = lock_unfinished_family(connection, group_id)
    jobs = [job_id for job_id, job_type in family if job_type != GROUP_TYPE]
    for job_type in {job_type for _, job_type in family} - {GROUP_TYPE}:
        _check_type(actor, job_type)
    requeued = retry_family(connection, family)
    board_again(connection, requeued.cacheable)
    needed = failed_needs(connection, set(jobs) - requeued.ids)
    if jobs and needed and requeued.ids.isdisjoint(jobs):
        raise _not_without(needed[min(needed)])
    return requeued.ids


def _not_without(needed: uuid.UUID) -> Conflict:
    return Conflict(
        f"A job that it needs did not complete ({needed}). Retry that one first, or both together: then this one waits for it.",
        code="need_failed",
        needs=str(needed),
    )


def _prioritise(connection: Connection, ids: Collection[uuid.UUID], priority: str) -> set[uuid.UUID]:
    changed = store.change_priority(connection, ids, priority)
    cache_store.lift_flights(connection, changed)
    return changed


def _refusal(actor: Actor, action: Action, job: AiJob) -> str | None:
    if job.user_id != actor.user_id and not actor.acts_on_all:
        return "forbidden"
    if action == "retry" and job.job_type != GROUP_TYPE:
        try:
            _check_type(actor, job.job_type)
        except ApiError as error:
            return error.code
    if action == "priority" and job.job_type == GROUP_TYPE:
        return "group"
    return None if job.status in OPEN_TO[action] else _reason(job, action)


def possible_actions(actor: Actor, job: AiJob | Job) -> list[str]:
    """What ``actor`` may do with a job as it stands, as far as can be said without looking further."""
    if job.user_id != actor.user_id and not actor.acts_on_all:
        return []
    group, known = job.job_type == GROUP_TYPE, find_task(job.job_type) is not None
    finished = job.status in FINISHED
    checks = (
        ("cancel", not finished and job.cancel_requested_at is None),
        ("retry", job.status in OPEN_TO["retry"] and (group or known)),
        ("delete", finished),
        ("priority", job.status == "queued" and not group),
        ("run_again", finished and known and not group),
    )
    return [name for name, may in checks if may]


def _other(actor: Actor, job: AiJob) -> str | None:
    """Whose job it is, if not the actor's own."""
    return None if job.user_id == actor.user_id else str(job.user_id)


def _check_type(actor: Actor, job_type: str) -> None:
    """A job may outlive its task, and its owner's role. What the application made by itself is its own business."""
    task = find_task(job_type)
    if task is None:
        raise Conflict(f"This version knows no job type called “{job_type}” any more.", code="unknown_job_type")
    if not actor.acts_on_all:
        service.check_access(actor, task)


def _reason(job: AiJob, action: Action, *, needs_failed: bool = False) -> str:
    """Why nothing was done with a job that ``actor`` may change."""
    if job.status not in OPEN_TO[action]:
        if job.status in FINISHED:
            return f"already_{job.status}"
        return "not_queued" if action == "priority" else "not_finished"
    if action == "cancel":
        return "cancel_requested" if job.cancel_requested_at is not None else "busy"
    if needs_failed:
        return "need_failed"
    return "equal_job_waits" if action == "retry" and job.unique_key is not None else "busy"


def _why_no_retry(job: AiJob) -> str:
    if job.status == "completed":
        return "The job has completed. To have it done once more, run it again as a new job (…/run-again)."
    if job.status not in FINISHED:
        return f"The job is {job.status}; only a failed or cancelled one can be tried again."
    if job.unique_key is not None:
        return "An equal job is there already, and only one may be at a time; this one can be tried again when it has ended."
    return "The job has ended a moment ago; try again."
