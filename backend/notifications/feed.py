"""Forwards new notices to every page of whom they are for, and says when one has read some or changed the settings elsewhere."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import psycopg
from psycopg.rows import class_row

from backend.live.rooms import occupied_ids, user_room
from backend.notifications.service import CHANNEL

Connection = psycopg.Connection[Any]
Emit = Callable[..., object]

LOOK_BACK = timedelta(seconds=60)  # for notices whose transactions committed late

NEW = """
SELECT id, user_id, kind, title, body, job_id, canvas_id, created_at FROM notice
WHERE created_at > %(since)s AND read_at IS NULL AND user_id = ANY(%(users)s) ORDER BY created_at, id
"""
CHANGED = "SELECT user_id, changed_at FROM notice_setting WHERE changed_at > %(since)s AND user_id = ANY(%(users)s)"


@dataclass(frozen=True)
class Told:
    """A notice as it was written."""

    id: uuid.UUID
    user_id: uuid.UUID
    kind: str
    title: str
    body: str | None
    job_id: uuid.UUID | None
    canvas_id: uuid.UUID | None
    created_at: datetime

    def message(self) -> dict[str, Any]:
        """As it travels: what ``NoticeSchema`` shows of one that is new."""
        return {
            "id": str(self.id),
            "kind": self.kind,
            "title": self.title,
            "body": self.body,
            "job_id": None if self.job_id is None else str(self.job_id),
            "canvas_id": None if self.canvas_id is None else str(self.canvas_id),
            "created_at": self.created_at.isoformat(),
            "read_at": None,
        }


class Page(NamedTuple):
    """What the pages of a person have by themselves: all that was before ``since``; and the last change that they heard of."""

    since: datetime
    changed_at: datetime


class NoticeFeed:
    """The feed of channel ``notice``; payloads are ids of people. Emits ``notice`` and ``notice:changed``.

    Somebody who has just come reads the list; what was told before the look that came before is history to that page.
    """

    channel = CHANNEL

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._here: dict[uuid.UUID, Page] = {}
        self._sent: dict[uuid.UUID, datetime] = {}
        self._looked_at: datetime | None = None

    def on_notify(self, connection: Connection, payloads: Sequence[str]) -> None:
        """These people have something new."""
        self._look(connection, {uuid.UUID(payload) for payload in payloads})

    def sweep(self, connection: Connection) -> None:
        """Look for everybody who is here."""
        self._look(connection, None)

    def _look(self, connection: Connection, whose: Collection[uuid.UUID] | None) -> None:
        now = _clock(connection)
        since = now - LOOK_BACK
        self._meet(now, since)
        users = [user_id for user_id in self._here if whose is None or user_id in whose]
        if users:
            self._emit_new(connection, since, users)
            self._emit_changes(connection, since, users)
        self._sent = {notice_id: at for notice_id, at in self._sent.items() if at > since}

    def _meet(self, now: datetime, since: datetime) -> None:
        """Note who has come since the look before, and forget who has gone."""
        before = max(since, self._looked_at or now)
        present = occupied_ids("user")
        self._here = {user_id: self._here.get(user_id, Page(before, before)) for user_id in present}
        self._looked_at = now

    def _emit_new(self, connection: Connection, since: datetime, users: Sequence[uuid.UUID]) -> None:
        with connection.cursor(row_factory=class_row(Told)) as cursor:
            found = cursor.execute(NEW, {"since": since, "users": users}).fetchall()
        for notice in found:
            if notice.id not in self._sent and notice.created_at > self._here[notice.user_id].since:
                self._sent[notice.id] = notice.created_at
                self._emit("notice", notice.message(), to=user_room(notice.user_id))

    def _emit_changes(self, connection: Connection, since: datetime, users: Sequence[uuid.UUID]) -> None:
        for user_id, changed_at in connection.execute(CHANGED, {"since": since, "users": users}).fetchall():
            page = self._here[user_id]
            if changed_at > page.changed_at:
                self._here[user_id] = page._replace(changed_at=changed_at)
                self._emit("notice:changed", {"at": changed_at.isoformat()}, to=user_room(user_id))


def _clock(connection: Connection) -> datetime:
    """The database's: notices are stamped by it."""
    row = connection.execute("SELECT clock_timestamp()").fetchone()
    if row is None:
        raise RuntimeError("a statement that always returns a row returned none")
    moment: datetime = row[0]
    return moment
