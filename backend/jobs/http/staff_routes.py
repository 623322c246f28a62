"""What staff look at over HTTP, and the limits that they set. Read-only staff may look."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from backend.db import db, driver_connection
from backend.errors import NotFound
from backend.identity import require_staff
from backend.jobs import service
from backend.jobs.acts import note_act
from backend.jobs.admission import queues
from backend.jobs.admission.limits import limit_slots, limits_overview, remove_limit, set_limit
from backend.jobs.http.queue_schemas import LimitSchema
from backend.jobs.http.queue_views import queue_body
from backend.jobs.http.refusals import FOR_STAFF
from backend.jobs.http.staff_schemas import (
    CourseQuerySchema,
    CourseSchema,
    SetLimitSchema,
    StaffQueuesSchema,
    TypesQuerySchema,
    TypesSchema,
    WorkersQuerySchema,
    WorkersSchema,
)
from backend.jobs.runtime.worker_store import find_runs
from backend.jobs.runtime.worker_store import list_workers as workers_of
from backend.jobs.upkeep.courses import read_course
from backend.jobs.upkeep.standing import queue_figures, type_figures
from backend.jobs.upkeep.statistics import counted_until
from backend.jobs.upkeep.vacuum import find_holders
from backend.openapi import refuses

NO_LIMIT = "There is no such limit."

blueprint = Blueprint("staff", __name__, url_prefix="/api/staff", description="Queues, workers and charts, for staff.")


@blueprint.route("/queues")
@blueprint.response(200, StaffQueuesSchema)
@refuses(blueprint, _403=FOR_STAFF)
def list_queues() -> dict[str, Any]:
    """Every queue: what waits and runs, since when, how fast it goes, who serves it, and what limits it."""
    require_staff()
    connection = driver_connection(db.session)
    figures = queue_figures(connection)
    lines = workers_of(connection)
    items = []
    for state in queues.queues_overview(db.session):
        body, figure = queue_body(state), figures[state.name]
        crew = [
            line for line in lines if line["state"] == "live" and (not line["queues"] or state.name in line["queues"])
        ]
        shown = {
            name: figure[name] for name in ("delayed", "blocked", "oldest", "ended", "failed", "wait_p50", "wait_p95")
        }
        threads = sum(line["concurrency"] for line in crew)
        items.append({**body, **shown, "threads": threads, "per_minute": figure["ended"] / 60})
    return {
        "items": items,
        "limits": [limit for limit in limits_overview(db.session) if limit.scope != "queue"],
        "counted_until": counted_until(connection),
        "warnings": [holder.sentence() for holder in find_holders(connection)],
    }


@blueprint.route("/workers")
@blueprint.arguments(WorkersQuerySchema, location="query")
@blueprint.response(200, WorkersSchema)
@refuses(blueprint, _403=FOR_STAFF)
def list_workers(query: dict[str, bool]) -> dict[str, Any]:
    """Worker processes: whether they live, what they serve, and what each runs now."""
    require_staff()
    connection = driver_connection(db.session)
    workers = workers_of(connection, every=query["all"])
    runs = find_runs(connection, [worker["id"] for worker in workers])
    names = service.names_of(db.session, {run["user_id"] for run in runs})
    for run in runs:
        run |= {"message": run["progress_message"], "user_name": names.get(run["user_id"])}
    return {
        "items": [
            {**worker, "busy": worker["jobs"], "runs": [run for run in runs if run["worker_id"] == worker["id"]]}
            for worker in workers
        ]
    }


@blueprint.route("/course")
@blueprint.arguments(CourseQuerySchema, location="query")
@blueprint.response(200, CourseSchema)
@refuses(blueprint, _403=FOR_STAFF)
def show_course(query: dict[str, Any]) -> dict[str, Any]:
    """What ended, waited and ran, by the minute, hour or day, of all queues or one, of all types or one."""
    require_staff()
    return read_course(driver_connection(db.session), query["span"], queue=query["queue"], job_type=query["type"])


@blueprint.route("/types")
@blueprint.arguments(TypesQuerySchema, location="query")
@blueprint.response(200, TypesSchema)
@refuses(blueprint, _403=FOR_STAFF)
def list_types(query: dict[str, int]) -> dict[str, Any]:
    """Job types that fail, and that are slow."""
    require_staff()
    return {"hours": query["hours"], "items": type_figures(driver_connection(db.session), query["hours"])}


@blueprint.route("/limits/<string:scope>/<path:key>", methods=["PUT"])
@blueprint.arguments(SetLimitSchema)
@blueprint.response(200, LimitSchema)
@refuses(blueprint, _403=FOR_STAFF)
def change_limit(fields: dict[str, int], scope: str, key: str) -> Any:
    """Let at most so many jobs of a queue, user, type or key run at the same time. Key *: each for itself."""
    actor = require_staff(acting=True)
    was = limit_slots(db.session, scope, key)
    set_limit(db.session, scope, key, fields["slots"])
    note_act(db.session, actor, "limit.set", "limit", [f"{scope}:{key}"], before=was, after=fields["slots"])
    found = _limit(scope, key)
    db.session.commit()
    return found


@blueprint.route("/limits/<string:scope>/<path:key>", methods=["DELETE"])
@blueprint.response(204)
@refuses(blueprint, _403=FOR_STAFF, _404=NO_LIMIT)
def drop_limit(scope: str, key: str) -> None:
    """Remove a limit. One that the settings or a task name comes back with the next start of a worker."""
    actor = require_staff(acting=True)
    was = limit_slots(db.session, scope, key)
    if not remove_limit(db.session, scope, key):
        raise NotFound(NO_LIMIT)
    note_act(db.session, actor, "limit.remove", "limit", [f"{scope}:{key}"], before=was)
    db.session.commit()


def _limit(scope: str, key: str) -> Any:
    return next((limit for limit in limits_overview(db.session) if (limit.scope, limit.key) == (scope, key)), None)
