"""Names of the rooms, and who is in them in this process."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from backend.live.server import members_of_rooms

STAFF = "staff"


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


def anybody() -> bool:
    """Whether any socket is connected to this process."""
    return bool(members_of_rooms())


def occupied(rooms: Iterable[str], *, but: str | None = None) -> bool:
    """Whether anybody is in one of ``rooms``, the socket ``but`` aside."""
    present = members_of_rooms()
    for room in rooms:
        members = present.get(room)
        if members and (but is None or len(members) > 1 or but not in members):
            return True
    return False


def occupied_ids(kind: str) -> list[uuid.UUID]:
    """The ids of the occupied rooms of one kind: ``user``, ``canvas`` or ``job``."""
    prefix = f"{kind}:"
    return [
        uuid.UUID(room[len(prefix) :])
        for room in list(members_of_rooms())
        if room is not None and room.startswith(prefix)
    ]
