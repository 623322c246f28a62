"""Runs one job's handler and says how it ended."""

from __future__ import annotations

import contextvars
import time
from collections.abc import Callable

import orjson
import structlog
from marshmallow import ValidationError

from backend.jobs.handling.context import JobContext, Tools
from backend.jobs.handling.run import CANCELLED, Run
from backend.jobs.outcome import UNEXPECTED, Completed, Failed, Outcome, outcome_of
from backend.jobs.payload import holds_nul
from backend.jobs.registry import Task, find_task
from backend.jobs.retry import RetryPolicy
from backend.jobs.run_log import current_job
from backend.jobs.signals import Cancel

log = structlog.get_logger(__name__)

MAX_RESULT_BYTES = 8 * 1024 * 1024
UNKNOWN_PAUSE = 30.0  # seconds until a job of a type that no task has is offered again
Elsewhere = Callable[[Run, Task, Tools], Outcome]


def execute(run: Run, tools: Tools, elsewhere: Elsewhere | None = None) -> Outcome:
    """Run one job's handler and say how it ended. Never raises. ``elsewhere`` runs the handlers that want
    a process of their own; without it they run here."""
    if run.interruption is not None:
        return outcome_of(run.interruption(), RetryPolicy())
    task = find_task(run.job.job_type)
    if task is None:  # written by a newer version: a worker that knows it may come, so this spends no attempt
        message = f"This worker knows no job type called “{run.job.job_type}”."
        return Failed("unknown_job_type", message, retry_after=UNKNOWN_PAUSE)
    now = time.monotonic()
    soft, hard = task.time_limits(tools.settings.job_timeout, tools.settings.hard_timeout_grace)
    run.deadline, run.hard_deadline = now + soft, now + hard
    # In a context of its own: nothing that a handler binds there reaches the next job of this thread.
    return contextvars.copy_context().run(_guarded, run, task, tools, elsewhere)


def _guarded(run: Run, task: Task, tools: Tools, elsewhere: Elsewhere | None) -> Outcome:
    current_job.set(run.job)
    try:
        if task.process and elsewhere is not None:
            return elsewhere(run, task, tools)
        return _handle(run, task, tools)
    except BaseException as error:  # noqa: BLE001 - whatever a handler raises is the outcome of its job, not ours
        return _raised(run, task, error)


def _handle(run: Run, task: Task, tools: Tools) -> Outcome:
    try:
        request = task.restore(run.job.request_data)
    except ValidationError as error:
        message = f"The stored request does not fit this version: {error.messages}"
        return Failed("invalid_request", message, final=True)
    result = task.handler(JobContext(run, tools), request)
    return _completed(result)


def _completed(result: object) -> Outcome:
    problem = None
    dumped = b"{}"
    try:
        dumped = orjson.dumps(result)
    except TypeError as error:
        problem = f"it cannot be written as JSON ({error})"
    if not isinstance(result, dict):
        problem = "it is not an object"
    elif len(dumped) > MAX_RESULT_BYTES:
        problem = f"it is larger than {MAX_RESULT_BYTES} bytes"
    elif b"\\u0000" in dumped and holds_nul(result):
        problem = "it contains a NUL character"
    if problem is not None:
        return Failed("invalid_result", f"The job's result cannot be stored: {problem}.", final=True)
    return Completed(dumped.decode())


def _raised(run: Run, task: Task, error: BaseException) -> Outcome:
    run.error = error
    said_why = isinstance(error, Cancel) and run.interruption is CANCELLED  # such as what of its work it leaves behind
    if run.interruption is not None and not said_why:
        # Whatever came out of a handler that was told to stop (a closed stream, as a rule) is that interruption.
        error = run.interruption()
    try:
        outcome = outcome_of(error, task.retry)
        if isinstance(outcome, Failed) and outcome.code == "unexpected":
            log.error("handler_raised", exc_info=error)
    except BaseException:  # noqa: BLE001 - an error that cannot even be read must not end this thread
        log.error("handler_raised_unreadable", error=type(error).__name__)
        return Failed("unexpected", UNEXPECTED)
    return outcome
