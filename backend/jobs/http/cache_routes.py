"""The result cache over HTTP."""

from __future__ import annotations

from typing import Any

from flask_smorest import Blueprint

from backend.db import db, driver_connection
from backend.identity import require_actor, require_staff
from backend.jobs.acts import note_act
from backend.jobs.caching import cache, cache_store
from backend.jobs.caching.worth import worth_of_runs
from backend.jobs.http.cache_schemas import CacheStatsQuerySchema, CacheStatsSchema, ForgetSchema, ForgottenSchema
from backend.jobs.http.refusals import FOR_STAFF, LOOK_ONLY
from backend.openapi import refuses

blueprint = Blueprint("cache", __name__, url_prefix="/api/cache", description="Stored results of jobs.")


@blueprint.route("/stats")
@blueprint.arguments(CacheStatsQuerySchema, location="query")
@blueprint.response(200, CacheStatsSchema)
@refuses(blueprint, _403=FOR_STAFF)
def read_stats(query: dict[str, int]) -> dict[str, Any]:
    """How much is stored, and how often it was of use, by job type. For staff."""
    require_staff()
    connection, hours = driver_connection(db.session), query["hours"]
    found = cache_store.read_stats(connection, hours)
    worth = worth_of_runs(connection, hours)
    lines = [{**line._asdict(), "saved_usd": (line.hits + line.shared) * worth.get(line.job_type, 0)} for line in found]
    total = {name: sum(line[name] for line in lines) for name in (*cache_store.CacheLine._fields[1:], "saved_usd")}
    return {"hours": hours, **total, "types": lines}


@blueprint.route("", methods=["DELETE"])
@blueprint.arguments(ForgetSchema, location="query")
@blueprint.response(200, ForgottenSchema)
@refuses(blueprint, _403=LOOK_ONLY)
def forget_results(query: dict[str, Any]) -> dict[str, int]:
    """Remove my stored results, by key, type or canvas; staff remove everybody's. What runs now is not stored."""
    actor = require_actor()
    deleted = cache.forget(db.session, actor, key=query["key"], job_type=query["type"], canvas_id=query["canvas_id"])
    said = {"key": query["key"], "job_type": query["type"], "canvas_id": query["canvas_id"]}
    note_act(db.session, actor, "cache.forget", "cache", ["results"] if deleted else [], deleted=deleted, **said)
    db.session.commit()
    return {"deleted": deleted}
