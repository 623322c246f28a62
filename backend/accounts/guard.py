"""What every unsafe request must show before a route sees it: that our page sent it, or a token that may write."""

from __future__ import annotations

from flask import Flask, request

from backend.accounts import sessions
from backend.accounts.authenticator import is_cross_site
from backend.errors import Forbidden
from backend.identity import current_actor

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# POSTs that change nothing: a token with the scope “read” may send them.
READING_POSTS = frozenset({"/api/jobs/bulk-status", "/api/ai-agent/estimate"})
# A wrong or missing CSRF token must not keep anybody out; that the page is ours is checked all the same.
ENTRANCES = frozenset({"/api/auth/signup", "/api/auth/login", "/api/auth/guest"})
CSRF_HEADER = "X-CSRF-Token"


def install(app: Flask) -> None:
    """Check every request under /api."""
    app.before_request(check_request)


def check_request() -> None:
    """Raise Forbidden for a forged request and for a token without the scope; Unauthorized for a wrong token."""
    if not request.path.startswith("/api/"):
        return
    if "Authorization" in request.headers:
        _check_scope()
    elif request.method not in SAFE_METHODS:
        _check_forgery()


def _check_scope() -> None:
    reads = request.method in SAFE_METHODS or request.path in READING_POSTS
    needed = "read" if reads else "write"
    actor = current_actor()
    if actor is not None and needed not in actor.scopes:
        raise Forbidden(f"This token may not {needed}. Make one with the scope “{needed}”.", code="scope")


def _check_forgery() -> None:
    if is_cross_site():
        raise Forbidden("This request came from a page of another site and was not carried out.", code="csrf")
    if not sessions.signed_in() or request.path in ENTRANCES:
        return
    if not sessions.csrf_matches(request.headers.get(CSRF_HEADER, "")):
        raise Forbidden(
            f"Send the header {CSRF_HEADER} with the token from GET /api/auth/csrf; it changes with every sign-in.",
            code="csrf",
        )
