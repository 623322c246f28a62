"""Who is asking: the one fact about accounts that every other package needs.

``accounts`` answers the question (it sets the authenticator); everybody else reads the answer here.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from flask import current_app, g

from backend.errors import Forbidden, Unauthorized

EXTENSION_KEY = "collabcanvas.authenticator"
STAFF_ROLES = frozenset({"staff", "staff_readonly"})
ALL_SCOPES = frozenset({"read", "write"})


@dataclass(frozen=True)
class Actor:
    """A signed-in person or a program with a token. ``role`` is ``user``, ``staff_readonly`` or ``staff``."""

    user_id: uuid.UUID
    role: str = "user"
    name: str = ""
    is_guest: bool = False
    via: str = "session"  # "session", "token" or "command line"
    scopes: frozenset[str] = field(default=ALL_SCOPES)
    credential: object = field(default=None, compare=False, repr=False)  # what was shown; only ``accounts`` reads it

    @property
    def sees_all(self) -> bool:
        """Staff of both kinds may look at everybody's jobs."""
        return self.role in STAFF_ROLES

    @property
    def acts_on_all(self) -> bool:
        """Only full staff may change what belongs to others."""
        return self.role == "staff"


# Whoever can run commands at the machine may do what staff may.
OPERATOR = Actor(uuid.UUID(int=0), role="staff", name="operator", via="command line")


class Authenticator(Protocol):
    """What ``accounts`` provides."""

    def from_request(self) -> Actor | None:
        """The actor of the current HTTP request: bearer token, else session cookie. Raises Unauthorized for a bad token."""

    def from_socket(self, auth: Mapping[str, Any] | None) -> Actor | None:
        """The actor of the current Socket.IO handshake: ``auth["token"]``, else session cookie."""


def authenticator() -> Authenticator:
    """The installed authenticator of the current app."""
    found: Authenticator = current_app.extensions[EXTENSION_KEY]
    return found


def current_actor() -> Actor | None:
    """The actor of this request, or None. Looked up once a request."""
    if "actor" not in g:
        g.actor = authenticator().from_request()
    actor: Actor | None = g.actor
    return actor


def require_actor() -> Actor:
    """The actor of this request; raises Unauthorized when nobody is signed in."""
    actor = current_actor()
    if actor is None:
        raise Unauthorized("Sign in, continue as a guest, or send a token as “Authorization: Bearer …”.")
    return actor


def require_staff(*, acting: bool = False) -> Actor:
    """The actor, who must be staff; with ``acting`` read-only staff is refused too."""
    actor = require_actor()
    if not (actor.acts_on_all if acting else actor.sees_all):
        raise Forbidden("Only staff may do this.")
    return actor
