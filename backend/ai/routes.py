"""Start AI jobs on a canvas. A job's status, result and end are the same resource as under ``/api/jobs``."""

from __future__ import annotations

import uuid
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema

from backend.ai.schemas import (
    AcceptedSchema,
    CreateCanvasRequestSchema,
    CreateCanvasSchema,
    ModifyCanvasRequestSchema,
    ModifyCanvasSchema,
)
from backend.db import db
from backend.identity import require_actor
from backend.jobs import Job, service
from backend.jobs.http import views
from backend.jobs.http.refusals import LOOK_ONLY, NO_JOB, NO_RESULT, NOT_ALLOWED, NOT_THERE, NOT_TO_STOP
from backend.jobs.http.request_schemas import IdempotencySchema
from backend.jobs.http.schemas import CancelledSchema, JobResultSchema, JobSchema
from backend.jobs.http.waiting import may_wait
from backend.openapi import refuses

PREFIX = "/api/ai-agent"

blueprint = Blueprint("ai_agent", __name__, url_prefix=PREFIX, description="AI that draws on canvases, as jobs.")

Accepted = tuple[dict[str, Any], int, dict[str, str]]


@blueprint.route("/create-canvas", methods=["POST"])
@blueprint.arguments(CreateCanvasSchema)
@blueprint.arguments(IdempotencySchema, location="headers")
@blueprint.response(202, AcceptedSchema)
@refuses(blueprint, _403=NOT_ALLOWED, _404=NOT_THERE, _409="The Idempotency-Key was used for another request.")
def create_canvas(fields: dict[str, Any], headers: dict[str, Any]) -> Accepted:
    """Draw what the instructions ask for, on a new canvas or on the one that is named."""
    return _queue("create_canvas", CreateCanvasRequestSchema(), fields, headers)


@blueprint.route("/modify-canvas", methods=["POST"])
@blueprint.arguments(ModifyCanvasSchema)
@blueprint.arguments(IdempotencySchema, location="headers")
@blueprint.response(202, AcceptedSchema)
@refuses(blueprint, _403=NOT_ALLOWED, _404=NOT_THERE, _409="The Idempotency-Key was used for another request.")
def modify_canvas(fields: dict[str, Any], headers: dict[str, Any]) -> Accepted:
    """Change what is on a canvas, and nothing that the instructions do not speak of."""
    return _queue("modify_canvas", ModifyCanvasRequestSchema(), fields, headers)


@blueprint.route("/job/<uuid:job_id>/status")
@blueprint.response(200, JobSchema)
@refuses(blueprint, _404=NO_JOB)
@may_wait(blueprint)
def read_status(job_id: uuid.UUID) -> dict[str, Any]:
    """How a job stands."""
    actor = require_actor()
    return views.job_status_body(service.visible_job(db.session, actor, job_id), actor)


@blueprint.route("/job/<uuid:job_id>/result")
@blueprint.response(200, JobResultSchema)
@refuses(blueprint, _404=NO_JOB, _409=NO_RESULT)
@may_wait(blueprint)
def read_result(job_id: uuid.UUID) -> dict[str, Any]:
    """What a completed job has drawn, and who made it: the planner, or a model."""
    return views.job_result_response(service.visible_job(db.session, require_actor(), job_id))


@blueprint.route("/job/<uuid:job_id>", methods=["DELETE"])
@blueprint.response(202, CancelledSchema)
@refuses(blueprint, _403=LOOK_ONLY, _404=NO_JOB, _409=NOT_TO_STOP)
def cancel_job(job_id: uuid.UUID) -> dict[str, Any]:
    """Cancel a job. What it has drawn stays on the canvas."""
    body = views.cancel_response(service.cancel(db.session, require_actor(), job_id))
    db.session.commit()
    return body


def _queue(job_type: str, schema: Schema, fields: dict[str, Any], headers: dict[str, Any]) -> Accepted:
    queued = service.submit(
        db.session,
        require_actor(),
        job_type,
        schema.dump(fields),
        priority=fields["priority"],
        idempotency_key=headers["key"],
    )
    db.session.commit()
    body = _accepted(queued.job, queued.created)
    return body, 202, {"Location": body["status_url"]}


def _accepted(job: Job, created: bool) -> dict[str, Any]:
    url = f"{PREFIX}/job/{job.id}"
    return {
        **views.accepted_response(job, created=created),
        "status_url": f"{url}/status",
        "result_url": f"{url}/result",
    }
