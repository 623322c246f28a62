"""Keep, undo and do again what a job did to a canvas, over HTTP."""

from __future__ import annotations

import uuid
from typing import Any

from flask_smorest import Blueprint

from backend.ai.changes import service
from backend.ai.changes.models import AiChange
from backend.ai.changes.schemas import ChangeListSchema, ChangeQuerySchema, ChangeSchema, UndoSchema
from backend.db import db
from backend.identity import require_actor
from backend.openapi import refuses
from backend.paging import cursor_after, position_of

NOT_THERE = "There is no such canvas, or it is not yours, or that job has changed nothing on it."
NOT_NOW = "The job is still drawing, or the change is in a state that this does not fit."
LOOK_ONLY = "This token may only read."

blueprint = Blueprint("changes", __name__, url_prefix="/api/canvases", description="What jobs did to canvases.")


@blueprint.route("/<uuid:canvas_id>/changes")
@blueprint.arguments(ChangeQuerySchema, location="query")
@blueprint.response(200, ChangeListSchema)
@refuses(blueprint, _404=NOT_THERE)
def list_changes(query: dict[str, Any], canvas_id: uuid.UUID) -> dict[str, Any]:
    """What jobs did to a canvas, each as one step, the newest first."""
    limit = query["limit"]
    after = position_of(query["cursor"]) if query["cursor"] is not None else None
    rows = service.list_changes(db.session, require_actor(), canvas_id, limit=limit + 1, after=after)
    items = [_body(change, summary, author) for change, summary, author in rows[:limit]]
    more = len(rows) > limit
    return {"items": items, "next_cursor": cursor_after(items[-1]["created_at"], items[-1]["job_id"]) if more else None}


@blueprint.route("/<uuid:canvas_id>/changes/<uuid:job_id>/keep", methods=["POST"])
@blueprint.response(200, ChangeSchema)
@refuses(blueprint, _403=LOOK_ONLY, _404=NOT_THERE, _409=NOT_NOW)
def keep(canvas_id: uuid.UUID, job_id: uuid.UUID) -> dict[str, Any]:
    """Accept what the job did: a preview becomes what it previews."""
    return _done(service.keep(db.session, require_actor(), canvas_id, job_id))


@blueprint.route("/<uuid:canvas_id>/changes/<uuid:job_id>/undo", methods=["POST"])
@blueprint.arguments(UndoSchema)
@blueprint.response(200, ChangeSchema)
@refuses(blueprint, _403=LOOK_ONLY, _404=NOT_THERE, _409=NOT_NOW)
def undo(fields: dict[str, bool], canvas_id: uuid.UUID, job_id: uuid.UUID) -> dict[str, Any]:
    """Take back all that the job did, as one step; what people changed since stays, and is named."""
    spare = fields["spare_changed"]
    return _done(service.undo(db.session, require_actor(), canvas_id, job_id, spare=spare))


@blueprint.route("/<uuid:canvas_id>/changes/<uuid:job_id>/redo", methods=["POST"])
@blueprint.response(200, ChangeSchema)
@refuses(blueprint, _403=LOOK_ONLY, _404=NOT_THERE, _409=NOT_NOW)
def redo(canvas_id: uuid.UUID, job_id: uuid.UUID) -> dict[str, Any]:
    """Do again what was undone."""
    return _done(service.redo(db.session, require_actor(), canvas_id, job_id))


def _done(change: AiChange) -> dict[str, Any]:
    change, summary, author = service.describe(db.session, change)
    body = _body(change, summary, author)
    db.session.commit()
    return body


def _body(change: AiChange, summary: str | None, author: str) -> dict[str, Any]:
    return {
        "job_id": change.job_id,
        "canvas_id": change.canvas_id,
        "status": change.status,
        "summary": summary,
        "author": author,
        "spared": change.spared,
        "message": service.sentence(change, service.labels_of(db.session, change)),
        "created_at": change.created_at,
        "decided_at": change.decided_at,
    }
