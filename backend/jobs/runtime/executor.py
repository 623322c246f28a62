"""The threads that run handlers, fed by a queue."""

from __future__ import annotations

import contextvars
import itertools
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue

import orjson
import structlog
from marshmallow import ValidationError

from backend.jobs.outcome import Completed, Failed, Outcome, outcome_of
from backend.jobs.payload import holds_nul
from backend.jobs.processes.children import Children
from backend.jobs.registry import Task, find_task
from backend.jobs.retry import RetryPolicy
from backend.jobs.run_log import current_job
from backend.jobs.runtime.context import JobContext, Tools
from backend.jobs.runtime.run import CANCELLED, Run
from backend.jobs.signals import Cancel

log = structlog.get_logger(__name__)

MAX_RESULT_BYTES = 8 * 1024 * 1024
Finish = Callable[[Run, Outcome, float], None]


class Executor:
    """``concurrency`` threads. ``finish`` takes a run, its outcome, and the seconds it took.

    ``children`` run the handlers that want a process of their own.
    """

    def __init__(self, concurrency: int, tools: Tools, finish: Finish, children: Children) -> None:
        self.inbox: SimpleQueue[Run | None] = SimpleQueue()  # a ThreadPoolExecutor costs a fifth of the throughput
        self._concurrency = concurrency
        self._tools = tools
        self._finish = finish
        self._children = children
        self._running: dict[Run, bool] = {}  # whoever takes a run out of it says how it ended: the thread, or abandon()
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self.abandoned = 0  # threads that are still busy with a run that was given up

    def start(self) -> None:
        """Start the threads. They are daemons: a handler that does not stop must not keep the process."""
        for _ in range(self._concurrency):
            self._start_thread()

    def stop(self) -> None:
        """Let the threads end once they are idle."""
        for _ in range(self._concurrency):
            self.inbox.put(None)

    def abandon(self, run: Run) -> bool:
        """Give up a run whose handler does not stop, and put a new thread in the place of its own.

        False if it is not running. A thread cannot be killed: it ends when its handler does, and all that this one still
        writes is refused. The caller says how the run ended.
        """
        if not self._running.pop(run, False):
            return False
        run.abandoned = True
        with self._lock:
            self.abandoned += 1
        log.error(
            "run_abandoned",
            job_id=str(run.job.id),
            job_type=run.job.job_type,
            attempt=run.job.attempt,
            abandoned=self.abandoned,
        )
        self._start_thread()
        return True

    def _start_thread(self) -> None:
        threading.Thread(target=self._loop, name=f"job-{next(self._numbers)}", daemon=True).start()

    def _loop(self) -> None:
        while (run := self.inbox.get()) is not None:
            run.began = began = time.monotonic()
            self._running[run] = True
            outcome = execute(run, self._tools, self._children)
            if not self._running.pop(run, False):
                self._return_late(run, outcome)
                return
            self._finish(run, outcome, time.monotonic() - began)

    def _return_late(self, run: Run, outcome: Outcome) -> None:
        with self._lock:
            self.abandoned -= 1
        log.warning("abandoned_run_ended", job_id=str(run.job.id), outcome=type(outcome).__name__.lower())


def execute(run: Run, tools: Tools, children: Children | None = None) -> Outcome:
    """Run one job's handler and say how it ended. Never raises. Without ``children`` every handler runs here."""
    if run.interruption is not None:
        return outcome_of(run.interruption(), RetryPolicy())
    task = find_task(run.job.job_type)
    if task is None:  # written by a newer version: a worker that knows it may come
        return Failed("unknown_job_type", f"This worker knows no job type called “{run.job.job_type}”.")
    now = time.monotonic()
    soft, hard = task.time_limits(tools.settings.job_timeout, tools.settings.hard_timeout_grace)
    run.deadline, run.hard_deadline = now + soft, now + hard
    # In a context of its own: nothing that a handler binds there reaches the next job of this thread.
    return contextvars.copy_context().run(_guarded, run, task, tools, children)


def _guarded(run: Run, task: Task, tools: Tools, children: Children | None) -> Outcome:
    current_job.set(run.job)
    try:
        if task.process and children is not None:
            return children.run(run, task, tools)
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
    outcome = outcome_of(error, task.retry)
    if isinstance(outcome, Failed) and outcome.code == "unexpected":
        log.error("handler_raised", exc_info=error)
    return outcome
