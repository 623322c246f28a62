"""The circuit of each provider: one refusal keeps all workers from asking, one job finds out when it is over.

A provider is whatever a handler asks over the network, under a name like ``openai/gpt-4o``. What it says is told by what is
raised while it is asked: a ``RetryableError`` with ``retry_after`` is “too many calls”, one without is an outage.
"""

from __future__ import annotations

import math
import time
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
# While no limit of a provider is known, one call at a time is on its way to it, for so many seconds at most. Long enough for a
# refusal on a busy machine; a provider that takes longer to begin an answer gets one call more each time.
LEAD = 2.0
LOOK_EVERY = 0.02  # seconds
TRUSTED_AFTER = 25  # answers within a minute; from then on its first refusal may waste what is under way, few of many

TROUBLES = {
    "busy": "The provider {} is asking us to slow down.",
    "down": "The provider {} is out of order and is tried again by itself.",
    "rate": "The provider {} is asked as often as we may just now.",
    "probe": "Another job is finding out whether the provider {} answers again.",
}


class Rate(NamedTuple):
    """How often a provider may be asked, over all workers: calls and tokens a minute; None: no limit."""

    calls: float | None = None
    tokens: float | None = None


NO_RATE = Rate()


def _nothing() -> None:
    """Nobody is behind this call."""


@dataclass(slots=True)
class Use:
    """What a call takes of its provider's tokens: first what is expected, then, set by whoever asks, what it was.

    Whoever asks calls ``taken`` once the provider has begun to answer: who waits behind this call need not wait for its end.
    """

    tokens: float = 0.0
    taken: Callable[[], None] = _nothing


class Asking(NamedTuple):
    """Who asks whom, and where the answer is kept."""

    provider: str
    job_id: uuid.UUID
    token: uuid.UUID
    connection: Callable[[], Connection]  # autocommit; raises psycopg's error if there is none
    rate: Rate = NO_RATE
    tokens: float = 0.0  # that the call is expected to use
    pause: Callable[[float], None] = time.sleep  # may raise what ends the run


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
def guarded(asking: Asking) -> Iterator[Use]:
    """Ask inside. Raises ``ProviderWait`` instead of asking while the circuit is open or the rate is used up, and when the
    answer opens the circuit."""
    _follow_the_lead(asking)
    try:
        _enter(asking)
    except BaseException:
        _leave_lead(asking, answered=False)
        raise
    use = Use(asking.tokens, lambda: _leave_lead(asking))
    answered = False
    try:
        yield use
        answered = True
    except RetryableError as error:
        until = _note_failure(asking, error)
        _end_lead(asking)
        if until is None:
            raise
        raise _wait(asking.provider, until, "down" if error.retry_after is None else "busy") from error
    except FinalError:
        _note(asking, "ok")  # it answered
        raise
    except BaseException:
        _note(asking, "none")
        raise
    finally:
        _settle(asking, use)
        _leave_lead(asking, answered=answered)  # after a refusal was noted: whoever comes next sees it
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


def _follow_the_lead(asking: Asking) -> None:
    """Take the lead, or wait for who has it, and for whoever has it then: each of them for ``LEAD`` at most.

    Does nothing where the circuit itself says who may ask.
    """
    parameters = {"provider": asking.provider, "job_id": asking.job_id, "token": asking.token, "seconds": LEAD}
    while True:
        try:
            (how,) = store.one(store.run(asking.connection(), "take_provider_lead", parameters))
        except PASSING as error:
            raise database_lost() from error
        if how != "busy":
            return
        asking.pause(LOOK_EVERY)


def _leave_lead(asking: Asking, *, answered: bool = True) -> None:
    """Let the next call go."""
    parameters = {"provider": asking.provider, "job_id": asking.job_id, "token": asking.token}
    _say(asking, "leave_provider_lead", {**parameters, "answered": answered, "many": TRUSTED_AFTER})


def _end_lead(asking: Asking) -> None:
    """A refusal: nothing is known of the provider any more."""
    _say(asking, "end_provider_lead", {"provider": asking.provider})


def _say(asking: Asking, name: str, parameters: dict[str, object]) -> None:
    """If the database is away, the lead is over in a moment by itself."""
    try:
        store.run(asking.connection(), name, parameters)
    except PASSING as error:
        log.warning("provider_lead_not_left", provider=asking.provider, error=str(error).strip())


def _enter(asking: Asking) -> None:
    if not 1 <= len(asking.provider) <= MAX_NAME or not asking.provider.isprintable():
        raise ValueError(f"a provider's name has 1 to {MAX_NAME} printable characters")
    parameters = {
        "provider": asking.provider,
        "job_id": asking.job_id,
        "token": asking.token,
        "calls": asking.rate.calls,
        "tokens": asking.rate.tokens,
        "need": asking.tokens,
    }
    try:
        admitted, until, why = store.one(store.run(asking.connection(), "ask_provider", parameters))
    except PASSING as error:
        raise database_lost() from error
    if not admitted:
        raise _wait(asking.provider, until, why)


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


def _settle(asking: Asking, use: Use) -> None:
    """Take what was used beyond the expected, or give back what was not. If the database is away the estimate stays."""
    if asking.rate.tokens is None or use.tokens == asking.tokens:
        return
    try:
        more = {"provider": asking.provider, "more": use.tokens - asking.tokens}
        store.run(asking.connection(), "settle_provider_tokens", more)
    except PASSING as error:
        log.warning("provider_tokens_not_settled", provider=asking.provider, error=str(error).strip())


def _wait(provider: str, until: datetime, why: str) -> ProviderWait:
    seconds = max((until - datetime.now(UTC)).total_seconds(), SHORTEST_PAUSE)
    return ProviderWait(provider, seconds, wait_sentence(provider, why, until), why)


def wait_sentence(provider: str, why: str, until: datetime | None) -> str:
    """Why a job waits for its provider, and until when, for the person who waits. ``why`` as ``ask_rated_provider`` says."""
    trouble = TROUBLES[why].format(f"“{provider}”")
    then = "until then" if until is None else f"until {until.astimezone(UTC):%H:%M} UTC"
    return f"{trouble} Your job waits {then} and costs nothing meanwhile."
