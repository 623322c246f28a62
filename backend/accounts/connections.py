"""Ends connections whose credentials were withdrawn: signed out, suspended, another role, token removed or expired.

A socket or a stream says who it is once, when it begins, and may then stay for days.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from flask import Flask
from psycopg.rows import tuple_row
from sqlalchemy import text

from backend.db import AnySession
from backend.live.connected import Attendance
from backend.live.state import live, register_feed

CHANNEL = "credential_withdrawn"

WITHDRAWN = """
SELECT used.name
FROM unnest(
    %(names)s::text[], %(users)s::uuid[], %(roles)s::text[], %(sessions)s::text[], %(versions)s::integer[], %(tokens)s::text[]
) AS used (name, user_id, role, session, version, token)
LEFT JOIN app_user ON app_user.id = used.user_id
WHERE app_user.id IS NULL OR app_user.suspended_at IS NOT NULL OR app_user.role <> used.role
   OR used.version <> app_user.session_version
   OR EXISTS (SELECT FROM ended_session WHERE ended_session.id = used.session)
   OR used.token IS NOT NULL AND NOT EXISTS (
        SELECT FROM api_token WHERE token_hash = used.token AND (expires_at IS NULL OR expires_at > now()))
"""


@dataclass(frozen=True)
class Credential:
    """What somebody connected with, and as what: a session by name and version, or a token by its hash."""

    user_id: uuid.UUID
    role: str
    session: str | None = None
    version: int | None = None
    token: str | None = None


class Connections:
    """The feed of channel ``credential_withdrawn``, whose payloads say nothing; the sweep finds what was not heard."""

    channel = CHANNEL

    def __init__(self, attendance: Attendance) -> None:
        self._attendance = attendance

    def on_notify(self, connection: psycopg.Connection[Any], _payloads: Sequence[str]) -> None:
        """Look at once."""
        self._attendance.changes += 1
        self.sweep(connection)

    def sweep(self, connection: psycopg.Connection[Any]) -> None:
        """End everything whose credential no longer stands. It may come back, and is asked again who it is."""
        present = dict(self._attendance.present)
        used = {
            name: found.actor.credential
            for name, found in present.items()
            if isinstance(found.actor.credential, Credential)
        }
        if not used:
            return
        columns = {
            "names": list(used),
            "users": [credential.user_id for credential in used.values()],
            "roles": [credential.role for credential in used.values()],
            "sessions": [credential.session for credential in used.values()],
            "versions": [credential.version for credential in used.values()],
            "tokens": [credential.token for credential in used.values()],
        }
        with connection.cursor(row_factory=tuple_row) as cursor:
            for (name,) in cursor.execute(WITHDRAWN, columns).fetchall():
                self._attendance.leave(name)
                present[name].end()


def init_connections(app: Flask) -> None:
    """Install the feed, after ``init_live``."""
    register_feed(app, Connections(live(app).attendance))


def withdrawn(session: AnySession) -> None:
    """Tell every web process, once the caller commits, that some credential is worth nothing any more."""
    session.execute(text("SELECT pg_notify(:channel, '')"), {"channel": CHANNEL})
