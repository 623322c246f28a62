"""The child processes of a worker: a few, started when first needed, kept warm, replaced when they are spent.

For handlers that compute (``@task(process=True)``). In a thread they would hold the interpreter's lock, and with it up the
heartbeat and every other job, and nothing could stop them. The job's thread in the worker waits and relays; at most
``CPU_PROCESSES`` jobs compute at the same time, further ones wait in their threads.
"""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import psycopg
import structlog

from backend.config import Settings
from backend.jobs.handling.context import Tools
from backend.jobs.handling.run import TIMED_OUT, Run
from backend.jobs.handling.taking_away import TOO_LONG, end_transaction
from backend.jobs.outcome import Failed, Outcome, outcome_of
from backend.jobs.processes.child import Child, ChildDied
from backend.jobs.registry import Task, process_modules
from backend.jobs.store import Connection

log = structlog.get_logger(__name__)

LOOK_UP = 0.25  # seconds between looks at whether a run that waits for a child shall stop
START_SECONDS = 60.0  # a child that is not ready by then never will be
IDLE_SECONDS = 600.0  # a child that had nothing to do for so long is ended: it costs memory
TEND_SECONDS = 60.0


class Children:
    """At most ``limit`` processes. ``run`` is called by the jobs' threads."""

    def __init__(self, settings: Settings, limit: int) -> None:
        self._settings = settings
        self._limit = limit
        self._free = threading.Semaphore(limit)
        self._lock = threading.Lock()
        self._idle: list[tuple[Child, float]] = []  # each with the time since when
        self._all: set[Child] = set()
        self._closed = False
        # One thread, for ever: the kernel kills a child with the thread that started it.
        self._starter = ThreadPoolExecutor(1, thread_name_prefix="child-starter")

    def run(self, run: Run, task: Task, tools: Tools) -> Outcome:
        """Run a job in a child and say how it ended."""
        run.deadline = run.hard_deadline = None  # its time begins when the child does
        child = None
        try:
            while not self._free.acquire(timeout=LOOK_UP):
                if run.interruption is not None:
                    return outcome_of(run.interruption(), task.retry)
            try:
                child = self._take()
                return self._perform(child, run, task, tools)
            finally:
                try:
                    if child is not None:
                        self._give_back(child)
                finally:
                    self._free.release()
        except ChildDied:
            return self._died(child, run, task, tools)

    def tend(self, _connection: Connection) -> float:
        """A duty of the maintenance: end children that are idle for long or that have died."""
        now = time.monotonic()
        with self._lock:
            spent = [child for child, since in self._idle if now - since > IDLE_SECONDS or not child.reusable]
            self._idle = [(child, since) for child, since in self._idle if child not in spent]
        for child in spent:
            self._end(child)
        return TEND_SECONDS

    def close(self) -> None:
        """Kill them all."""
        with self._lock:
            self._closed = True
            children = list(self._all)
            self._idle.clear()
        for child in children:
            self._end(child)
        self._starter.shutdown(wait=False)

    def _perform(self, child: Child, run: Run, task: Task, tools: Tools) -> Outcome:
        waited_since = time.monotonic()
        while not child.wait_until_ready(LOOK_UP):
            if run.interruption is not None:
                return outcome_of(run.interruption(), task.retry)
            if time.monotonic() - waited_since > START_SECONDS:
                raise ChildDied
        soft, hard = task.time_limits(self._settings.job_timeout, self._settings.hard_timeout_grace)
        run.deadline = time.monotonic() + soft
        return child.perform(run, task, tools, hard - soft)

    def _take(self) -> Child:
        try:
            # In line behind the spare that may just be starting, or there would be one too many.
            return self._starter.submit(self._idle_or_new).result()
        except RuntimeError as error:  # closed
            raise ChildDied from error

    def _idle_or_new(self) -> Child:
        while True:
            with self._lock:
                if not self._idle:
                    break
                child, _ = self._idle.pop()
            if child.reusable:
                return child
            self._end(child)
        return self._start()

    def _start(self) -> Child:
        child = Child(self._settings, process_modules())
        with self._lock:
            self._all.add(child)
            closed = self._closed
        if closed:
            self._end(child)
        return child

    def _give_back(self, child: Child) -> None:
        with self._lock:
            if child.reusable and not self._closed:
                self._idle.append((child, time.monotonic()))
                return
            closed = self._closed
        self._end(child)
        if not closed:
            with suppress(RuntimeError):  # closed since
                self._starter.submit(self._start_spare)

    def _start_spare(self) -> None:
        """In the place of a child that had to go, so that the next job need not wait for the imports."""
        with self._lock:
            if self._closed or len(self._all) >= self._limit:
                return
        child = self._start()
        with self._lock:
            self._idle.insert(0, (child, time.monotonic()))

    def _end(self, child: Child) -> None:
        child.end()
        with self._lock:
            self._all.discard(child)

    def _died(self, child: Child | None, run: Run, task: Task, tools: Tools) -> Outcome:
        known = "it could not be started" if child is None else child.end()
        if not self._closed:
            self._end_transaction(run, tools)
        if run.interruption is TIMED_OUT:
            return Failed("timeout", TOO_LONG)
        if run.interruption is not None:
            return outcome_of(run.interruption(), task.retry)
        log.error("child_died", pid=child and child.pid, how=known)
        return Failed("child_died", f"The process that ran the job died ({known}).", detail=known)

    @staticmethod
    def _end_transaction(run: Run, tools: Tools) -> None:
        """The server may not have noticed yet that the child is gone, and until then the job's end cannot be written."""
        try:
            end_transaction(tools.connection(), run)
        except psycopg.Error as error:
            log.warning("handler_transaction_unknown", job_id=str(run.job.id), error=str(error).strip())
