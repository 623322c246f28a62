"""How a run ended and what that makes of its job. Pure: outcome, job, clock and jitter in, the one update out."""

from __future__ import annotations

import math
import traceback
from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.jobs.job import Job
from backend.jobs.payload import clean
from backend.jobs.retry import RetryPolicy
from backend.jobs.signals import (
    DATABASE_LOST,
    Cancel,
    ClaimLost,
    FinalError,
    JobCancelled,
    JobReleased,
    JobTimedOut,
    ProviderWait,
    RetryableError,
    Snooze,
)

MAX_PAUSE = 7 * 86_400.0  # seconds; a longer Retry-After or snooze is a mistake
MAX_FREE_RUNS = 10  # runs without an attempt, after which a lost connection spends one
MAX_TEXT = 4_000  # characters of an error's message
MAX_CODE = 100  # characters of an error's code
MAX_TRACEBACK = 20_000  # characters, its end is kept
UNEXPECTED = "Something unexpected went wrong while this job ran. If it stays, give the operator its id."


@dataclass(frozen=True, slots=True)
class Completed:
    """The handler returned; ``result`` is its result as JSON. This outcome is its own update."""

    result: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The run failed. ``message`` is for the job's owner; ``detail`` and ``traceback`` are for staff."""

    code: str
    message: str
    final: bool = False
    retry_after: float | None = None
    detail: str | None = None
    traceback: str | None = None


@dataclass(frozen=True, slots=True)
class Snoozed:
    """The handler asked to run later."""

    seconds: float
    reason: str
    provider: str | None = None  # what it waits for, beside the clock


@dataclass(frozen=True, slots=True)
class Cancelled:
    """The run stopped because the job was cancelled, or the handler cancelled it."""

    reason: str


@dataclass(frozen=True, slots=True)
class Released:
    """The worker gave the job back before it ended; it runs again at once, on whoever is free."""

    reason: str


@dataclass(frozen=True, slots=True)
class Lost:
    """The claim was lost: somebody else owns the job, nothing is written."""


Outcome = Completed | Failed | Snoozed | Cancelled | Released | Lost


@dataclass(frozen=True, slots=True)
class Settlement:
    """The update for every ending but success. The store refuses it if the claim was lost.

    ``pause`` is in seconds from now, for ``queued`` only. ``outcome`` is what the attempt's row says.
    """

    status: str
    outcome: str
    message: str | None = None
    reason: str | None = None
    pause: float = 0.0
    spends: bool = True
    error_code: str | None = None
    error_message: str | None = None
    detail: str | None = None
    traceback: str | None = None


def outcome_of(error: BaseException, policy: RetryPolicy) -> Outcome:  # noqa: PLR0911 - one for each kind
    """Classify what a handler raised. May raise itself if that is not what its type promises."""
    match error:
        case JobCancelled():
            return Cancelled("cancelled by request")
        case ClaimLost():
            return Lost()
        case JobReleased():
            return Released("worker stopped")
        case JobTimedOut():
            return Failed("timeout", "The job took longer than it may.")
        case Cancel():
            return Cancelled(_text(error.reason))
        case ProviderWait():
            return Snoozed(float(error.seconds), _text(error.reason), error.provider)
        case Snooze():
            return Snoozed(float(error.seconds), _text(error.reason))
        case FinalError():
            return Failed(_code(error.code), _text(error.message), final=True, traceback=_trace(error))
        case RetryableError():
            after = None if error.retry_after is None else float(error.retry_after)
            return Failed(_code(error.code), _text(error.message), retry_after=after, traceback=_trace(error))
    return Failed(
        "unexpected",
        UNEXPECTED,
        final=isinstance(error, policy.final),
        detail=_text(f"{type(error).__name__}: {error}"),
        traceback=_trace(error),
    )


def decide(  # noqa: PLR0911 - one for each kind
    job: Job, outcome: Outcome, policy: RetryPolicy, *, now: datetime, jitter: float
) -> Completed | Settlement | None:
    """The one update that ``outcome`` makes of ``job``; None when nothing may be written.

    ``policy`` has its defaults filled in. A job that may not run after ``expires_at`` is never queued beyond it.
    """
    match outcome:
        case Completed():
            return outcome
        case Lost():
            return None
        case Cancelled():
            return Settlement("cancelled", "cancelled", message=outcome.reason, reason=outcome.reason)
        case Released():
            return Settlement("queued", "released", message="Waiting for a worker", reason="released", spends=False)
        case Snoozed():
            pause = _bounded(outcome.seconds)
            if _too_late(job, now, pause):
                return _expired(None)
            why = "snoozed" if outcome.provider is None else f"provider:{outcome.provider}"
            return Settlement("queued", "snoozed", outcome.reason, why, pause=pause, spends=False)
    return _after_failure(job, outcome, policy, now, jitter)


def _after_failure(job: Job, failure: Failed, policy: RetryPolicy, now: datetime, jitter: float) -> Settlement:
    free = failure.retry_after is not None and not failure.final and not _loses_again(job, failure)
    if failure.final or (not free and job.attempt >= job.max_attempts):
        return _failed(failure)
    asked = failure.retry_after if free else None
    pause = _bounded(policy.pause(job.attempt, jitter) if asked is None else asked)
    if _too_late(job, now, pause):
        return _expired(failure)
    return Settlement(
        "queued",
        "retried",
        message=failure.message,
        reason="retry_after" if free else "retry",
        pause=pause,
        spends=not free,
        error_code=failure.code,
        error_message=failure.message,
        detail=failure.detail,
        traceback=failure.traceback,
    )


def _loses_again(job: Job, failure: Failed) -> bool:
    """Whether a job lost its connection so often that it is the cause: what its handler does would break every one."""
    return failure.code == DATABASE_LOST and job.runs - job.attempt >= MAX_FREE_RUNS


def _failed(failure: Failed) -> Settlement:
    return Settlement(
        "failed",
        "failed",
        message=failure.message,
        error_code=failure.code,
        error_message=failure.message,
        detail=failure.detail,
        traceback=failure.traceback,
    )


def _expired(failure: Failed | None) -> Settlement:
    message = "The job could not be run again before it expired."
    return Settlement(
        "failed",
        "failed",
        message=message,
        error_code="expired",
        error_message=f"{message} Before that: {failure.message}" if failure else message,
        detail=failure.detail if failure else None,
        traceback=failure.traceback if failure else None,
    )


def _too_late(job: Job, now: datetime, pause: float) -> bool:
    return job.expires_at is not None and now + timedelta(seconds=pause) >= job.expires_at


def _bounded(seconds: float) -> float:
    return min(max(seconds, 0.0), MAX_PAUSE) if math.isfinite(seconds) else MAX_PAUSE


def _text(text: object) -> str:
    """Text as Postgres can store it; handlers give what they like."""
    return "" if text is None else clean(str(text))[:MAX_TEXT]


def _code(code: object) -> str:
    return _text(code)[:MAX_CODE] or "unexpected"


def _trace(error: BaseException) -> str:
    return clean("".join(traceback.format_exception(error)))[-MAX_TRACEBACK:]
