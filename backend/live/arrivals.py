"""Joining rooms. Whoever joins does so first and reads afterwards: a commit in between then arrives twice, never not at all."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime

from flask import request
from flask_socketio import join_room

from backend.db import db, driver_connection
from backend.identity import Actor
from backend.live.job_feed import LOOK_BACK
from backend.live.replay import find_jobs, first_id_at
from backend.live.rooms import STAFF, canvas_room, user_room
from backend.live.state import live

MAX_BASELINE = 5_000  # jobs; an older one that moves is emitted from its beginning


def enter_own_rooms(actor: Actor) -> None:
    """A socket has connected: the person's room, and the staff's."""
    join_room(user_room(actor.user_id))
    _begin("user_id = %(user)s", {"user": actor.user_id})
    if actor.sees_all:
        join_room(STAFF)
        _begin("true", {})


def enter_canvas_room(canvas_id: uuid.UUID) -> None:
    """The present socket opens a canvas. The caller has checked that its actor may see it."""
    join_room(canvas_room(canvas_id))
    _begin("canvas_id = %(canvas)s", {"canvas": canvas_id})


def _begin(whose: str, parameters: Mapping[str, object]) -> None:
    """What these jobs did so far is history to the newcomer; the page asks for it where it wants it."""
    recent = first_id_at(datetime.now(UTC) - 2 * LOOK_BACK)
    connection = driver_connection(db.session)
    for moving in ("status = 'processing'", "status = 'queued'", "id >= %(recent)s"):
        condition = f"{whose} AND {moving} ORDER BY id DESC LIMIT {MAX_BASELINE}"
        live().jobs.begin_at(find_jobs(connection, condition, {**parameters, "recent": recent}), request.sid)  # type: ignore[attr-defined]
