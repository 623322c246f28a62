"""Sign up, sign in and out, guests, the browser's session, and API tokens."""

from __future__ import annotations

import ipaddress
import uuid
from typing import Any

from flask import current_app, g, request
from flask_smorest import Blueprint
from marshmallow import Schema
from sqlalchemy import select

from backend.accounts import service, sessions, throttle
from backend.accounts.authenticator import actor_of
from backend.accounts.connections import withdrawn
from backend.accounts.models import ApiToken, User
from backend.accounts.passwords import MIN_LENGTH
from backend.accounts.schemas import (
    CredentialsSchema,
    CsrfSchema,
    NewTokenSchema,
    SessionSchema,
    SignedInSchema,
    SignUpSchema,
    TokenListSchema,
    TokenRequestSchema,
    TokenSchema,
    UserSchema,
    VersionSchema,
    WantTokenSchema,
)
from backend.audit.service import record
from backend.config import Settings
from backend.db import db
from backend.errors import Forbidden, NotFound
from backend.identity import Actor, current_actor, require_actor
from backend.version import app_version

blueprint = Blueprint("accounts", __name__, url_prefix="/api", description="People, sessions and API tokens.")

FORWARDING_HEADERS = ("Forwarded", "X-Forwarded-For", "X-Real-Ip")
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})


@blueprint.route("/session")
@blueprint.response(200, SessionSchema)
def read_session() -> dict[str, Any]:
    """What a page needs first: who is signed in, if anybody, and the CSRF token."""
    settings = _settings()
    sessions.renew()
    return {
        "user": _current_user(),
        "csrf_token": sessions.csrf_token(),
        "version": app_version(current_app),
        "signup_enabled": settings.signup_enabled,
        "guests_enabled": settings.guests_enabled,
        "min_password": MIN_LENGTH,
    }


@blueprint.route("/version")
@blueprint.response(200, VersionSchema)
def read_version() -> dict[str, str]:
    """Which version this is, and of which build the page. Asks no database: a page whose connection is lost asks every 3 s."""
    return {"version": app_version(current_app)}


@blueprint.route("/auth/csrf")
@blueprint.response(200, CsrfSchema)
def read_csrf() -> dict[str, str]:
    """The token that the browser sends as X-CSRF-Token."""
    return {"csrf_token": sessions.csrf_token()}


@blueprint.route("/auth/me")
@blueprint.response(200, UserSchema)
def read_me() -> User:
    """Who is asking."""
    return db.session.get_one(User, require_actor().user_id)


@blueprint.route("/auth/signup", methods=["POST"])
@blueprint.arguments(SignUpSchema)
@blueprint.arguments(WantTokenSchema, location="query")
@blueprint.response(201, SignedInSchema)
def sign_up(fields: dict[str, Any], query: dict[str, bool]) -> dict[str, Any]:
    """Make an account and sign in; who is a guest keeps all canvases and jobs."""
    settings = _settings()
    if not settings.signup_enabled:
        raise Forbidden("Sign-up is switched off here. Ask the operator for an account.", code="signup_disabled")
    throttle.throttle(throttle.SIGN_UP_PER_ADDRESS, "sign-up", _address())
    actor = current_actor()
    user = service.sign_up(
        db.session,
        **fields,
        guest=actor if actor is not None and actor.is_guest else None,
        from_loopback=_is_from_loopback(settings),
        staff_email=settings.staff_email,
    )
    return _enter(user, query["token"])


@blueprint.route("/auth/login", methods=["POST"])
@blueprint.arguments(CredentialsSchema)
@blueprint.arguments(WantTokenSchema, location="query")
@blueprint.response(200, SignedInSchema)
def sign_in(fields: dict[str, str], query: dict[str, bool]) -> dict[str, Any]:
    """Sign in with address and password."""
    account, address = fields["email"].strip().lower(), _address()
    throttle.throttle(throttle.SIGN_IN_PER_ADDRESS, "sign-in", address)
    throttle.throttle(throttle.SIGN_IN_PER_ACCOUNT_AND_ADDRESS, "sign-in", account, address)
    throttle.throttle(throttle.SIGN_IN_PER_ACCOUNT, "sign-in", account)
    user = service.sign_in(db.session, fields["email"], fields["password"], address)
    actor = Actor(user.id, user.role, user.name)  # without a credential: the session begins when all is written
    if actor.sees_all:
        record(db.session, actor, "account.sign_in", "account", [user.id], address=address)
    answer = _enter(user, query["token"])
    db.session.rollback()  # the next line takes a connection of its own: nobody may hold one and wait for another
    throttle.forgive(throttle.SIGN_IN_PER_ACCOUNT_AND_ADDRESS, "sign-in", account, address)
    return answer


