"""Socket.IO: who is connected, and the messages about jobs."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from flask import current_app, request
from flask_socketio import emit, leave_room
from socketio.exceptions import ConnectionRefusedError as Refused
from sqlalchemy import or_, select

from backend.db import db, driver_connection, drop_broken_connection
from backend.errors import DATABASE_ERRORS, ApiError, BadRequest, Unauthorized
from backend.extensions import socketio
from backend.identity import Actor, authenticator
from backend.jobs.models import AiJob
from backend.live.arrivals import enter_own_rooms
from backend.live.doors import admit
from backend.live.replay import event_body, events_after, gap_before, visible_job
from backend.live.rooms import job_room
from backend.live.server import drop_transport
from backend.live.state import live
from backend.version import app_version

SIGN_IN = "Sign in, continue as a guest, or send a token as “auth: {token}”."
TROUBLE = "Something went wrong on our side. Nothing was changed; try again."
RECENT = timedelta(hours=24)  # what user:watch lists when it is not told since when
MAX_RECENT_JOBS = 100
MAX_SEQ = 2**31 - 1

Handler = Callable[[dict[str, Any]], Mapping[str, Any] | None]
log = structlog.get_logger(__name__)


def register_sockets() -> None:
    """Install the handlers, after ``socketio.init_app``."""
    socketio.on_event("connect", connect)
    socketio.on_event("disconnect", disconnect)
    socketio.on_event("job:watch", job_watch)
    socketio.on_event("job:unwatch", job_unwatch)
    socketio.on_event("user:watch", user_watch)


def socket_actor() -> Actor:
    """Who is behind the socket whose message is being handled."""
    found = live().attendance.present.get(_socket_id())
    if found is None:
        raise Unauthorized(SIGN_IN)
    return found.actor


def acknowledged(handler: Handler) -> Callable[..., dict[str, Any]]:
    """Turn a handler of one object into one that always acknowledges: {ok: true, …} or {ok: false, error, code}."""

    @functools.wraps(handler)
    def answer(*arguments: Any) -> dict[str, Any]:
        try:
            if len(arguments) > 1 or (arguments and not isinstance(arguments[0], dict)):
                raise BadRequest("Send one object with this message.")
            return {"ok": True, **(handler(arguments[0] if arguments else {}) or {})}
        except ApiError as error:
            refusal = {"ok": False, "error": error.detail, "code": error.code}
            return {**refusal, "errors": error.errors} if error.errors else refusal
        except DATABASE_ERRORS as error:
            drop_broken_connection(error)
            log.warning("socket_message_without_database", handler=handler.__name__)
            return {"ok": False, "error": "The database cannot be reached just now; try again.", "code": "unavailable"}
        except Exception:
            log.exception("socket_message_failed", handler=handler.__name__)
            return {"ok": False, "error": TROUBLE, "code": "internal_error"}

    return answer


def uuid_from(payload: Mapping[str, Any], name: str) -> uuid.UUID:
    """A UUID of a message."""
    value = payload.get(name)
    try:
        return uuid.UUID(value if isinstance(value, str) else "")
    except ValueError:
        raise BadRequest(f"“{name}” must be a UUID.") from None


def connect(auth: Any = None) -> None:
    """Let in who has a session cookie or a token; others get a connect_error that says what to do."""
    sid = _socket_id()

    def who() -> Actor | None:
        db.session.rollback()  # what was read for an earlier answer does not count
        return authenticator().from_socket(auth if isinstance(auth, dict) else None)

    try:
        actor = live().attendance.enter(sid, who, lambda: drop_transport(sid))
    except ApiError as error:
        raise Refused(error.detail) from error
    except DATABASE_ERRORS as error:
        drop_transport(sid)
        raise Refused("The database cannot be reached just now; try again.") from error
    if actor is None:
        raise Refused(SIGN_IN)
    emit("hello", {"version": app_version(current_app)})  # a page that is older says so
    try:
        enter_own_rooms(actor)
    except DATABASE_ERRORS:
        drop_transport(sid)


def disconnect(_reason: Any = None) -> None:
    """Rooms are left by themselves."""
    live().attendance.leave(_socket_id())
    for told in live().departures:
        told(_socket_id())


@acknowledged
def job_watch(payload: dict[str, Any]) -> dict[str, Any]:
    """{job_id, after}: the events after that number, and from now on every new one."""
    actor, job_id, after = socket_actor(), uuid_from(payload, "job_id"), _number(payload, "after")
    connection = driver_connection(db.session)
    # What came before the join is in the events that are read after it.
    job = admit(job_room(job_id), lambda: visible_job(connection, actor, job_id))
    events = events_after(connection, {job_id: after}, limit=MAX_SEQ)
    live().jobs.begin_at([job], _socket_id())
    gap = gap_before(events, after, job.last_seq)
    if gap:
        emit("job:gap", {"job_id": str(job_id), **gap})
    last_seq = events[-1].seq if events else job.last_seq
    return {"events": [event_body(event) for event in events], "last_seq": last_seq}


@acknowledged
def job_unwatch(payload: dict[str, Any]) -> None:
    """{job_id}: the events of the own jobs go on arriving, through the person's room."""
    leave_room(job_room(uuid_from(payload, "job_id")))


@acknowledged
def user_watch(payload: dict[str, Any]) -> dict[str, Any]:
    """{after_time?}: own jobs that are under way, or were made or finished since, with the number of their last event."""
    since = _moment(payload, "after_time") or datetime.now(UTC) - RECENT
    moved = or_(AiJob.status.in_(("queued", "processing")), AiJob.created_at > since, AiJob.completed_at > since)
    query = select(AiJob).where(AiJob.user_id == socket_actor().user_id, ~AiJob.hidden, moved)
    jobs = db.session.scalars(query.order_by(AiJob.id.desc()).limit(MAX_RECENT_JOBS))
    return {"jobs": [_job_body(job) for job in jobs]}


def _job_body(job: AiJob) -> dict[str, Any]:
    return {
        "job_id": str(job.id),
        "job_type": job.job_type,
        "canvas_id": None if job.canvas_id is None else str(job.canvas_id),
        "status": job.status,
        "progress": job.progress,
        "message": job.progress_message,
        "last_seq": job.last_seq,
        "created_at": job.created_at.isoformat(),
        "completed_at": None if job.completed_at is None else job.completed_at.isoformat(),
    }


def _number(payload: Mapping[str, Any], name: str) -> int:
    value = payload.get(name, 0)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MAX_SEQ:
        raise BadRequest(f"“{name}” must be the number of the last event that you have, or 0.")
    return value


def _moment(payload: Mapping[str, Any], name: str) -> datetime | None:
    value = payload.get(name)
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(value if isinstance(value, str) else "")
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    except ValueError:
        raise BadRequest(f"“{name}” must be an ISO 8601 time, for example 2026-01-31T12:00:00Z.") from None


def _socket_id() -> str:
    return str(request.sid)  # type: ignore[attr-defined] # flask-socketio puts it there
