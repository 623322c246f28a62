"""What people do with jobs that exist, over HTTP."""

from __future__ import annotations

import dataclasses
import uuid
from typing import Any

from flask_smorest import Blueprint

from backend.db import db
from backend.errors import Forbidden
from backend.identity import Actor, require_actor
from backend.jobs import actions, service
from backend.jobs.history.job_filter import JobFilter
from backend.jobs.history.search import find_ids
from backend.jobs.http import views
from backend.jobs.http.action_schemas import BulkActedSchema, BulkActionSchema, PrioritySchema
from backend.jobs.http.refusals import IN_THE_WAY, LOOK_ONLY, NO_JOB, NOT_ALLOWED
from backend.jobs.http.request_schemas import IdempotencySchema
from backend.jobs.http.routes import filter_of
from backend.jobs.http.schemas import AcceptedJobSchema, JobSchema
from backend.openapi import refuses

BATCH = 500  # jobs in one transaction of an action on a filter
MAX_BATCHES = 20

blueprint = Blueprint("job_actions", __name__, url_prefix=views.JOBS, description="Retry, change and delete jobs.")


@blueprint.route("/<uuid:job_id>/retry", methods=["POST"])
@blueprint.response(202, AcceptedJobSchema)
@refuses(
    blueprint,
    _403=LOOK_ONLY + " A job type that one may not ask for.",
    _404=NO_JOB,
    _409="Neither failed nor cancelled, just ended, an equal unique job is there, or what it needs did not complete.",
)
def retry_job(job_id: uuid.UUID) -> dict[str, Any]:
    """Queue a failed or cancelled job again: the same job, with all its attempts before it.

    With a group all that did not complete in it. What needs the job and did not run waits for it when it is retried too.
    """
    job = actions.retry(db.session, require_actor(), job_id)
    body = {**views.accepted_response(job, created=True), "message": "The job is queued again."}
    db.session.commit()
    return body


