"""Sessions of browsers: a signed cookie {uid, sv, n, at}.

``uid`` and ``sv`` are the user and the user's session version (raising it signs out everywhere), ``n`` is the random
name of this one session, ``at`` the Unix time at which the cookie was made. The CSRF token is derived from ``n``.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
import uuid
from datetime import UTC, datetime, timedelta

from flask import Flask, current_app, request, session
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import delete, exists, select

from backend.accounts.connections import withdrawn
from backend.accounts.models import EndedSession, User
from backend.config import Settings
from backend.db import AnySession, db

RENEW_AFTER = 86_400  # seconds: an older cookie is made anew, so that people who come back stay signed in


class SessionInterface(SecureCookieSessionInterface):
    """Flask's own, with a Secure cookie exactly when the request came by https."""

    def get_cookie_secure(self, app: Flask) -> bool:  # noqa: ARG002 - the signature is Flask's
        """Whether the browser may send the cookie over https only."""
        return request.is_secure


def install(app: Flask, settings: Settings, secret_key: str) -> None:
    """Configure Flask's session cookie."""
    # Cookies know no ports: copies that run side by side on one host must not overwrite each other's.
    suffix = hashlib.sha256(b"cookie name" + secret_key.encode()).hexdigest()[:8]
    app.config.update(
        SECRET_KEY=secret_key,
        SESSION_COOKIE_NAME=f"cc_session_{suffix}",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(days=settings.session_days),
        # A cookie in every answer would let a slow answer undo a sign-in that has happened meanwhile.
        SESSION_REFRESH_EACH_REQUEST=False,
    )
    app.session_interface = SessionInterface()


def begin(user: User) -> None:
    """Sign in on this browser under a new session name, so that a name planted before is worth nothing."""
    _start_anew()
    session.update(uid=user.id.hex, sv=user.session_version)


def end(db_session: AnySession) -> None:
    """Sign out on this browser. Remembers the session's name until every copy of its cookie has expired."""
    if "uid" in session:
        lifetime: timedelta = current_app.permanent_session_lifetime
        db_session.execute(delete(EndedSession).where(EndedSession.expires_at < datetime.now(UTC)))
        db_session.merge(EndedSession(id=name(), expires_at=datetime.now(UTC) + lifetime))
        withdrawn(db_session)
    session.clear()


def name() -> str:
    """The name of this browser's session."""
    return str(session["n"])


def signed_in() -> bool:
    """Whether the cookie names a user. Says nothing about whether the user may still come in."""
    return "uid" in session


def signed_in_user() -> User | None:
    """The user of this browser's session, unless the session was ended or the user is suspended."""
    if not signed_in():
        return None
    ended = exists().where(EndedSession.id == session["n"])
    user = db.session.scalar(select(User).where(User.id == uuid.UUID(session["uid"]), ~ended))
    if user is None or user.session_version != session["sv"] or user.suspended_at is not None:
        return None
    return user


def renew() -> None:
    """Keep somebody who comes back signed in for another ``SESSION_DAYS``."""
    if signed_in() and time.time() - session["at"] > RENEW_AFTER:
        session["at"] = int(time.time())


def csrf_token() -> str:
    """The token that this browser must send as ``X-CSRF-Token``. Begins a nameless session if there is none."""
    if "n" not in session:
        _start_anew()
    return _token_of(session["n"])


def csrf_matches(given: str) -> bool:
    """Whether ``given`` is the token of this session."""
    return "n" in session and hmac.compare_digest(_token_of(session["n"]).encode(), given.encode())


def _start_anew() -> None:
    session.clear()
    session.permanent = True
    session.update(n=secrets.token_urlsafe(16), at=int(time.time()))


def _token_of(name: str) -> str:
    key = str(current_app.secret_key).encode()
    return hmac.new(key, b"csrf:" + name.encode(), hashlib.sha256).hexdigest()
