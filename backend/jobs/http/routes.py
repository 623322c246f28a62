"""Jobs over HTTP. Their events are served by the live feed."""

from __future__ import annotations

import uuid
from typing import Any

from flask_smorest import Blueprint

from backend.db import db, driver_connection
from backend.errors import Unprocessable
from backend.identity import Actor, require_actor
from backend.jobs import bulk, service
from backend.jobs.batches import submit_batch
from backend.jobs.enqueue import InvalidRequest
from backend.jobs.history.history_keeper import found_until
from backend.jobs.history.job_filter import JobFilter
from backend.jobs.history.line import Place
from backend.jobs.http import views
from backend.jobs.http.facts import facts_of
from backend.jobs.http.listing import detail_body, job_bodies
from backend.jobs.http.refusals import IN_THE_WAY, LOOK_ONLY, NO_JOB, NO_RESULT, NOT_ALLOWED, NOT_THERE, NOT_TO_STOP
from backend.jobs.http.request_schemas import (
    IdempotencySchema,
    IdsSchema,
    JobQuerySchema,
    NewBatchSchema,
    NewJobHeadersSchema,
    NewJobSchema,
    NewJobsSchema,
)
from backend.jobs.http.schemas import (
    AcceptedJobSchema,
    AcceptedJobsSchema,
    BulkStatusSchema,
    CancelledSchema,
    JobDetailSchema,
    JobListSchema,
    JobResultSchema,
)
from backend.jobs.http.waiting import may_wait
from backend.openapi import refuses
from backend.paging import cursor_after, cursor_behind, place_of, position_of

blueprint = Blueprint("jobs", __name__, url_prefix=views.JOBS, description="Jobs of every type.")


