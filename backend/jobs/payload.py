"""Requests as they may be stored: JSON that Postgres accepts, and what tells two requests apart."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

from backend.errors import Unprocessable

MAX_REQUEST_BYTES = 4 * 1024 * 1024


def to_json(value: Mapping[str, Any]) -> str:
    """JSON that Postgres accepts; raises ``Unprocessable`` for what it does not."""
    try:
        dumped = orjson.dumps(dict(value))
    except (TypeError, ValueError) as error:
        raise Unprocessable(
            "The request holds a value that cannot be stored: half characters (lone surrogates), whole numbers of more "
            f"than 64 bits and nesting of more than 250 levels are not allowed ({error}).",
            code="not_storable",
        ) from error
    if len(dumped) > MAX_REQUEST_BYTES:
        raise Unprocessable(f"The request is larger than {MAX_REQUEST_BYTES} bytes.", code="too_large")
    if b"\\u0000" in dumped and holds_nul(value):
        raise Unprocessable(
            "A text of the request contains a NUL character, which cannot be stored.", code="not_storable"
        )
    return dumped.decode()


def holds_nul(value: Any) -> bool:
    """Whether a text anywhere in ``value`` contains a NUL character."""
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, Mapping):
        return any(holds_nul(part) for pair in value.items() for part in pair)
    if isinstance(value, list | tuple):
        return any(holds_nul(part) for part in value)
    return False


def fingerprint_of(job_type: str, raw: Mapping[str, Any], options: Mapping[str, Any] | None = None) -> str:
    """What tells two requests under one idempotency key apart: a hash of type and request as they were sent.

    ``options``: what was said of how the job shall be run, beside the usual.
    """
    to_json(raw)
    body = orjson.dumps([job_type, dict(raw), *([options] if options else [])], option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(body).hexdigest()


def to_clean_json(value: Any) -> bytes:
    """JSON that Postgres accepts: texts lose what it refuses. Raises ``TypeError`` for what JSON has no form for."""
    try:
        dumped = orjson.dumps(value)
    except TypeError:  # half a character, perhaps
        return orjson.dumps(_cleaned(value))
    return orjson.dumps(_cleaned(orjson.loads(dumped))) if b"\\u0000" in dumped else dumped


def _cleaned(value: Any) -> Any:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping):
        return {_cleaned(key): _cleaned(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_cleaned(part) for part in value]
    return value


def clean(text: str) -> str:
    """``text`` without what Postgres refuses: NUL characters and lone surrogates."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
