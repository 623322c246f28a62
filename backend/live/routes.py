"""``GET /api/jobs/<id>/events``: a list, or a stream for those who ask for ``text/event-stream``."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Response, current_app, request
from flask_smorest import Blueprint

from backend.db import db, driver_connection
from backend.errors import BadRequest
from backend.identity import require_actor
from backend.jobs.http.refusals import NO_JOB
from backend.live.replay import JobRow, event_body, events_after, gap_before, visible_job
from backend.live.schemas import EventsQuery, EventsSchema
from backend.live.sse import EVENT_STREAM, stream
from backend.live.state import live
from backend.openapi import refuses

blueprint = Blueprint("events", __name__, description="What happens to a job, live")


@blueprint.route("/api/jobs/<uuid:job_id>/events")
@blueprint.arguments(EventsQuery, location="query")
@blueprint.response(200, EventsSchema)
@refuses(blueprint, _404=NO_JOB)
def job_events(query: dict[str, Any], job_id: uuid.UUID) -> Response | dict[str, Any]:
    """Events of a job after a number, in order. With `Accept: text/event-stream` they go on arriving until the job ends."""
    actor = require_actor()
    job = visible_job(driver_connection(db.session), actor, job_id)
    if request.accept_mimetypes.best_match(["application/json", EVENT_STREAM]) == EVENT_STREAM:
        return _streamed(job, _last_event_id(query["after"]))
    events = events_after(driver_connection(db.session), {job_id: query["after"]}, query["limit"])
    gap = gap_before(events, query["after"], job.last_seq)
    last_seq = max(job.last_seq, events[-1].seq if events else 0)
    return {"events": [event_body(event) for event in events], "last_seq": last_seq} | ({"gap": gap} if gap else {})


def _streamed(job: JobRow, after: int) -> Response:
    if job.finished and after >= job.last_seq:
        return Response(status=204)  # tells an EventSource not to come back
    headers = {"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"}
    db.session.rollback()  # the stream may last for hours: it takes a connection only while it reads
    return Response(stream(db.engine, live(current_app), job, after), content_type=EVENT_STREAM, headers=headers)


def _last_event_id(after: int) -> int:
    """Where to go on: a reconnecting EventSource sends the last id that it got."""
    last = request.headers.get("Last-Event-ID", "")
    if not last:
        return after
    if not last.isascii() or not last.isdigit() or int(last) >= 2**31:
        raise BadRequest("Last-Event-ID must be the number of the last event that you have.")
    return int(last)
