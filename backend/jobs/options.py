"""How a job shall be run, and what of it is refused."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from backend.errors import Unprocessable
from backend.jobs.models import PRIORITIES
from backend.jobs.registry import queue_names
from backend.jobs.unique import Unique

MAX_KEY = 200  # characters of an idempotency key
MAX_TAGS, MAX_TAG = 20, 100
MAX_ATTEMPTS = 100
FIRST_YEAR, LAST_YEAR = 1970, 9000  # in UTC; what Postgres can hold beyond them Python cannot read back


SAID = ("priority", "queue", "run_at", "expires_at", "max_attempts", "tags", "limit_key", "fresh")


@dataclass(frozen=True)
class Options:
    """What a caller may say about a job; everything that is None is decided by its task or the installation."""

    canvas_id: uuid.UUID | None = None
    priority: str = "normal"
    queue: str | None = None
    run_at: datetime | None = None
    expires_at: datetime | None = None
    max_attempts: int | None = None
    tags: Sequence[str] = ()
    idempotency_key: str | None = None
    parent_id: uuid.UUID | None = None
    correlation_id: str | None = None
    unique: Unique | None = None
    limit_key: str | None = None  # jobs with the same one can be limited together
    fresh: bool = False  # neither a stored result nor a run that has begun will do


USUAL = Options()


def said_in(options: Options) -> dict[str, Any]:
    """What these options say beside the usual, as a client can say it: the same words mean the same job."""
    said = {name: value for name in SAID if (value := getattr(options, name)) not in (getattr(USUAL, name), [])}
    return {name: value.astimezone(UTC) if isinstance(value, datetime) else value for name, value in said.items()}


def check_options(options: Options) -> None:
    """Refuse what the table would refuse, with a message for each field; raises ``Unprocessable``."""
    wrong: dict[str, list[str]] = {}
    if options.priority not in PRIORITIES:
        wrong["priority"] = [f"Use one of: {', '.join(PRIORITIES)}."]
    if options.queue is not None and options.queue not in queue_names():
        wrong["queue"] = [f"Use one of: {', '.join(queue_names())}."]
    if options.max_attempts is not None and not 1 <= options.max_attempts <= MAX_ATTEMPTS:
        wrong["max_attempts"] = [f"Must be from 1 to {MAX_ATTEMPTS}."]
    if len(options.tags) > MAX_TAGS or not all(_storable(tag, MAX_TAG) for tag in options.tags):
        wrong["tags"] = [f"At most {MAX_TAGS} texts of 1 to {MAX_TAG} printable characters."]
    if options.idempotency_key is not None and not _storable(options.idempotency_key, MAX_KEY):
        wrong["Idempotency-Key"] = [f"Must have 1 to {MAX_KEY} printable characters."]
    if options.limit_key is not None and not _storable(options.limit_key, MAX_KEY):
        wrong["limit_key"] = [f"Must have 1 to {MAX_KEY} printable characters."]
    wrong.update(_wrong_times(options.run_at, options.expires_at))
    if wrong:
        raise Unprocessable("Some values are missing or wrong; “errors” names each one.", errors=wrong)


def _wrong_times(run_at: datetime | None, expires_at: datetime | None) -> dict[str, list[str]]:
    wrong = {}
    for name, moment in (("run_at", run_at), ("expires_at", expires_at)):
        if moment is not None and moment.tzinfo is None:
            wrong[name] = ["Give the time with its zone, for example 2030-01-31T12:00:00Z."]
        elif moment is not None and not _sensible(moment):
            wrong[name] = [f"Must lie in the years {FIRST_YEAR} to {LAST_YEAR}."]
    if not wrong and run_at and expires_at and expires_at <= run_at:
        wrong["expires_at"] = ["Must be later than run_at."]
    return wrong


def _sensible(moment: datetime) -> bool:
    try:
        return FIRST_YEAR <= moment.astimezone(UTC).year <= LAST_YEAR
    except OverflowError:
        return False


def _storable(text: str, longest: int) -> bool:
    return 0 < len(text) <= longest and text.isprintable()  # neither NUL nor a lone surrogate is printable
