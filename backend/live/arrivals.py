"""Joining rooms. Whoever joins does so first and reads afterwards: a commit in between then arrives twice, never not at all."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TypeVar

from flask import request
from flask_socketio import join_room

from backend.db import db, driver_connection
from backend.identity import Actor
from backend.live.doors import admit
from backend.live.job_feed import LOOK_BACK
from backend.live.replay import first_id_at, jobs_under_way
from backend.live.rooms import STAFF, canvas_room, occupied, user_room
from backend.live.state import live

T = TypeVar("T")


def enter_own_rooms(actor: Actor) -> None:
    """A socket has connected: the person's room, and the staff's."""
    for room in own_rooms(actor):
        join_room(room)
    begin_in_own_rooms(actor, _socket_id())


def own_rooms(actor: Actor) -> list[str]:
    """Where somebody is without asking."""
    return [user_room(actor.user_id), STAFF] if actor.sees_all else [user_room(actor.user_id)]


def begin_in_own_rooms(actor: Actor, newcomer: str) -> None:
    """What happened in them so far is history to the newcomer, who is inside already."""
    _begin(user_room(actor.user_id), "user_id = %(user)s", {"user": actor.user_id}, newcomer)
    if actor.sees_all:
        _begin(STAFF, "true", {}, newcomer)


def enter_canvas_room(canvas_id: uuid.UUID, allowed: Callable[[], T]) -> T:
    """The present socket opens a canvas, unless ``allowed`` raises; returns what it says."""
    found = admit(canvas_room(canvas_id), allowed)
    _begin(canvas_room(canvas_id), "canvas_id = %(canvas)s", {"canvas": canvas_id}, _socket_id())
    return found


def _begin(room: str, whose: str, parameters: Mapping[str, object], newcomer: str) -> None:
    """The page asks for the history of these jobs where it wants it. Nothing changes where others are in the room already."""
    if occupied([room], but=newcomer):
        return
    recent = first_id_at(datetime.now(UTC) - 2 * LOOK_BACK)
    jobs = jobs_under_way(driver_connection(db.session), whose, {**parameters, "recent": recent})
    live().jobs.begin_at(jobs, newcomer)


def _socket_id() -> str:
    return str(request.sid)  # type: ignore[attr-defined] # flask-socketio puts it there
