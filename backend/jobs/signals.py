"""What a handler may raise to say how its run shall end, and what the engine raises in a handler to stop it."""

from __future__ import annotations

DATABASE_LOST = "database_lost"
DATABASE_PAUSE = 1.0  # seconds until a job whose connection broke runs again


class FinalError(Exception):
    """The job fails at once; trying again would not help. ``message`` is shown to its owner."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = _words(code)
        self.message = _words(message)


class RetryableError(Exception):
    """The job is tried again by its policy.

    With ``retry_after`` (seconds, as a provider asks for it) it is tried again after that time, which spends no attempt.
    """

    def __init__(self, code: str, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.code = _words(code)
        self.message = _words(message)
        self.retry_after = None if retry_after is None else float(retry_after)


class Snooze(Exception):
    """Not now: run again after ``seconds``. Spends no attempt."""

    def __init__(self, seconds: float, reason: str) -> None:
        super().__init__(reason)
        self.seconds = float(seconds)
        self.reason = _words(reason)


class ProviderWait(Snooze):
    """A provider cannot be asked now: run again when it can. Raised by ``ctx.provider``, not by handlers.

    ``why``: it is ``busy`` or ``down``, its ``rate`` is used up, or another job is the ``probe``.
    """

    def __init__(self, provider: str, seconds: float, reason: str, why: str = "busy") -> None:
        super().__init__(seconds, reason)
        self.provider = provider
        self.why = why


class Cancel(Exception):
    """The handler finds that the job is no longer wanted: it ends as cancelled."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = _words(reason)


class JobInterrupted(BaseException):
    """Raised at a checkpoint to end the run.

    Not an ``Exception``, so that a handler's ``except Exception`` around a model call cannot swallow it.
    """


class JobCancelled(JobInterrupted):
    """Somebody cancelled the job."""


class ClaimLost(JobInterrupted):
    """The job is no longer this worker's: nothing of it may be written any more."""


class JobTimedOut(JobInterrupted):
    """The run took longer than its task allows."""


class JobReleased(JobInterrupted):
    """The worker is shutting down; the job goes back to the queue."""


def database_lost() -> RetryableError:
    """What a handler's run ends with when its connection broke; it spends no attempt, unless that
    happens to the job again and again."""
    return RetryableError(DATABASE_LOST, "The database could not be reached; trying again.", DATABASE_PAUSE)


def _words(text: object) -> str:
    """What a handler gave as a text; a mistake in it must show in the handler, not where the end is written."""
    return "" if text is None else str(text)
