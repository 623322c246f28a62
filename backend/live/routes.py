"""``GET /api/jobs/<id>/events``: a list, or a stream for those who ask for ``text/event-stream``; ``GET /api/events``: the
feed of a page."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Response, current_app, request
from flask_smorest import Blueprint

from backend.db import db, driver_connection
from backend.errors import BadRequest
from backend.identity import Actor, require_actor
from backend.jobs.http.refusals import NO_JOB
from backend.live.arrivals import begin_in_own_rooms, own_rooms
from backend.live.connected import actor_anew
from backend.live.feed_stream import FeedStream
from backend.live.replay import JobRow, event_body, events_after, gap_before, visible_job
from backend.live.rooms import subscribe
from backend.live.schemas import EventsQuery, EventsSchema
from backend.live.sse import EVENT_STREAM, HEADERS, Stream, stream_job
from backend.live.state import live
from backend.openapi import refuses
from backend.version import app_version

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
        return _streamed(actor, job, _last_event_id(query["after"]))
    events = events_after(driver_connection(db.session), {job_id: query["after"]}, query["limit"])
    gap = gap_before(events, query["after"], job.last_seq)
    last_seq = max(job.last_seq, events[-1].seq if events else 0)
    return {"events": [event_body(event) for event in events], "last_seq": last_seq} | ({"gap": gap} if gap else {})


@blueprint.route("/api/events")
@blueprint.response(200, content_type=EVENT_STREAM)
def feed() -> Response:
    """Everything that a socket hears without asking, as Server-Sent Events, for pages to which no WebSocket gets through.

    It begins with `ready` and tells nothing of what was before: ask for that once it is `ready`.
    """
    state, stream = live(), FeedStream()
    actor = state.attendance.enter(stream.name, actor_anew, stream.end) or actor_anew()
    leave_rooms = subscribe(stream, own_rooms(actor))
    begin_in_own_rooms(actor, stream.name)

    def leave() -> None:
        leave_rooms()
        state.attendance.leave(stream.name)

    db.session.rollback()
    ready = {"version": app_version(current_app)}
    response = Response(stream.read(state.listener, ready, leave), content_type=EVENT_STREAM, headers=HEADERS)
    response.call_on_close(leave)  # a reader that is gone before the first line was read
    return response


def _streamed(actor: Actor, job: JobRow, after: int) -> Response:
    if job.finished and after >= job.last_seq:
        return Response(status=204)  # tells an EventSource not to come back
    state, stream = live(), Stream()
    actor = state.attendance.enter(stream.name, actor_anew, stream.end) or actor
    # The stream may last for hours: it takes a connection only while it reads.
    lines = stream_job(db.engine, state, actor, job, after, stream)
    response = Response(lines, content_type=EVENT_STREAM, headers=HEADERS)
    response.call_on_close(lambda: state.attendance.leave(stream.name))
    return response


def _last_event_id(after: int) -> int:
    """Where to go on: a reconnecting EventSource sends the last id that it got."""
    last = request.headers.get("Last-Event-ID", "")
    if not last:
        return after
    if not last.isascii() or not last.isdigit() or int(last) >= 2**31:
        raise BadRequest("Last-Event-ID must be the number of the last event that you have.")
    return int(last)