@blueprint.route("/auth/guest", methods=["POST"])
@blueprint.arguments(WantTokenSchema, location="query")
@blueprint.response(201, SignedInSchema)
def enter_as_guest(query: dict[str, bool]) -> dict[str, Any]:
    """Come in without an account. A later sign-up in the same session keeps everything."""
    if not _settings().guests_enabled:
        raise Forbidden("Guests are switched off here. Sign in or sign up.", code="guests_disabled")
    throttle.throttle(throttle.GUEST_PER_ADDRESS, "guest", _address())
    return _enter(service.make_guest(db.session), query["token"])


@blueprint.route("/auth/logout", methods=["POST"])
@blueprint.response(204)
def sign_out() -> None:
    """End this browser's session, copies of its cookie included. Other sessions stay."""
    sessions.end(db.session)
    db.session.commit()


@blueprint.route("/tokens")
@blueprint.response(200, TokenListSchema)
def list_tokens() -> dict[str, Any]:
    """My API tokens, newest first, without their secrets."""
    query = select(ApiToken).where(ApiToken.user_id == require_actor().user_id).order_by(ApiToken.id.desc())
    return {"items": db.session.scalars(query).all(), "next_cursor": None}


@blueprint.route("/tokens", methods=["POST"])
@blueprint.arguments(TokenRequestSchema)
@blueprint.response(201, NewTokenSchema)
def make_token(fields: dict[str, Any]) -> dict[str, Any]:
    """Make an API token. Its secret is shown once."""
    actor = require_actor()
    if not actor.scopes.issuperset(fields["scopes"]):
        raise Forbidden("A token cannot make one that may do more than itself.", code="scope")
    token, secret = service.make_token(
        db.session, actor.user_id, fields["name"], fields["scopes"], fields["expires_in_days"]
    )
    record(db.session, actor, "token.make", "token", [token.id], name=token.name, scopes=token.scopes)
    db.session.commit()
    return _values(token, TokenSchema) | {"token": secret}


@blueprint.route("/tokens/<uuid:token_id>", methods=["DELETE"])
@blueprint.response(204)
def delete_token(token_id: uuid.UUID) -> None:
    """Remove one of my API tokens; it stops working at once."""
    token = db.session.get(ApiToken, token_id)
    actor = require_actor()
    if token is None or token.user_id != actor.user_id:
        raise NotFound("There is no such token.")
    record(db.session, actor, "token.revoke", "token", [token.id], name=token.name)
    db.session.delete(token)
    withdrawn(db.session)
    db.session.commit()


def _enter(user: User, want_token: bool) -> dict[str, Any]:
    """Begin a session for ``user``, commit, and answer with who that is."""
    answer: dict[str, Any] = {}
    if want_token:
        answer["token"] = service.make_token(db.session, user.id, "Made at sign-in", ["read", "write"])[1]
    db.session.commit()
    sessions.begin(user)
    g.actor = actor_of(user)
    return answer | _values(user, UserSchema) | {"csrf_token": sessions.csrf_token()}


def _values(row: object, schema: type[Schema]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in schema().fields}


def _current_user() -> User | None:
    actor = current_actor()
    return db.session.get(User, actor.user_id) if actor is not None else None


def _settings() -> Settings:
    settings: Settings = current_app.extensions["collabcanvas.settings"]
    return settings


def _address() -> str:
    return request.remote_addr or "unknown"


def _is_from_loopback(settings: Settings) -> bool:
    """Whether the person sits at this machine.

    Behind a proxy that nobody told us of, the peer is that proxy; and a foreign page whose name was rebound to
    127.0.0.1 comes from loopback under its own host name. Neither may become staff.
    """
    if settings.trusted_proxies == 0 and any(name in request.headers for name in FORWARDING_HEADERS):
        return False
    host = request.host.rpartition(":")[0] if request.host.rpartition(":")[2].isdigit() else request.host
    try:
        address = ipaddress.ip_address(_address())
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback and host in LOOPBACK_NAMES
