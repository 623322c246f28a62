"""Who is asking: a program by its bearer token, or a person by the session cookie."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import request
from sqlalchemy import select, update

from backend.accounts import sessions
from backend.accounts.connections import Credential
from backend.accounts.models import ApiToken, User
from backend.db import db
from backend.errors import Forbidden, Unauthorized
from backend.identity import Actor

USE_NOTED_EVERY = timedelta(minutes=1)  # a token's last use is written at most this often
WRONG_TOKEN = "The token is unknown, has expired, or was removed. Make another one with POST /api/tokens."  # noqa: S105


class AccountsAuthenticator:
    """The ``Authenticator`` of ``backend.identity``."""

    def from_request(self) -> Actor | None:
        """The actor of the current HTTP request. A request with an Authorization header is judged by that alone."""
        header = request.headers.get("Authorization")
        if header is not None:
            return _token_actor(_bearer(header))
        return _browser()

    def from_socket(self, auth: Mapping[str, Any] | None) -> Actor | None:
        """The actor of the current handshake: ``auth["token"]`` or the header, else the cookie from our own pages."""
        token = auth.get("token") if isinstance(auth, Mapping) else None
        if token is None and "Authorization" in request.headers:
            token = _bearer(request.headers["Authorization"])
        if token is not None:
            return _token_actor(str(token))
        if is_cross_site():
            raise Forbidden("A page of another site cannot connect with your session.", code="csrf")
        return _browser()


def is_cross_site() -> bool:
    """Whether a page of another origin sent this request. Programs, which say nothing about origins, are not pages.

    Browsers always send ``Origin`` with unsafe methods and WebSocket handshakes. Only the host is compared: behind a
    proxy that ends TLS the scheme differs.
    """
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        return True
    return request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none")


def is_own_origin(origin: str, environ: Mapping[str, Any]) -> bool:
    """The same question for a Socket.IO handshake, as the socket server asks it before any of our code runs."""
    return bool(urlsplit(origin).netloc == environ.get("HTTP_HOST"))


def actor_of(user: User, credential: Credential | None = None) -> Actor:
    """The actor that a person is in a browser."""
    return Actor(user.id, user.role, user.name, user.is_guest, credential=credential)


def digest(token: str) -> str:
    """What is stored of a token: it is random, so one round of SHA-256 is enough."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _bearer(header: str) -> str:
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthorized("Send the token as “Authorization: Bearer …”.")
    return token.strip()


def _browser() -> Actor | None:
    user = sessions.signed_in_user()
    if user is None:
        return None
    credential = Credential(user.id, user.role, session=sessions.name(), version=user.session_version)
    return actor_of(user, credential)


def _token_actor(token: str) -> Actor:
    found = db.session.execute(
        select(ApiToken, User).join(User, User.id == ApiToken.user_id).where(ApiToken.token_hash == digest(token))
    ).one_or_none()
    if found is None:
        raise Unauthorized(WRONG_TOKEN)
    row, user = found
    if row.expires_at is not None and row.expires_at <= datetime.now(UTC):
        raise Unauthorized(WRONG_TOKEN)
    if user.suspended_at is not None:
        raise Unauthorized("This account is suspended. Ask the operator.", code="suspended")
    credential = Credential(user.id, user.role, token=row.token_hash)
    scopes = frozenset(row.scopes)
    actor = Actor(user.id, user.role, user.name, user.is_guest, via="token", scopes=scopes, credential=credential)
    _note_use(row)
    return actor


def _note_use(row: ApiToken) -> None:
    """Write and commit the last use at once: the request's transaction, which begins here, may be rolled back or last long.

    Not on a second connection of the pool: thirty requests that hold one and wait for another wait for ever.
    """
    now = datetime.now(UTC)
    if row.last_used_at is not None and now - row.last_used_at < USE_NOTED_EVERY:
        return
    db.session.execute(update(ApiToken).where(ApiToken.id == row.id).values(last_used_at=now))
    db.session.commit()
