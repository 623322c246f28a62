"""The few errors that reach a client, each mapped once to an RFC 9457 problem document."""

from __future__ import annotations

import http
from collections.abc import Mapping
from typing import Any

import psycopg
import structlog
from flask import Flask, Response, json, request
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException

from backend.db import drop_broken_connection

log = structlog.get_logger(__name__)

# What a database that is away or overloaded makes of a statement, whichever library has sent it.
DATABASE_ERRORS = (OperationalError, psycopg.OperationalError)
# Deadlock, serialisation failure, lock not available: somebody else had the same rows; the database is fine.
CONTENDED = ("40P01", "40001", "55P03")


class ApiError(Exception):
    """An answer of 4xx or 5xx. ``detail`` is a sentence that says what to do; ``code`` is stable, for programs."""

    status = 400
    code = "bad_request"

    def __init__(
        self,
        detail: str,
        *,
        code: str | None = None,
        errors: Any = None,
        headers: Mapping[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or self.code
        self.errors = errors
        self.headers = dict(headers or {})
        self.extra = extra


class BadRequest(ApiError):
    """The request cannot be understood."""


class Unauthorized(ApiError):
    """Nobody is signed in, or the token is wrong."""

    status, code = 401, "unauthorized"


class Forbidden(ApiError):
    """Signed in, but not allowed."""

    status, code = 403, "forbidden"


class NotFound(ApiError):
    """There is no such thing, or it belongs to somebody else: the two look the same on purpose."""

    status, code = 404, "not_found"


class Conflict(ApiError):
    """What is asked for does not fit the present state."""

    status, code = 409, "conflict"


class Unprocessable(ApiError):
    """Understood, but a value is not allowed. ``errors`` maps fields to messages."""

    status, code = 422, "invalid"


class TooManyRequests(ApiError):
    """Throttled; ``Retry-After`` says for how long."""

    status, code = 429, "too_many_requests"


def problem(
    status: int, code: str, detail: str, *, errors: Any = None, headers: Mapping[str, str] | None = None, **extra: Any
) -> Response:
    """An ``application/problem+json`` response."""
    body: dict[str, Any] = {
        "type": f"urn:collabcanvas:error:{code}",
        "title": http.HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "code": code,
    }
    if errors:
        body["errors"] = errors
    body.update(extra)
    response = Response(json.dumps(body), status=status, content_type="application/problem+json")
    response.headers.extend(dict(headers or {}))
    return response


def register_errors(app: Flask) -> None:
    """Install the handlers: our errors, werkzeug's, and everything that nobody expected."""

    @app.errorhandler(ApiError)
    def on_api_error(error: ApiError) -> Response:
        return problem(
            error.status, error.code, error.detail, errors=error.errors, headers=error.headers, **error.extra
        )

    @app.errorhandler(HTTPException)
    def on_http_error(error: HTTPException) -> Response:
        return _from_werkzeug(error)

    @app.errorhandler(OperationalError)
    @app.errorhandler(psycopg.OperationalError)
    @app.errorhandler(PoolTimeout)
    def on_database_away(error: Exception) -> Response:
        drop_broken_connection(error)
        contended = getattr(getattr(error, "orig", error), "sqlstate", None) in CONTENDED
        event = "request_contended" if contended else "request_without_database"
        log.warning(event, method=request.method, path=request.path, error=str(error))
        why = "Somebody else is changing the same" if contended else "The database cannot be reached"
        return problem(
            503,
            "unavailable",
            f"{why} just now. Nothing was changed; try again in a few seconds.",
            headers={"Retry-After": "2"},
        )

    @app.errorhandler(Exception)
    def on_unexpected(error: Exception) -> Response:
        log.error("request_failed", method=request.method, path=request.path, exc_info=error)
        return problem(
            500,
            "internal_error",
            "Something went wrong on our side. Nothing was changed; try again, and tell the operator if it stays.",
        )


def _from_werkzeug(error: HTTPException) -> Response:
    status = error.code or 500
    code = http.HTTPStatus(status).phrase.lower().replace(" ", "_")
    data = getattr(error, "data", None) or {}  # webargs puts the field messages here
    messages = data.get("messages")
    detail = str(data.get("message") or error.description or http.HTTPStatus(status).phrase)
    if messages:
        detail = "Some values are missing or wrong; “errors” names each one."
    headers = {
        key: value for key, value in error.get_headers() if key.lower() not in ("content-type", "content-length")
    }
    return problem(status, "invalid" if messages else code, detail, errors=_by_field(messages), headers=headers)


def _by_field(messages: Any) -> Any:
    """Field → messages, without webargs' names of places (json, query …) around them."""
    if not isinstance(messages, Mapping):
        return messages
    places = [fields for fields in messages.values() if isinstance(fields, Mapping)]
    return {name: texts for fields in places for name, texts in fields.items()}
