"""Names of the rooms, who is in them in this process, and how something is said in them.

In a room are sockets, and *subscribers*: streams of those to whom no WebSocket gets through.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from backend.extensions import socketio
from backend.live.server import leave_room_of, members_of_rooms

STAFF = "staff"


class Subscriber(Protocol):
    """A stream that hears what is said in rooms."""

    name: str

    def tell(self, event: str, body: Any) -> None:
        """Something was said. Must not wait."""


_subscribers: dict[str, dict[str, Subscriber]] = {}  # by room, by name


def job_room(job_id: uuid.UUID) -> str:
    """Those who watch one job."""
    return f"job:{job_id}"


def user_room(user_id: uuid.UUID) -> str:
    """Every page of one person."""
    return f"user:{user_id}"


def canvas_room(canvas_id: uuid.UUID) -> str:
    """Those who have a canvas open, and may see it."""
    return f"canvas:{canvas_id}"


def rooms_of_job(job_id: uuid.UUID, user_id: uuid.UUID, canvas_id: uuid.UUID | None) -> list[str]:
    """Everybody who may see a job."""
    rooms = [job_room(job_id), user_room(user_id), STAFF]
    return rooms if canvas_id is None else [*rooms, canvas_room(canvas_id)]


def announce(event: str, body: Any, *, to: str | Sequence[str]) -> None:
    """Say it once to everybody who is in any of the rooms."""
    rooms = [to] if isinstance(to, str) else list(to)
    socketio.emit(event, body, to=rooms)  # type: ignore[arg-type] # several rooms are one emission; the stubs know one
    if _subscribers:
        hearing = {name: found for room in rooms for name, found in _subscribers.get(room, {}).items()}
        for subscriber in hearing.values():
            subscriber.tell(event, body)


def subscribe(subscriber: Subscriber, rooms: Iterable[str]) -> Callable[[], None]:
    """A stream enters rooms; call what is returned when it ends."""
    entered = [subscriber.name, *rooms]
    for room in entered:
        _subscribers.setdefault(room, {})[subscriber.name] = subscriber

    def leave() -> None:
        for room in entered:
            _leave(subscriber.name, room)

    return leave


def put_out(guest: str, room: str) -> None:
    """A socket or subscriber of this process hears nothing more of ``room``."""
    leave_room_of(guest, room)
    _leave(guest, room)


def anybody() -> bool:
    """Whether anybody is connected to this process."""
    return bool(members_of_rooms()) or bool(_subscribers)


def occupied(rooms: Iterable[str], *, but: str | None = None) -> bool:
    """Whether anybody is in one of ``rooms``, the guest ``but`` aside."""
    sockets = members_of_rooms()
    for room in rooms:
        for members in (sockets.get(room), _subscribers.get(room)):
            if members and (but is None or len(members) > 1 or but not in members):
                return True
    return False


def occupied_ids(kind: str) -> list[uuid.UUID]:
    """The ids of the occupied rooms of one kind: ``user``, ``canvas`` or ``job``."""
    prefix = f"{kind}:"
    return [uuid.UUID(room[len(prefix) :]) for room in _rooms() if room.startswith(prefix)]


def guests_of(kind: str) -> dict[str, list[str]]:
    """Who is in each occupied room of one kind."""
    sockets, prefix = members_of_rooms(), f"{kind}:"
    return {room: [*sockets.get(room, ()), *_subscribers.get(room, ())] for room in _rooms() if room.startswith(prefix)}


def _rooms() -> set[str]:
    return {room for room in list(members_of_rooms()) if room is not None} | set(_subscribers)


def _leave(name: str, room: str) -> None:
    inside = _subscribers.get(room, {})
    inside.pop(name, None)
    if not inside:
        _subscribers.pop(room, None)
