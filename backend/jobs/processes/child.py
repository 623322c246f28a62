"""A child process as its worker sees it: started, given a run, stopped or killed."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from multiprocessing import Pipe
from typing import IO

import structlog

from backend.config import Settings
from backend.jobs.handling.context import Tools
from backend.jobs.handling.run import TIMED_OUT, Run
from backend.jobs.outcome import Outcome
from backend.jobs.processes import child_log
from backend.jobs.processes.child_messages import (
    Announced,
    Assignment,
    Ended,
    Interrupt,
    Logged,
    Progress,
    Ready,
    Setup,
)
from backend.jobs.registry import Task

log = structlog.get_logger(__name__)

# Spawned, never forked: the worker has threads and database connections. The path as the worker sees it, for its tasks.
PROGRAM = (
    "import sys; sys.path[:] = {path!r}; "
    "from backend.jobs.processes.child_process import main; main({descriptor}, {parent})"
)
STOP_GRACE = 2.0  # seconds from being asked to stop until SIGKILL; after a time limit: until the hard one
LAST_WORDS_SECONDS = 1.0
DEATH_SECONDS = 5.0  # for the kernel to take a killed process away
MAX_LINE = 8192  # characters of one line of output
MAX_JOBS = 200  # then the child is replaced: libraries leak
MAX_GROWTH = 256 * 1024 * 1024  # bytes over its size when it was ready


class ChildDied(Exception):
    """The process has ended before its job did."""


class Child:
    """Used by one thread at a time. The thread that starts it must live as long as the worker: the kernel kills it with that."""

    def __init__(self, settings: Settings, modules: Sequence[str]) -> None:
        self._settings = settings
        self._lock = threading.Lock()  # between the end of a run and the kill of what has not ended
        self._killed = False
        self._lost = False  # it has ended by itself
        self._ready: Ready | None = None
        self._jobs = 0
        self._memory = 0
        self._job_id: str | None = None  # stays behind its end: what is read late was said by it
        self._connection, theirs = Pipe()
        program = PROGRAM.format(path=sys.path, descriptor=theirs.fileno(), parent=os.getpid())
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-u", "-c", program],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # killed together with what its handler has started
            )
        if self._process.stdout is not None:
            threading.Thread(target=self._log_output, args=(self._process.stdout,), name="child", daemon=True).start()
        level = logging.getLevelNamesMapping()[settings.log_level]
        with contextlib.suppress(OSError):
            self._connection.send(Setup(settings, tuple(modules), level))
        log.info("child_started", pid=self.pid)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def reusable(self) -> bool:
        """Whether it may be given another job."""
        grown = self._memory - (self._ready.memory if self._ready else 0)
        alive = not (self._killed or self._lost) and self._process.poll() is None
        return alive and self._jobs < MAX_JOBS and grown < MAX_GROWTH

    def wait_until_ready(self, seconds: float) -> bool:
        """Whether it has started, waiting at most ``seconds``. Raises ``ChildDied``."""
        try:
            if self._ready is None and self._connection.poll(seconds):
                while not isinstance(message := self._connection.recv(), Ready):
                    self._hear(message)
                self._ready = message
        except (EOFError, OSError) as error:
            self._lost = True
            raise ChildDied from error
        return self._ready is not None

    def perform(self, run: Run, task: Task, tools: Tools, hard_grace: float) -> Outcome:
        """Run a job and say how it ended. Raises ``ChildDied``, also if the child was killed because it did not stop.

        After a soft time limit it has ``hard_grace`` seconds more.
        """
        over = threading.Event()

        def stop() -> None:
            self._stop(run, over, hard_grace)

        self._jobs += 1
        self._job_id = str(run.job.id)
        try:
            self._connection.send(Assignment(run.job, run.token, task.handler.__module__))
            run.add_callback(stop)
            while not isinstance(message := self._connection.recv(), Ended):
                self._hear(message, run, tools)
        except (EOFError, OSError) as error:
            self._lost = True
            raise ChildDied from error
        finally:
            run.remove_callback(stop)
            with self._lock:
                over.set()
        self._memory = message.memory
        return message.outcome

    def end(self) -> str:
        """Kill it, if it still lives, and take it away; returns what is known of its end."""
        if self._lost and not self._killed:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(LAST_WORDS_SECONDS)  # its socket is closed first: how it ended shows a moment later
        self._kill()
        self._connection.close()
        try:
            code = self._process.wait(DEATH_SECONDS)
        except subprocess.TimeoutExpired:
            return "it does not die"
        return f"exit code {code}" if code >= 0 else _signal_name(-code)

    def _hear(self, message: object, run: Run | None = None, tools: Tools | None = None) -> None:
        if isinstance(message, Logged):
            child_log.write(message)
        elif run is not None and tools is not None:
            if isinstance(message, Progress):
                tools.report(run, message.percent, message.message)
            elif isinstance(message, Announced):
                tools.announce(message.written)

    def _stop(self, run: Run, over: threading.Event, hard_grace: float) -> None:
        """In a thread of its own, as soon as the run is interrupted: ask, wait, kill."""
        reason = run.interruption
        if reason is None:
            return
        with self._lock:  # the next job's assignment must not be mixed with it, nor be meant by it
            if over.is_set():
                return
            with contextlib.suppress(OSError):
                self._connection.send(Interrupt(run.job.id, run.token, reason))
        if over.wait(hard_grace if reason is TIMED_OUT else STOP_GRACE):
            return
        with self._lock:
            if over.is_set():
                return
            log.warning("child_killed", pid=self.pid, job_id=str(run.job.id), reason=reason.__name__)
            self._kill()

    def _kill(self) -> None:
        self._killed = True
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)

    def _log_output(self, output: IO[bytes]) -> None:
        with output:
            while line := output.readline(MAX_LINE):
                text = line.decode(errors="replace").rstrip()
                if text:
                    log.info("child_output", pid=self.pid, job_id=self._job_id, text=text)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
