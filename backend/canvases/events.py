"""Messages of people who have a canvas open."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import structlog
from flask import Flask, current_app, request
from flask_socketio import emit, leave_room
from sqlalchemy import text

from backend.canvases.door import CanvasDoor
from backend.canvases.editing import edit_elements
from backend.canvases.feed import CanvasFeed
from backend.canvases.people import People
from backend.canvases.pointers import CHANNEL as POINTER_CHANNEL
from backend.canvases.pointers import Pointers, clean_pointer
from backend.canvases.service import accessible_canvas, load_elements
from backend.db import db, driver_connection
from backend.errors import DATABASE_ERRORS, Forbidden
from backend.extensions import socketio
from backend.live.arrivals import enter_canvas_room
from backend.live.rooms import announce, canvas_room
from backend.live.server import socket_server
from backend.live.sockets import acknowledged, socket_actor, uuid_from
from backend.live.state import live, register_door, register_feed

EXTENSION_KEY = "collabcanvas.canvases"
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class CanvasLive:
    """The live state of canvases in this process."""

    feed: CanvasFeed
    people: People
    pointers: Pointers


def init_canvases(app: Flask) -> None:
    """Install messages and feeds, after ``init_live``. Connects to nothing."""
    process, server = uuid.uuid4().hex, socket_server()

    def notify(payload: str) -> None:
        with app.app_context(), db.engine.begin() as connection:
            connection.execute(
                text("SELECT pg_notify(:channel, :payload)"), {"channel": POINTER_CHANNEL, "payload": payload}
            )

    def show(body: dict[str, Any]) -> None:
        announce("canvas:presence", body, to=f"canvas:{body['canvas_id']}")

    state = CanvasLive(
        feed=CanvasFeed(announce, socketio.close_room),
        people=People(announce, process),
        pointers=Pointers(show, notify, server.start_background_task, server.sleep, process),
    )
    app.extensions[EXTENSION_KEY] = state
    for feed in (state.feed, state.people, state.pointers):
        register_feed(app, feed)
    register_door(app, CanvasDoor(state.people, announce))
    live(app).departures.append(depart)
    socketio.on_event("canvas:join", canvas_join)
    socketio.on_event("canvas:leave", canvas_leave)
    socketio.on_event("canvas:update", canvas_update)
    socketio.on_event("canvas:presence", canvas_presence)


@acknowledged
def canvas_join(payload: dict[str, Any]) -> dict[str, Any]:
    """{canvas_id}: the elements, and from now on every change."""
    actor, canvas_id = socket_actor(), uuid_from(payload, "canvas_id")
    canvas = enter_canvas_room(canvas_id, lambda: accessible_canvas(db.session, actor, canvas_id))
    _state().feed.begin_at(canvas_id, canvas.version, canvas.told)
    people = _state().people.arrive(driver_connection(db.session), canvas_id, _socket_id(), actor)
    db.session.commit()
    canvas = accessible_canvas(db.session, actor, canvas_id)  # its version now, before the elements are read
    elements = load_elements(driver_connection(db.session), canvas_id)
    return {
        "elements": elements,
        "version": canvas.version,
        "people": [person.body() for person in people],
        "name": canvas.name,
    }


@acknowledged
def canvas_leave(payload: dict[str, Any]) -> None:
    """{canvas_id}: no more of it."""
    canvas_id = uuid_from(payload, "canvas_id")
    leave_room(canvas_room(canvas_id))
    _state().people.leave(driver_connection(db.session), canvas_id, _socket_id())
    db.session.commit()


@acknowledged
def canvas_update(payload: dict[str, Any]) -> dict[str, Any]:
    """{canvas_id, elements}: acknowledged once stored. What others see comes back through the database, to all."""
    canvas_id = uuid_from(payload, "canvas_id")
    merged = edit_elements(db.session, socket_actor(), canvas_id, payload.get("elements"))
    return {"version": merged.version, "stale": merged.stale}


@acknowledged
def canvas_presence(payload: dict[str, Any]) -> None:
    """{canvas_id, pointer, selection}: shown to the others. Costs no query: who has joined may be seen."""
    canvas_id = uuid_from(payload, "canvas_id")
    person = _state().people.get(canvas_id, _socket_id())
    if person is None:
        raise Forbidden("Join the canvas first.")
    body = {**person.body(), "canvas_id": str(canvas_id), **clean_pointer(payload)}
    emit("canvas:presence", body, to=canvas_room(canvas_id), include_self=False)
    if _state().people.are_elsewhere(canvas_id):
        _state().pointers.relay(body)


def depart(sid: str) -> None:
    """A connection has gone. Without a database the sweep does it later."""
    try:
        for canvas_id in _state().people.opened_by(sid):
            _state().people.leave(driver_connection(db.session), canvas_id, sid)
        db.session.commit()
    except DATABASE_ERRORS:
        log.warning("departure_not_noted", sid=sid)


def _state() -> CanvasLive:
    found: CanvasLive = current_app.extensions[EXTENSION_KEY]
    return found


def _socket_id() -> str:
    return str(request.sid)  # type: ignore[attr-defined] # flask-socketio puts it there