@blueprint.route("", methods=["POST"])
@blueprint.arguments(NewJobSchema)
@blueprint.arguments(NewJobHeadersSchema, location="headers")
@blueprint.response(202, AcceptedJobSchema)
@refuses(blueprint, _403=NOT_ALLOWED, _404=NOT_THERE, _409=IN_THE_WAY)
def create_job(fields: dict[str, Any], headers: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Queue a job of any type that one may run."""
    actor = require_actor()
    job_type, request = fields.pop("job_type"), fields.pop("request_data")
    fields["fresh"] |= _wants_fresh(headers)
    try:
        queued = service.submit(db.session, actor, job_type, request, idempotency_key=headers["key"], **fields)
    except InvalidRequest as error:  # its messages go where the caller wrote the request
        raise Unprocessable(error.detail, errors={"request_data": error.errors}) from None
    body = views.accepted_response(queued.job, created=queued.created, equal=queued.equal, cached=queued.cached)
    db.session.commit()
    return body, 202, {"Location": body["status_url"]}


@blueprint.route("/bulk", methods=["POST"])
@blueprint.arguments(NewJobsSchema)
@blueprint.arguments(NewJobHeadersSchema, location="headers")
@blueprint.response(202, AcceptedJobsSchema)
@refuses(blueprint, _403=NOT_ALLOWED, _404=NOT_THERE, _409=IN_THE_WAY)
def create_jobs(fields: dict[str, Any], headers: dict[str, Any]) -> dict[str, Any]:
    """Queue up to 1,000 jobs, all or none; `errors` names those that are wrong by their index. The key is for the whole."""
    fresh = _wants_fresh(headers)
    jobs = [{**job, "fresh": job["fresh"] or fresh} for job in fields["jobs"]]
    made = bulk.submit_many(db.session, require_actor(), jobs, idempotency_key=headers["key"])
    db.session.commit()
    return {"jobs": [views.accepted_response(**vars(each)) for each in made]}


def _wants_fresh(headers: dict[str, Any]) -> bool:
    return "no-cache" in headers["cache_control"].lower()


@blueprint.route("/batch", methods=["POST"])
@blueprint.arguments(NewBatchSchema)
@blueprint.arguments(IdempotencySchema, location="headers")
@blueprint.response(202, AcceptedJobSchema)
@refuses(blueprint, _403=NOT_ALLOWED, _404=NOT_THERE, _409="The Idempotency-Key was used for another request.")
def create_batch(fields: dict[str, Any], headers: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Queue jobs that run side by side as one group, all of them or none, and one that runs after them.

    The answer is the group's own job: its progress is that of its children (`GET /api/jobs?parent=…`), cancelling it
    cancels them, and retrying it retries those that did not complete.
    """
    made = submit_batch(db.session, require_actor(), fields.pop("jobs"), idempotency_key=headers["key"], **fields)
    body = views.accepted_response(made.parent, created=made.created)
    db.session.commit()
    return body, 202, {"Location": body["status_url"]}


@blueprint.route("")
@blueprint.arguments(JobQuerySchema, location="query")
@blueprint.response(200, JobListSchema)
@refuses(blueprint, _403="Only staff may list the jobs of others.")
def list_jobs(query: dict[str, Any]) -> dict[str, Any]:
    """My jobs, the newest first, or those that wait as they come; staff see everybody's."""
    if query["order"] == "next":
        return _list_waiting(query)
    actor, limit = require_actor(), query["limit"]
    before = position_of(query["cursor"])[1] if query["cursor"] is not None else None
    wanted = filter_of(query)
    jobs = service.list_jobs(db.session, actor, wanted, limit=limit + 1, before=before)
    page = jobs[:limit]
    more = len(jobs) > limit
    return {
        "items": job_bodies(db.session, actor, page),
        "next_cursor": cursor_after(page[-1].created_at, page[-1].id) if more else None,
        "total": None if before else _total(actor, wanted, len(page), more=more),
        "found_until": found_until(driver_connection(db.session)) if wanted.scattered and not before else None,
    }


def _list_waiting(query: dict[str, Any]) -> dict[str, Any]:
    actor, limit, wanted, after = require_actor(), query["limit"], filter_of(query), None
    if query["cursor"] is not None:
        (rank, key), row_id = place_of(query["cursor"], 2)
        after = Place(rank, key, row_id)
    places, jobs = service.list_waiting(db.session, actor, wanted, limit=limit + 1, after=after)
    more = len(places) > limit
    page = [jobs[place.id] for place in places[:limit] if place.id in jobs]
    return {
        "items": job_bodies(db.session, actor, page),
        "next_cursor": cursor_behind(*places[limit - 1]) if more else None,
        "total": None if after else _total(actor, wanted, len(page), more=more),
        "found_until": None,
    }


def _total(actor: Actor, wanted: JobFilter, shown: int, *, more: bool) -> dict[str, Any]:
    if not more:
        return {"jobs": shown, "exact": True}
    return {"jobs": max(shown + 1, service.estimate_jobs(db.session, actor, wanted)), "exact": False}


def filter_of(query: dict[str, Any]) -> JobFilter:
    """What a loaded ``JobFilterSchema`` asks for."""
    return JobFilter(
        statuses=query["status"].split(",") if query["status"] else (),
        job_type=query["type"],
        queue=query["queue"],
        tag=query["tag"],
        canvas_id=query["canvas_id"],
        parent_id=query["parent"],
        q=query["q"],
        priority=query["priority"],
        error_code=query["error_code"],
        top_level=query["top_level"],
        since=query["since"],
        until=query["until"],
        user_id=query["user"],
    )


@blueprint.route("/bulk-status", methods=["POST"])
@blueprint.arguments(IdsSchema)
@blueprint.response(200, BulkStatusSchema)
def read_statuses(fields: dict[str, list[uuid.UUID]]) -> dict[str, Any]:
    """How up to 100 jobs stand, for clients that poll."""
    actor = require_actor()
    found = {job.id: job for job in service.visible_jobs(db.session, actor, fields["ids"])}
    wanted = list(dict.fromkeys(fields["ids"]))
    return {
        "items": job_bodies(db.session, actor, [found[job_id] for job_id in wanted if job_id in found]),
        "missing": [job_id for job_id in wanted if job_id not in found],
    }


@blueprint.route("/<uuid:job_id>")
@blueprint.response(200, JobDetailSchema)
@refuses(blueprint, _404=NO_JOB)
@may_wait(blueprint)
def read_job(job_id: uuid.UUID) -> dict[str, Any]:
    """A job with its request and result, its timeline, its place and what may be done with it, and why it does not run yet."""
    actor = require_actor()
    job = service.visible_job(db.session, actor, job_id)
    return detail_body(db.session, actor, job) | facts_of(driver_connection(db.session), job)


@blueprint.route("/<uuid:job_id>/result")
@blueprint.response(200, JobResultSchema)
@refuses(blueprint, _404=NO_JOB, _409=NO_RESULT)
@may_wait(blueprint)
def read_result(job_id: uuid.UUID) -> dict[str, Any]:
    """The result of a completed job."""
    return views.job_result_response(service.visible_job(db.session, require_actor(), job_id))


@blueprint.route("/<uuid:job_id>", methods=["DELETE"])
@blueprint.response(202, CancelledSchema)
@refuses(blueprint, _403=LOOK_ONLY, _404=NO_JOB, _409=NOT_TO_STOP)
def cancel_job(job_id: uuid.UUID) -> dict[str, Any]:
    """Cancel a job: a queued one never starts, a running one stops at its next checkpoint."""
    job = service.cancel(db.session, require_actor(), job_id)
    body = views.cancel_response(job)
    db.session.commit()
    return body
