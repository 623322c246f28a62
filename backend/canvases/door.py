"""Whoever has a canvas open may lose it: it was deleted, or taken away."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import psycopg
from psycopg.rows import tuple_row

from backend.canvases.models import Canvas
from backend.canvases.people import People
from backend.canvases.service import role_on
from backend.live.doors import Visit

Connection = psycopg.Connection[Any]

STANDING = "SELECT id, owner_id FROM canvas WHERE id = ANY(%s) AND deleted_at IS NULL"


class CanvasDoor:
    """Guards the rooms of canvases; ``tell(event, body, to=guest)`` reaches one socket."""

    kind = "canvas"

    def __init__(self, people: People, tell: Callable[..., object]) -> None:
        self._people = people
        self._tell = tell

    def refused(self, connection: Connection, visits: Sequence[Visit]) -> Iterable[Visit]:
        """Those to whom the canvas is closed now."""
        with connection.cursor(row_factory=tuple_row) as cursor:
            rows = cursor.execute(STANDING, [list({visit.thing for visit in visits})]).fetchall()
        standing = {canvas_id: Canvas(id=canvas_id, owner_id=owner_id) for canvas_id, owner_id in rows}
        return [
            visit
            for visit in visits
            if visit.thing not in standing or role_on(visit.actor, standing[visit.thing]) is None
        ]

    def put_out(self, connection: Connection, visit: Visit) -> None:
        """Say why, and take the person off the list of those who are here."""
        self._people.leave(connection, visit.thing, visit.guest)
        self._tell("canvas:closed", {"canvas_id": str(visit.thing), "reason": "access"}, to=visit.guest)
