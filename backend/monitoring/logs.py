"""Logs: one JSON object a line (or coloured text for people), with the ids that tie a click to its job.

Ids are bound to the context of a request or job and appear in every line written under it, libraries' lines included:
``request_id``, ``correlation_id``, ``user_id``, ``job_id``, ``attempt``. Secrets are removed last, whoever wrote them.
"""

from __future__ import annotations

import logging
import re
import sys
import time
import uuid
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog
from flask import Flask, Response, g, request

from backend.config import Settings
from backend.identity import Actor
from backend.jobs.run_log import add_job

REQUEST_ID = "X-Request-ID"
HIDDEN = "[hidden]"
PROBES = ("/health", "/ready")  # asked every few seconds; logged when they fail
_SECRET_NAME = re.compile(
    r"passw|secret|token|authori[sz]ation|cookie|api_?key|credential|csrf|database_(direct_)?url", re.IGNORECASE
)
_SECRET_TEXT = re.compile(
    r"(?P<before>://[^\s:/@]*:)[^\s@/]+(?=@)"  # the password in a URL
    r"|(?P<scheme>\b(?:Bearer|Basic)\s+)[\w.~+/=-]{8,}"
    r"|\bcc_[\w-]{8,}"  # our API tokens
    r"|\bsk-[\w-]{8,}"  # keys of model providers
)
_GIVEN_ID = re.compile(r"[\w.:@/+=-]{1,128}", re.ASCII)
_QUIET = {"werkzeug", "engineio", "engineio.server", "socketio", "socketio.server", "urllib3", "httpx", "httpcore"}


def configure_logging(settings: Settings, process: str) -> None:
    """Set up logging for a whole process: ``web`` or ``worker``. Everything goes to stderr."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        add_job,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _named(process),
    ]
    last: list[Any] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta, structlog.processors.format_exc_info]
    if settings.log_format == "json":
        last += [hide_secrets, structlog.processors.JSONRenderer(default=str)]
    else:
        last += [hide_secrets, structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processors=last))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(settings.log_level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def hide_secrets(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """structlog processor: whatever is called or looks like a secret does not get into the log."""
    for key, value in list(event.items()):
        event[key] = HIDDEN if _SECRET_NAME.search(key) else _without_secrets(value)
    return event


def register_request_logging(app: Flask) -> None:
    """One line for each request, and its id in the answer: the caller's ``X-Request-ID``, or a new one."""
    log = structlog.get_logger("backend.request")

    @app.before_request
    def begin() -> None:
        given = request.headers.get(REQUEST_ID, "")
        g.request_id = given if _GIVEN_ID.fullmatch(given) else uuid.uuid4().hex
        g.began = time.perf_counter()
        structlog.contextvars.bind_contextvars(request_id=g.request_id, correlation_id=g.request_id)

    @app.after_request
    def finish(response: Response) -> Response:
        response.headers[REQUEST_ID] = g.get("request_id", "")
        actor: Actor | None = g.get("actor")
        probed = request.path in PROBES and response.status_code < 400
        log.log(
            logging.DEBUG if probed else logging.INFO,
            "request",
            method=request.method,
            path=request.path,  # never the query: it may carry what is nobody's business
            status=response.status_code,
            ms=round((time.perf_counter() - g.get("began", time.perf_counter())) * 1000, 1),
            user_id=None if actor is None else str(actor.user_id),
        )
        return response

    @app.teardown_request
    def end(_error: BaseException | None) -> None:
        structlog.contextvars.clear_contextvars()  # or what this thread does next would carry the request's id


def _without_secrets(value: Any) -> Any:
    if isinstance(value, str):
        return _SECRET_TEXT.sub(lambda found: (found["before"] or found["scheme"] or "") + HIDDEN, value)
    if isinstance(value, Mapping):
        return {key: HIDDEN if _SECRET_NAME.search(str(key)) else _without_secrets(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_without_secrets(item) for item in value]
    return value


def _named(process: str) -> Any:
    def add(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["process"] = process
        return event

    return add
