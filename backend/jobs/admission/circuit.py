"""The circuit of each provider: one refusal keeps all workers from asking, one job finds out when it is over.

A provider is whatever a handler asks over the network, under a name like ``openai/gpt-4o``. What it says is told by what is
raised while it is asked: a ``RetryableError`` with ``retry_after`` is “too many calls”, one without is an outage.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

import structlog

from backend.jobs import store
from backend.jobs.failures import PASSING
from backend.jobs.payload import clean
from backend.jobs.signals import FinalError, ProviderWait, RetryableError, database_lost
from backend.jobs.store import Connection

log = structlog.get_logger(__name__)

MAX_NAME = 200  # characters of a provider's name
MAX_WHY = 200  # characters
PATIENCE = 3  # outages in a row that open the circuit
FIRST_PAUSE = 5.0  # seconds a circuit stays open after an outage; doubles to five minutes
SHORTEST_PAUSE = 0.05  # seconds; a provider that says “now” is not asked in a loop
LONGEST_PAUSE = 86_400.0


class Asking(NamedTuple):
    """Who asks whom, and where the answer is kept."""

    provider: str
    job_id: uuid.UUID
    token: uuid.UUID
    connection: Callable[[], Connection]  # autocommit; raises psycopg's error if there is none


@dataclass(frozen=True, slots=True)
class CircuitRow:
    """A provider's circuit. ``budget`` calls fit into a window, as far as is known; ``waiting`` is counted to a thousand."""

    provider: str
    state: str  # closed, open, half_open
    open_until: datetime | None
    failures: int
    reason: str | None
    probe_job: uuid.UUID | None
    budget: int | None
    window_seconds: float | None
    waiting: int
    updated_at: datetime


@contextmanager
def guarded(asking: Asking) -> Iterator[None]:
    """Ask inside. Raises ``ProviderWait`` instead of asking while the circuit is open, and when the answer opens it."""
    _enter(asking)
    try:
        yield
    except RetryableError as error:
        until = _note_failure(asking, error)
        if until is None:
            raise
        raise _wait(asking.provider, until) from error
    except FinalError:
        _note(asking, "ok")  # it answered
        raise
    except BaseException:
        _note(asking, "none")
        raise
    _note(asking, "ok")


def tend(connection: Connection) -> float | None:
    """Let jobs go that wait for providers, where it is time; seconds until the next time."""
    due: float | None = store.one(store.run(connection, "tend_providers", {}))[0]
    return due


def list_circuits(connection: Connection) -> list[CircuitRow]:
    """Every provider that ever refused or was out, those that are not closed first."""
    return [CircuitRow(*row) for row in store.run(connection, "list_circuits", {}).fetchall()]


def close_circuit(connection: Connection, provider: str) -> tuple[str, int] | None:
    """Let everybody ask a provider again, whatever was learned of it; autocommit or in the caller's transaction.

    Returns its state before and how many jobs were let go at once (a worker lets the rest go within a second); None if there
    is no circuit of this name. A provider that still refuses opens it again.
    """
    row = store.run(connection, "close_circuit", {"provider": provider}).fetchone()
    if row is None:
        return None
    return row[0], store.one(store.run(connection, "let_provider_jobs_go", {"provider": provider}))[0]


def _enter(asking: Asking) -> None:
    if not 1 <= len(asking.provider) <= MAX_NAME or not asking.provider.isprintable():
        raise ValueError(f"a provider's name has 1 to {MAX_NAME} printable characters")
    parameters = {"provider": asking.provider, "job_id": asking.job_id, "token": asking.token}
    try:
        admitted, until = store.one(store.run(asking.connection(), "ask_provider", parameters))
    except PASSING as error:
        raise database_lost() from error
    if not admitted:
        raise _wait(asking.provider, until)


def _note_failure(asking: Asking, error: RetryableError) -> datetime | None:
    if error.retry_after is None:
        return _note(asking, "down", FIRST_PAUSE, error.message)
    asked = error.retry_after if math.isfinite(error.retry_after) else LONGEST_PAUSE
    return _note(asking, "busy", min(max(asked, SHORTEST_PAUSE), LONGEST_PAUSE), error.message)


def _note(asking: Asking, how: str, seconds: float = 0.0, why: str = "") -> datetime | None:
    """Record the answer; until when to wait. If the database is away the answer, which was paid for, counts all the same."""
    parameters = {
        "provider": asking.provider,
        "job_id": asking.job_id,
        "token": asking.token,
        "how": how,
        "seconds": seconds,
        "why": clean(why)[:MAX_WHY],
        "patience": PATIENCE,
    }
    try:
        until: datetime | None = store.one(store.run(asking.connection(), "note_provider", parameters))[0]
    except PASSING as error:
        log.warning("provider_not_noted", provider=asking.provider, how=how, error=str(error).strip())
        return None
    return until


def _wait(provider: str, until: datetime) -> ProviderWait:
    seconds = max((until - datetime.now(UTC)).total_seconds(), SHORTEST_PAUSE)
    return ProviderWait(provider, seconds, f"Waiting for the provider “{provider}” until {until:%H:%M} UTC")
