"""What holds for every request and answer: well-formed input of a bounded size, a bounded rate, and safe headers."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import orjson
from flask import Flask, Response, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import RequestEntityTooLarge

from backend.clean_input import problem_with
from backend.config import Settings
from backend.errors import ApiError, BadRequest, TooManyRequests, Unprocessable
from backend.version import app_version

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "worker-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-src 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
STRICT_TRANSPORT = "max-age=31536000"
SMALL_BODY = 64 * 1024  # bytes; enough for whatever is not a drawing or a job
SMALL_BODIES = ("/api/auth/", "/api/tokens")
REQUESTS_PER_MINUTE = 30_000  # of one address and web process: stops a runaway program, nobody who works


class TooLarge(ApiError):
    """The body is longer than this route takes."""

    status, code = 413, "payload_too_large"


class UnsupportedMediaType(ApiError):
    """The body is not JSON."""

    status, code = 415, "unsupported_media_type"


class StrictJson(DefaultJSONProvider):
    """Reads JSON as RFC 8259 has it: Python's own reader lets NaN, lone surrogates and endless nesting through."""

    def loads(self, s: str | bytes, **_: Any) -> Any:
        """The value; raises ValueError."""
        return orjson.loads(s)


class RequestRate:
    """Counts requests of each address in the present minute, in this process alone: a lookup must not cost a query."""

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self._minute = 0
        self._counts: Counter[str] = Counter()

    def check(self, address: str, now: float) -> None:
        """Count one request at Unix time ``now``; raises TooManyRequests."""
        minute = int(now // 60)
        if minute != self._minute:
            self._minute, self._counts = minute, Counter()
        self._counts[address] += 1
        if self._counts[address] > self.per_minute:
            seconds = max(1, math.ceil((minute + 1) * 60 - now))
            raise TooManyRequests(
                f"More than {self.per_minute} requests in a minute. Wait {seconds} seconds.",
                headers={"Retry-After": str(seconds)},
            )


class ChunkedBodies:
    """Lets bodies of unknown length through: werkzeug takes them for empty unless the server says that it ends them,
    and eventlet, which does, does not say so."""

    def __init__(self, wsgi_app: WSGIApplication) -> None:
        self._wsgi_app = wsgi_app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """WSGI."""
        if environ.get("HTTP_TRANSFER_ENCODING", "").lower() == "chunked":
            environ["wsgi.input_terminated"] = True
        return self._wsgi_app(environ, start_response)


def install(app: Flask, settings: Settings) -> None:
    """Check every request under /api before anything else sees it, and harden every answer."""
    app.json = StrictJson(app)
    app.wsgi_app = ChunkedBodies(app.wsgi_app)  # type: ignore[method-assign]
    rate = RequestRate(REQUESTS_PER_MINUTE)
    app.extensions["collabcanvas.request_rate"] = rate

    @app.before_request
    def check_request() -> None:
        if not request.path.startswith("/api/"):
            return
        if settings.rate_limits:
            rate.check(request.remote_addr or "unknown", time.time())
        if request.path.startswith(SMALL_BODIES):
            request.max_content_length = min(SMALL_BODY, settings.max_body_bytes)
        check_query()
        check_body()

    @app.after_request
    def harden(response: Response) -> Response:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if request.is_secure:
            response.headers.setdefault("Strict-Transport-Security", STRICT_TRANSPORT)
        if request.path.startswith("/api/"):
            response.headers.setdefault("Cache-Control", "no-store")
        if response.status_code == 401:
            response.headers.setdefault("WWW-Authenticate", 'Bearer realm="CollabCanvas"')
        response.headers["X-App-Version"] = app_version(app)
        return response


def check_query() -> None:
    """Refuse characters in path and query that Postgres cannot store."""
    found = problem_with(request.path) or problem_with(request.args.to_dict(flat=False))
    if found is not None:
        raise BadRequest(f"The address contains {found.what}. Remove it.", code="bad_text")


def check_body() -> None:
    """Refuse a body that is too large, not JSON, not an object, or contains text that Postgres cannot store."""
    limit = request.max_content_length or 0
    too_large = TooLarge(f"The body is too large: at most {limit:,} bytes are taken here.")
    try:
        data = request.get_data(cache=True)
    except RequestEntityTooLarge:
        raise too_large from None
    if (
        request.content_length is None and len(data) >= limit
    ):  # werkzeug cuts a chunked body off there, and says nothing
        raise too_large
    if not data:
        return
    if not request.is_json:
        raise UnsupportedMediaType("Send the body as JSON, with the header “Content-Type: application/json”.")
    try:
        body = orjson.loads(data)
    except ValueError as error:
        raise BadRequest(f"The body is not valid JSON: {error}.", code="bad_json") from None
    if not isinstance(body, dict):
        raise Unprocessable('The body must be a JSON object, like {"name": "value"}.')
    found = problem_with(body)
    if found is not None:
        message = f"Contains {found.what}."
        raise Unprocessable(f"“{found.where}” contains {found.what}. Remove it.", errors={found.where: [message]})
