"""Ends connections whose credentials were withdrawn: signed out, suspended, token removed or expired.

A socket says who it is once, when it connects, and may then stay for days.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from flask import Flask, current_app
from psycopg.rows import tuple_row
from sqlalchemy import text

from backend.db import AnySession
from backend.live.server import drop_transport
from backend.live.state import live, register_feed

EXTENSION_KEY = "collabcanvas.connections"
CHANNEL = "credential_withdrawn"

WITHDRAWN = """
SELECT used.sid
FROM unnest(%(sids)s::text[], %(users)s::uuid[], %(sessions)s::text[], %(versions)s::integer[], %(tokens)s::text[])
    AS used (sid, user_id, session, version, token)
LEFT JOIN app_user ON app_user.id = used.user_id
WHERE app_user.id IS NULL OR app_user.suspended_at IS NOT NULL
   OR used.version <> app_user.session_version
   OR EXISTS (SELECT FROM ended_session WHERE ended_session.id = used.session)
   OR used.token IS NOT NULL AND NOT EXISTS (
        SELECT FROM api_token WHERE token_hash = used.token AND (expires_at IS NULL OR expires_at > now()))
"""


@dataclass(frozen=True)
class Credential:
    """What somebody connected with: a session by name and version, or a token by its hash."""

    user_id: uuid.UUID
    session: str | None = None
    version: int | None = None
    token: str | None = None


class Connections:
    """The feed of channel ``credential_withdrawn``, whose payloads say nothing; the sweep finds what was not heard."""

    channel = CHANNEL

    def __init__(self, drop: Callable[[str], object]) -> None:
        self._drop = drop
        self._used: dict[str, Credential] = {}

    def remember(self, sid: str, credential: Credential) -> None:
        """A socket has connected."""
        self._used[sid] = credential

    def forget(self, sid: str) -> None:
        """A socket has gone."""
        self._used.pop(sid, None)

    def on_notify(self, connection: psycopg.Connection[Any], _payloads: Sequence[str]) -> None:
        """Look at once."""
        self.sweep(connection)

    def sweep(self, connection: psycopg.Connection[Any]) -> None:
        """Drop every socket whose credential no longer stands. It may come back, and is asked again who it is."""
        used = dict(self._used)
        if not used:
            return
        columns = {
            "sids": list(used),
            "users": [credential.user_id for credential in used.values()],
            "sessions": [credential.session for credential in used.values()],
            "versions": [credential.version for credential in used.values()],
            "tokens": [credential.token for credential in used.values()],
        }
        with connection.cursor(row_factory=tuple_row) as cursor:
            for (sid,) in cursor.execute(WITHDRAWN, columns).fetchall():
                self.forget(sid)
                self._drop(sid)


def init_connections(app: Flask) -> None:
    """Install the feed, after ``init_live``."""
    connections = Connections(drop_transport)
    app.extensions[EXTENSION_KEY] = connections
    register_feed(app, connections)
    live(app).departures.append(connections.forget)


def remember(sid: str, credential: Credential) -> None:
    """A socket of this process has connected with ``credential``."""
    connections: Connections = current_app.extensions[EXTENSION_KEY]
    connections.remember(sid, credential)


def withdrawn(session: AnySession) -> None:
    """Tell every web process, once the caller commits, that some credential is worth nothing any more."""
    session.execute(text("SELECT pg_notify(:channel, '')"), {"channel": CHANNEL})
