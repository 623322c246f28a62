"""The threads that run handlers, fed by a queue."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from queue import SimpleQueue

import structlog

from backend.jobs.handling.context import Tools
from backend.jobs.handling.execute import execute
from backend.jobs.handling.run import Run
from backend.jobs.outcome import Outcome
from backend.jobs.processes.children import Children

log = structlog.get_logger(__name__)

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
            outcome = execute(run, self._tools, self._children.run)
            if not self._running.pop(run, False):
                self._return_late(run, outcome)
                return
            self._finish(run, outcome, time.monotonic() - began)

    def _return_late(self, run: Run, outcome: Outcome) -> None:
        with self._lock:
            self.abandoned -= 1
        log.warning("abandoned_run_ended", job_id=str(run.job.id), outcome=type(outcome).__name__.lower())
