"""What the dashboard shows beside lists and pages of jobs: its figures, its filters, trees."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from flask_smorest import Blueprint

from backend.db import db, driver_connection
from backend.identity import require_actor, require_staff
from backend.jobs.family import names_in_use, tree_of
from backend.jobs.http import views
from backend.jobs.http.dashboard_schemas import FacetsQuerySchema, FacetsSchema, OverviewQuerySchema, OverviewSchema
from backend.jobs.http.listing import job_bodies
from backend.jobs.http.refusals import NO_JOB
from backend.jobs.http.schemas import TreeSchema
from backend.jobs.registry import all_tasks, queue_names
from backend.jobs.upkeep.overview import overview_of_all, overview_of_own
from backend.openapi import refuses

ONLY_OWN = "Only staff may look at everybody's jobs."

blueprint = Blueprint("job_dashboard", __name__, url_prefix=views.JOBS, description="Figures and trees of jobs.")


@blueprint.route("/overview")
@blueprint.arguments(OverviewQuerySchema, location="query")
@blueprint.response(200, OverviewSchema)
@refuses(blueprint, _403=ONLY_OWN)
def read_overview(query: dict[str, Any]) -> dict[str, Any]:
    """Running, waiting, failed today and the usual wait, with their courses: of my jobs, or for staff of everybody's."""
    actor, connection = require_actor(), driver_connection(db.session)
    day = query["day"] or datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if query["scope"] == "own":
        return overview_of_own(connection, actor.user_id, query["span"], day)
    require_staff()
    return overview_of_all(connection, query["span"], day)


@blueprint.route("/facets")
@blueprint.arguments(FacetsQuerySchema, location="query")
@blueprint.response(200, FacetsSchema)
@refuses(blueprint, _403=ONLY_OWN)
def read_facets(query: dict[str, str]) -> dict[str, Any]:
    """What there is to filter by: job types, queues, and the tags and error codes of the last jobs."""
    actor = require_actor()
    if query["scope"] == "all":
        require_staff()
    found = names_in_use(db.session, actor, everybody=query["scope"] == "all")
    types = [{"name": task.name, "queue": task.queue, "access": task.access} for task in all_tasks()]
    return {"types": types, "queues": queue_names(), "tags": found["tag"], "error_codes": found["error"]}


@blueprint.route("/<uuid:job_id>/tree")
@blueprint.response(200, TreeSchema)
@refuses(blueprint, _404=NO_JOB)
def read_tree(job_id: uuid.UUID) -> dict[str, Any]:
    """The topmost group above a job with all that is in it, parents before their children; a single job is a tree of one."""
    actor = require_actor()
    members, truncated = tree_of(db.session, actor, job_id)
    bodies = job_bodies(db.session, actor, [member.job for member in members])
    return {
        "root_id": members[0].job.id,
        "items": [
            {**body, "depth": member.depth, "needs": list(member.needs)}
            for body, member in zip(bodies, members, strict=True)
        ],
        "truncated": truncated,
    }