@blueprint.route("/<uuid:job_id>/run-again", methods=["POST"])
@blueprint.arguments(IdempotencySchema, location="headers")
@blueprint.response(202, AcceptedJobSchema)
@refuses(
    blueprint,
    _403=NOT_ALLOWED,
    _404=NO_JOB + " Something that its request names is not there any more.",
    _409="Not finished yet, a group, or of a type that is not known any more. " + IN_THE_WAY,
)
def run_job_again(headers: dict[str, Any], job_id: uuid.UUID) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Make a new job of mine with the request of a finished one, which stays as it is. No stored result stands in for it."""
    queued = actions.run_again(db.session, require_actor(), job_id, idempotency_key=headers["key"])
    body = views.accepted_response(queued.job, created=queued.created, equal=queued.equal, cached=queued.cached)
    db.session.commit()
    return body, 202, {"Location": body["status_url"]}


@blueprint.route("/<uuid:job_id>", methods=["PATCH"])
@blueprint.arguments(PrioritySchema)
@blueprint.response(200, JobSchema)
@refuses(
    blueprint,
    _403=LOOK_ONLY + " A priority that one may not ask for.",
    _404=NO_JOB,
    _409="Not queued any more, or a group.",
)
def change_job(fields: dict[str, str], job_id: uuid.UUID) -> dict[str, Any]:
    """Change the priority of a queued job. Of many only the first overtakes; the others take their turn."""
    actor = require_actor()
    job = actions.change_priority(db.session, actor, job_id, fields["priority"])
    body = views.job_status_body(job, actor)
    db.session.commit()
    return body


@blueprint.route("/bulk-action", methods=["POST"])
@blueprint.arguments(BulkActionSchema)
@blueprint.response(200, BulkActedSchema)
@refuses(blueprint, _403="A priority, or the jobs of somebody, that one may not change.")
def act_on_jobs(fields: dict[str, Any]) -> dict[str, Any]:
    """Cancel, retry, delete or re-prioritise up to 1,000 jobs by their ids, or up to 10,000 that a filter finds.

    Deleting removes the record of a finished job with its events. A filter (that of the list, words included) is worked off in
    steps, each committed. With `dry_run` nothing is changed and it is said how many would be.
    """
    actor, action, priority = require_actor(), fields["action"], fields.get("priority")
    if fields["dry_run"]:
        return _would_do(action, fields)
    if "ids" in fields:
        acted, more = actions.act(db.session, actor, action, fields["ids"], priority), False
        db.session.commit()
    else:
        acted, more = _act_on_filter(action, filter_of(fields["filter"]), priority)
    skipped = [{"job_id": job_id, "reason": reason} for job_id, reason in acted.skipped.items()]
    return {"done": len(acted.done), "skipped": skipped, "more": more, "dry_run": False}


def _act_on_filter(action: actions.Action, wanted: JobFilter, priority: str | None) -> tuple[actions.Acted, bool]:
    actor = require_actor()
    wanted = _open_to(actor, action, wanted)
    total, before = actions.Acted(), None
    for _ in range(MAX_BATCHES):
        jobs = service.list_jobs(db.session, actor, wanted, limit=BATCH, before=before)
        acted = actions.act(db.session, actor, action, [job.id for job in jobs], priority)
        db.session.commit()
        total.done += acted.done
        total.skipped |= acted.skipped
        if len(jobs) < BATCH:
            _retry_dependents(actor, total)
            return total, False
        before = jobs[-1].id
    _retry_dependents(actor, total)
    return total, bool(service.list_jobs(db.session, actor, wanted, limit=1, before=before))


def _would_do(action: actions.Action, fields: dict[str, Any]) -> dict[str, Any]:
    """What the action would change, by the same look as the action itself takes; up to as many as it may."""
    actor, most = require_actor(), BATCH * MAX_BATCHES
    if "priority" in fields:
        service.check_priority(actor, fields["priority"])
    if "filter" in fields:
        wanted = service.seen_by(actor, _open_to(actor, action, filter_of(fields["filter"])))
        found = find_ids(db.session, wanted, limit=most + 1, before=None)
        return {"done": min(len(found), most), "skipped": [], "more": len(found) > most, "dry_run": True}
    acted = actions.would_act(db.session, actor, action, fields["ids"])
    skipped = [{"job_id": job_id, "reason": reason} for job_id, reason in acted.skipped.items()]
    return {"done": len(acted.done), "skipped": skipped, "more": False, "dry_run": True}


def _open_to(actor: Actor, action: actions.Action, wanted: JobFilter) -> JobFilter:
    """What fits and can be changed by ``actor``, as far as it can be said of a job by itself."""
    if actor.sees_all and not actor.acts_on_all:
        wanted = dataclasses.replace(wanted, user_id=_only_own(actor, wanted.user_id))
    open_to = set(actions.OPEN_TO[action])
    return dataclasses.replace(wanted, statuses=open_to & set(wanted.statuses or open_to) or {"none"})


def _retry_dependents(actor: Actor, total: actions.Acted) -> None:
    """What was found before the job that it needs, which is queued again by now. The oldest first: needs come before."""
    left = sorted(job_id for job_id, reason in total.skipped.items() if reason == "need_failed")
    for start in range(0, len(left), BATCH):
        ids = left[start : start + BATCH]
        acted = actions.act(db.session, actor, "retry", ids)
        db.session.commit()
        total.done += acted.done
        total.skipped = {job_id: why for job_id, why in total.skipped.items() if job_id not in ids} | acted.skipped


def _only_own(actor: Actor, user_id: uuid.UUID | None) -> uuid.UUID:
    """Whoever may only look at the jobs of others means his own by a filter that names nobody."""
    if user_id not in (None, actor.user_id):
        raise Forbidden(LOOK_ONLY)
    return actor.user_id
