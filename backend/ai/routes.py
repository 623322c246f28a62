"""Start AI jobs on a canvas. The job's status, result and end are the same resource as under /api/jobs."""

from __future__ import annotations

import uuid
from typing import Any

from flask_smorest import Blueprint
from marshmallow import Schema

from backend.ai.schemas import (
    AcceptedSchema,
    CreateCanvasRequestSchema,
    CreateCanvasSchema,
    IdempotencyHeaderSchema,
    ModifyCanvasRequestSchema,
    ModifyCanvasSchema,
)
from backend.db import db
from backend.identity import require_actor
from backend.jobs.service import submit

PREFIX = "/api/ai-agent"

blueprint = Blueprint("ai_agent", __name__, url_prefix=PREFIX, description="AI that draws on canvases, as jobs.")

Accepted = tuple[dict[str, Any], int, dict[str, str]]


@blueprint.route("/create-canvas", methods=["POST"])
@blueprint.arguments(CreateCanvasSchema)
@blueprint.arguments(IdempotencyHeaderSchema, location="headers")
@blueprint.response(202, AcceptedSchema)
def create_canvas(fields: dict[str, Any], headers: dict[str, Any]) -> Accepted:
    """Draw what the instructions ask for, on a new canvas or on the one that is named."""
    return _queue("create_canvas", CreateCanvasRequestSchema(), fields, headers, "The drawing is queued.")


@blueprint.route("/modify-canvas", methods=["POST"])
@blueprint.arguments(ModifyCanvasSchema)
@blueprint.arguments(IdempotencyHeaderSchema, location="headers")
@blueprint.response(202, AcceptedSchema)
def modify_canvas(fields: dict[str, Any], headers: dict[str, Any]) -> Accepted:
    """Change what is on a canvas."""
    return _queue("modify_canvas", ModifyCanvasRequestSchema(), fields, headers, "The change is queued.")


def _queue(job_type: str, schema: Schema, fields: dict[str, Any], headers: dict[str, Any], message: str) -> Accepted:
    queued = submit(
        db.session,
        require_actor(),
        job_type,
        schema.dump(fields),
        priority=fields["priority"],
        idempotency_key=headers["key"],
    )
    body = _accepted(queued.job.id, queued.job.canvas_id, message)
    if queued.created:
        db.session.commit()
    else:
        db.session.rollback()  # another request with this key was faster: nothing of this one may stay
    return body, 202, {"Location": body["status_url"]}


def _accepted(job_id: uuid.UUID, canvas_id: uuid.UUID | None, message: str) -> dict[str, Any]:
    job = f"{PREFIX}/job/{job_id}"
    return {
        "success": True,
        "message": message,
        "job_id": job_id,
        "canvas_id": canvas_id,
        "status": "queued",
        "status_url": f"{job}/status",
        "result_url": f"{job}/result",
        "events_url": f"/api/jobs/{job_id}/events",
    }
