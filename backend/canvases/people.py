"""Who has a canvas open, over all web processes: rows that the process holding a connection renews while it lives."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import class_row

from backend.identity import Actor
from backend.live.rooms import canvas_room

Connection = psycopg.Connection[Any]

CHANNEL = "canvas_people"  # payload: the canvas's id
MAX_LISTED = 100  # on one canvas, those who came first: a crowd of 1,000 needs no list of names
SMALL_GROUP = (
    20  # whose list is shown at every change; a longer one with every sweep, or 1,000 arrivals are a million lists
)
SILENT_SECONDS = 15  # a process that has not renewed its rows for so long is dead: five sweeps
# Readable on white and on black, and told apart by people who see few colours.
COLORS = (
    "#d9480f",
    "#e8590c",
    "#c2255c",
    "#9c36b5",
    "#6741d9",
    "#3b5bdb",
    "#1971c2",
    "#0c8599",
    "#099268",
    "#2f9e44",
    "#66a80f",
    "#a61e4d",
)

RENEW = """
INSERT INTO canvas_person (canvas_id, sid, process, user_id, name, is_guest)
SELECT * FROM unnest(
    %(canvases)s::uuid[], %(sids)s::text[], %(processes)s::text[], %(users)s::uuid[], %(names)s::text[], %(guests)s::boolean[]
)
ON CONFLICT (canvas_id, sid) DO UPDATE SET seen_at = now()
"""
CLEAN = """
DELETE FROM canvas_person
WHERE seen_at < now() - make_interval(secs => %(silent)s)
   OR (process = %(process)s AND (canvas_id, sid) NOT IN (SELECT * FROM unnest(%(canvases)s::uuid[], %(sids)s::text[])))
RETURNING canvas_id
"""
LEAVE = "DELETE FROM canvas_person WHERE canvas_id = %s AND sid = %s"
LIST = """
SELECT listed.* FROM unnest(%(canvases)s::uuid[]) AS asked (id) CROSS JOIN LATERAL (
    SELECT canvas_id, sid, user_id, name, is_guest, process FROM canvas_person WHERE canvas_id = asked.id
    ORDER BY joined_at, sid LIMIT %(limit)s
) AS listed
"""
TELL = "SELECT pg_notify(%s, %s)"


@dataclass(frozen=True)
class Person:
    """A connection that has a canvas open."""

    canvas_id: uuid.UUID
    sid: str
    user_id: uuid.UUID
    name: str
    is_guest: bool
    process: str

    def body(self) -> dict[str, Any]:
        """As others see it."""
        return {
            "id": self.sid,
            "user_id": str(self.user_id),
            "name": self.name,
            "color": color_of(self.user_id),
            "is_guest": self.is_guest,
        }


def color_of(user_id: uuid.UUID) -> str:
    """The colour of somebody's cursor: the same on every page."""
    return COLORS[hashlib.sha256(user_id.bytes).digest()[0] % len(COLORS)]


class People:
    """The feed of channel ``canvas_people``: emits ``canvas:people`` whenever a list has changed."""

    channel = CHANNEL

    def __init__(self, emit: Callable[..., object], process: str) -> None:
        self._emit = emit
        self._process = process
        self._here: dict[tuple[uuid.UUID, str], Person] = {}
        self._shown: dict[uuid.UUID, list[Person]] = {}

    def arrive(self, connection: Connection, canvas_id: uuid.UUID, sid: str, actor: Actor) -> list[Person]:
        """A connection of this process opens a canvas; returns who has it open now. The caller commits."""
        person = Person(canvas_id, sid, actor.user_id, actor.name, actor.is_guest, self._process)
        self._here[canvas_id, sid] = person
        self._renew(connection, [person])
        connection.execute(TELL, [CHANNEL, str(canvas_id)])
        return _people(connection, [canvas_id]).get(canvas_id, [])

    def leave(self, connection: Connection, canvas_id: uuid.UUID, sid: str) -> None:
        """It closes the canvas. The caller commits."""
        if self._here.pop((canvas_id, sid), None) is not None:
            connection.execute(LEAVE, [canvas_id, sid])
            connection.execute(TELL, [CHANNEL, str(canvas_id)])

    def opened_by(self, sid: str) -> list[uuid.UUID]:
        """The canvases that a connection of this process has open."""
        return [canvas_id for canvas_id, other in list(self._here) if other == sid]

    def get(self, canvas_id: uuid.UUID, sid: str) -> Person | None:
        """A connection of this process on a canvas, if it is there."""
        return self._here.get((canvas_id, sid))

    def are_elsewhere(self, canvas_id: uuid.UUID) -> bool:
        """Whether another process holds somebody on this canvas, as of the last list."""
        return any(person.process != self._process for person in self._shown.get(canvas_id, ()))

    def on_notify(self, connection: Connection, payloads: Sequence[str]) -> None:
        """Show the lists of these canvases anew."""
        heard = {uuid.UUID(payload) for payload in payloads}
        small = {canvas_id for canvas_id in heard & self._open() if len(self._shown.get(canvas_id, ())) < SMALL_GROUP}
        self._show(connection, small)

    def sweep(self, connection: Connection) -> None:
        """Say that our connections live, remove those that don't, and show every list that differs."""
        here = list(self._here.values())
        if here:
            self._renew(connection, here)
        ours = {"canvases": [person.canvas_id for person in here], "sids": [person.sid for person in here]}
        gone = connection.execute(CLEAN, {**ours, "process": self._process, "silent": SILENT_SECONDS}).fetchall()
        for canvas_id in {row[0] for row in gone}:
            connection.execute(TELL, [CHANNEL, str(canvas_id)])
        for canvas_id in self._shown.keys() - self._open():
            del self._shown[canvas_id]
        self._show(connection, self._open())

    def _open(self) -> set[uuid.UUID]:
        return {canvas_id for canvas_id, _ in list(self._here)}

    def _show(self, connection: Connection, canvas_ids: set[uuid.UUID]) -> None:
        lists = _people(connection, list(canvas_ids)) if canvas_ids else {}
        for canvas_id, people in lists.items():
            if self._shown.get(canvas_id) != people:
                self._shown[canvas_id] = people
                body = {"canvas_id": str(canvas_id), "people": [person.body() for person in people]}
                self._emit("canvas:people", body, to=canvas_room(canvas_id))

    @staticmethod
    def _renew(connection: Connection, people: Sequence[Person]) -> None:
        connection.execute(
            RENEW,
            {
                "canvases": [person.canvas_id for person in people],
                "sids": [person.sid for person in people],
                "processes": [person.process for person in people],
                "users": [person.user_id for person in people],
                "names": [person.name for person in people],
                "guests": [person.is_guest for person in people],
            },
        )


def _people(connection: Connection, canvas_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Person]]:
    found: dict[uuid.UUID, list[Person]] = {}
    with connection.cursor(row_factory=class_row(Person)) as cursor:
        for person in cursor.execute(LIST, {"canvases": canvas_ids, "limit": MAX_LISTED}):
            found.setdefault(person.canvas_id, []).append(person)
    return found
