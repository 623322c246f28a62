"""Statistics for everybody about their own jobs, for staff about all; the forced clean-up for staff."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from backend.db import db, driver_connection
from backend.identity import require_actor, require_staff
from backend.jobs import service
from backend.jobs.acts import note_act
from backend.jobs.http import views
from backend.jobs.http.refusals import FOR_STAFF
from backend.jobs.http.request_schemas import IdempotencySchema
from backend.jobs.http.schemas import AcceptedJobSchema
from backend.jobs.http.upkeep_schemas import StatisticsQuerySchema, StatisticsSchema
from backend.jobs.tasks import CLEAN_UP, CleanUpSchema
from backend.jobs.upkeep.statistics import installation_statistics, own_statistics
from backend.openapi import refuses

blueprint = Blueprint("job_upkeep", __name__, url_prefix="/api", description="How the queues stand, and their upkeep.")


@blueprint.route("/jobs/stats")
@blueprint.arguments(StatisticsQuerySchema, location="query")
@blueprint.response(200, StatisticsSchema)
@blueprint.alt_response(503, description="The database is too busy to count.")
def read_statistics(query: dict[str, int]) -> dict[str, Any]:
    """What waits, runs and has ended: of all jobs for staff, of one's own for everybody else."""
    actor, connection = require_actor(), driver_connection(db.session)
    if actor.sees_all:
        return installation_statistics(connection, query["hours"])
    return own_statistics(connection, actor.user_id, query["hours"])


@blueprint.route("/admin/jobs/cleanup", methods=["POST"])
@blueprint.arguments(CleanUpSchema)
@blueprint.arguments(IdempotencySchema, location="headers")
@blueprint.response(202, AcceptedJobSchema)
@refuses(blueprint, _403=FOR_STAFF, _409="The Idempotency-Key was used for another request.")
def clean_up(fields: dict[str, Any], headers: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Remove finished jobs now, by a job that reports how far it is. For staff."""
    actor = require_staff(acting=True)
    queued = service.submit(db.session, actor, CLEAN_UP, fields, idempotency_key=headers["key"])
    body = views.accepted_response(queued.job, created=queued.created)
    if queued.created:
        note_act(db.session, actor, "history.clean_up", "jobs", [queued.job.id], **fields)
    db.session.commit()
    return body, 202, {"Location": body["status_url"]}
