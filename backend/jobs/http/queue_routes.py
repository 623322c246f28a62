"""Queues over HTTP, for staff."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from backend.db import db
from backend.identity import require_staff
from backend.jobs.admission import queues
from backend.jobs.admission.limits import limits_overview
from backend.jobs.admission.steering import note_steering
from backend.jobs.http.queue_schemas import PauseSchema, QueueListSchema, QueueSchema
from backend.jobs.http.queue_views import queue_body
from backend.jobs.http.refusals import FOR_STAFF, NO_QUEUE
from backend.openapi import refuses

blueprint = Blueprint("queues", __name__, url_prefix="/api/queues", description="Queues and limits, for staff.")


@blueprint.route("")
@blueprint.response(200, QueueListSchema)
@refuses(blueprint, _403=FOR_STAFF)
def list_queues() -> dict[str, Any]:
    """Every queue: whether it is paused, what is ready and running, and its limits."""
    require_staff()
    return {
        "items": [queue_body(state) for state in queues.queues_overview(db.session)],
        "limits": [limit for limit in limits_overview(db.session) if limit.scope != "queue"],
    }


@blueprint.route("/<string:name>/pause", methods=["POST"])
@blueprint.arguments(PauseSchema)
@blueprint.response(200, QueueSchema)
@refuses(blueprint, _403=FOR_STAFF, _404=NO_QUEUE)
def pause_queue(fields: dict[str, Any], name: str) -> dict[str, Any]:
    """Let no worker begin a job of this queue. What runs goes on."""
    actor = require_staff(acting=True)
    before = queues.queue_state(db.session, name)
    queues.pause_queue(db.session, name, by=actor.user_id, reason=fields["reason"])
    after = queues.queue_state(db.session, name)
    note_steering(db.session, actor, "queue.pause", before, after)
    db.session.commit()
    return queue_body(after)


@blueprint.route("/<string:name>/resume", methods=["POST"])
@blueprint.response(200, QueueSchema)
@refuses(blueprint, _403=FOR_STAFF, _404=NO_QUEUE)
def resume_queue(name: str) -> dict[str, Any]:
    """Let workers begin jobs of this queue again."""
    actor = require_staff(acting=True)
    before = queues.queue_state(db.session, name)
    queues.resume_queue(db.session, name)
    after = queues.queue_state(db.session, name)
    note_steering(db.session, actor, "queue.resume", before, after)
    db.session.commit()
    return queue_body(after)
