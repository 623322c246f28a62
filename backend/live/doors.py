"""Rooms of things that can be taken away from somebody. Who is inside is asked for again whenever rights change.

A feature that has rooms of its own registers a *door* for them (``register_door``), joins through ``admit``, and says
``access_changed`` in the transaction that changes who may be inside. The sweep finds what was not heard.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from flask_socketio import join_room, leave_room
from sqlalchemy import text

from backend.db import AnySession
from backend.identity import Actor
from backend.live.connected import Connected
from backend.live.feeds import Connection
from backend.live.rooms import guests_of, put_out

CHANNEL = "room_access"  # payload: the room's name

T = TypeVar("T")


@dataclass(frozen=True)
class Visit:
    """Somebody in the room of a thing; ``guest`` is the socket's id or the stream's name."""

    guest: str
    actor: Actor
    thing: uuid.UUID


class Door(Protocol):
    """Guards the rooms ``kind:<id>``."""

    kind: str

    def refused(self, connection: Connection, visits: Sequence[Visit]) -> Iterable[Visit]:
        """Those who may not be inside any more, by what the database says now."""

    def put_out(self, connection: Connection, visit: Visit) -> None:
        """One was put out of its room: tell it, and forget it."""


class Doors:
    """The feed of channel ``room_access``."""

    channel = CHANNEL

    def __init__(self, present: Mapping[str, Connected]) -> None:
        self._present = present
        self._doors: dict[str, Door] = {}

    def add(self, door: Door) -> None:
        """Guard the rooms of another kind of thing."""
        self._doors[door.kind] = door

    def on_notify(self, connection: Connection, payloads: Sequence[str]) -> None:
        """Look at these rooms."""
        for room in dict.fromkeys(payloads):
            kind = room.partition(":")[0]
            if kind in self._doors:
                self._look(connection, self._doors[kind], {room: guests_of(kind).get(room, [])})

    def sweep(self, connection: Connection) -> None:
        """Look at every room."""
        for door in self._doors.values():
            self._look(connection, door, guests_of(door.kind))

    def _look(self, connection: Connection, door: Door, rooms: Mapping[str, Sequence[str]]) -> None:
        visits = [
            Visit(guest, self._present[guest].actor, uuid.UUID(room.partition(":")[2]))
            for room, guests in rooms.items()
            for guest in guests
            if guest in self._present
        ]
        if visits:
            for visit in list(door.refused(connection, visits)):
                put_out(visit.guest, f"{door.kind}:{visit.thing}")
                door.put_out(connection, visit)


def admit(room: str, allowed: Callable[[], T]) -> T:
    """The present socket joins ``room`` if ``allowed`` raises nothing, and stays if it still raises nothing then.

    Without the second look somebody whose access ends between the first one and the join would stay inside.
    """
    allowed()
    join_room(room)
    try:
        return allowed()
    except Exception:
        leave_room(room)
        raise


def access_changed(session: AnySession, room: str) -> None:
    """Who may be in ``room`` has changed: every web process looks again once the caller commits."""
    session.execute(text("SELECT pg_notify(:channel, :room)"), {"channel": CHANNEL, "room": room})
