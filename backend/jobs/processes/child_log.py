"""The log of child processes becomes the worker's: each line travels as a message and is written with the job's context."""

from __future__ import annotations

import logging
from collections.abc import Callable, MutableMapping
from typing import Any

import orjson
import structlog

from backend.jobs.processes.child_messages import Logged
from backend.jobs.run_log import add_job

Send = Callable[[object], None]

_LEVELS = {"exception": logging.ERROR, "warn": logging.WARNING}


def relay_to(send: Send, level: int) -> None:
    """In the child: send what is logged, by structlog or by the standard library, from ``level`` on."""
    root = logging.getLogger()
    root.handlers[:] = [_Relay(send)]
    root.setLevel(level)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            add_job,
            structlog.stdlib.filter_by_level,
            structlog.processors.format_exc_info,
            _Last(send),
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def write(line: Logged) -> None:
    """In the worker: write a child's line."""
    structlog.get_logger(line.logger).log(line.level, line.event, **line.fields)


class _Last:
    """The last processor: the line goes to the worker and nowhere else."""

    def __init__(self, send: Send) -> None:
        self._send = send

    def __call__(self, logger: Any, method: str, event: MutableMapping[str, Any]) -> str:
        level = _LEVELS.get(method) or logging.getLevelNamesMapping().get(method.upper(), logging.INFO)
        text = str(event.pop("event", ""))
        self._send(Logged(level, str(getattr(logger, "name", "child")), text, _plain(event)))
        raise structlog.DropEvent


class _Relay(logging.Handler):
    """The lines of libraries."""

    def __init__(self, send: Send) -> None:
        super().__init__()
        self._send_line = send

    def emit(self, record: logging.LogRecord) -> None:
        """Send one; the traceback of an exception goes with it."""
        fields = add_job(None, "", dict(structlog.contextvars.get_contextvars()))
        if record.exc_info:
            fields["exception"] = logging.Formatter().formatException(record.exc_info)
        self._send_line(Logged(record.levelno, record.name, record.getMessage(), _plain(fields)))


def _plain(fields: MutableMapping[str, Any]) -> dict[str, Any]:
    """Values that the worker can read without the child's modules."""
    try:
        found: dict[str, Any] = orjson.loads(orjson.dumps(fields, default=str, option=orjson.OPT_NON_STR_KEYS))
    except (TypeError, ValueError):
        return {str(key): repr(value) for key, value in fields.items()}
    return found
