"""Forwards what changed on open canvases to everybody who has them open: each change once, in order, without gaps.

That order exists because a merge holds the lock on its canvas until it commits: whoever sees version N sees all before it.
"""

from __future__ import annotations

import itertools
import threading
import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import psycopg
from psycopg.rows import tuple_row

from backend.canvases.service import CHANGE_CHANNEL
from backend.live.rooms import canvas_room, occupied

Connection = psycopg.Connection[Any]
Emit = Callable[..., object]

CHANGED = """
SELECT canvas_version, job_id, data FROM canvas_element WHERE canvas_id = %s AND canvas_version > %s
ORDER BY canvas_version, data->>'index' COLLATE "C" NULLS LAST, id
"""
BEHIND = """
SELECT canvas.id, canvas.version > known.version, canvas.told, canvas.deleted_at IS NOT NULL
FROM unnest(%s::uuid[], %s::bigint[], %s::bigint[]) AS known (id, version, told) JOIN canvas USING (id)
WHERE canvas.version > known.version OR canvas.told > known.told OR canvas.deleted_at IS NOT NULL
"""


class CanvasFeed:
    """Emits ``canvas:elements`` {canvas_id, elements, since, version, job_id}, ``canvas:change``, ``canvas:versions`` and
    ``canvas:closed``.
    """

    channel = CHANGE_CHANNEL

    def __init__(self, emit: Emit, close_room: Callable[[str], object]) -> None:
        self._emit = emit
        self._close_room = close_room
        self._sent: dict[uuid.UUID, int] = {}  # the version up to which each open canvas was emitted
        self._told: dict[uuid.UUID, int] = {}  # of open canvases: how much of what was told of them was emitted
        self._lock = threading.Lock()  # between somebody who arrives and the sweep that forgets empty rooms

    def begin_at(self, canvas_id: uuid.UUID, version: int, told: int) -> None:
        """Somebody has entered the room and reads the canvas afterwards: both figures are from before the reading."""
        with self._lock:
            self._told.setdefault(canvas_id, told)
            self._sent.setdefault(canvas_id, version)

    def on_notify(self, connection: Connection, payloads: Sequence[str]) -> None:
        """Payloads are ``canvas_id:`` and a version, or ``told``, its number, and what ``canvases.tell`` was given."""
        newest: dict[uuid.UUID, int] = {}
        for payload in payloads:
            text, _, what = payload.partition(":")
            canvas_id = uuid.UUID(text)
            if canvas_id not in self._sent:
                continue
            if what.startswith("told "):
                self._pass_on(canvas_id, *what.split()[1:])
            else:
                newest[canvas_id] = max(int(what), newest.get(canvas_id, 0))
        for canvas_id, version in newest.items():
            if version > self._sent.get(canvas_id, version):
                self._forward(connection, canvas_id)

    def sweep(self, connection: Connection) -> None:
        """Look at every open canvas, whether or not a NOTIFY was heard."""
        self._forget_empty()
        known = dict(self._sent)
        if not known:
            return
        with connection.cursor(row_factory=tuple_row) as cursor:
            told = [self._told.get(canvas_id, 0) for canvas_id in known]
            behind = cursor.execute(BEHIND, [list(known), list(known.values()), told]).fetchall()
        for canvas_id, is_drawn_on, told_now, is_deleted in behind:
            if is_deleted:
                self._close(canvas_id)
                continue
            if is_drawn_on:
                self._forward(connection, canvas_id)
            if told_now > self._told.get(canvas_id, told_now):
                self._told[canvas_id] = told_now
                self._tell_versions(canvas_id)
                self._tell_change(canvas_id)

    def _forward(self, connection: Connection, canvas_id: uuid.UUID) -> None:
        since = self._sent.get(canvas_id)
        if since is None:
            return
        with connection.cursor(row_factory=tuple_row) as cursor:
            rows = cursor.execute(CHANGED, [canvas_id, since]).fetchall()
        if not rows:
            return
        self._sent[canvas_id] = rows[-1][0]
        for body in messages(canvas_id, since, rows):
            self._emit("canvas:elements", body, to=canvas_room(canvas_id))

    def _pass_on(self, canvas_id: uuid.UUID, number: str, what: str, *about: str) -> None:
        self._told[canvas_id] = max(int(number), self._told.get(canvas_id, 0))
        if what == "closed":
            self._close(canvas_id)
        elif what == "versions":
            self._tell_versions(canvas_id)
        else:
            self._tell_change(canvas_id, *about)

    def _tell_versions(self, canvas_id: uuid.UUID) -> None:
        self._emit("canvas:versions", {"canvas_id": str(canvas_id)}, to=canvas_room(canvas_id))

    def _tell_change(self, canvas_id: uuid.UUID, job_id: str | None = None, status: str | None = None) -> None:
        """What a job did was kept, undone or done again. None: of some jobs this may be so, nobody heard of which."""
        body = {"canvas_id": str(canvas_id), "job_id": job_id, "status": status}
        self._emit("canvas:change", body, to=canvas_room(canvas_id))

    def _close(self, canvas_id: uuid.UUID) -> None:
        room = canvas_room(canvas_id)
        self._emit("canvas:closed", {"canvas_id": str(canvas_id), "reason": "deleted"}, to=room)
        self._close_room(room)
        self._sent.pop(canvas_id, None)
        self._told.pop(canvas_id, None)

    def _forget_empty(self) -> None:
        with self._lock:
            for canvas_id in [open_id for open_id in self._sent if not occupied([canvas_room(open_id)])]:
                del self._sent[canvas_id]
                self._told.pop(canvas_id, None)


def messages(
    canvas_id: uuid.UUID, since: int, rows: Iterable[tuple[int, uuid.UUID | None, dict[str, Any]]]
) -> list[dict[str, Any]]:
    """One message for each run of changes by the same job, or by people, in order of the versions."""
    found = []
    for job_id, run in itertools.groupby(rows, key=lambda row: row[1]):
        changed = list(run)
        version = changed[-1][0]
        found.append(
            {
                "canvas_id": str(canvas_id),
                "elements": [data for _, _, data in changed],
                "since": since,
                "version": version,
                "job_id": None if job_id is None else str(job_id),
            }
        )
        since = version
    return found
