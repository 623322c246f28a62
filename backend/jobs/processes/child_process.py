"""A child process of a worker: runs handlers that need a processor for themselves, one at a time, in its main thread.

It has a database connection of its own, on which handlers write under the same claim token as in the worker. It does not
outlive the worker: its socket ends with it, and on Linux the kernel kills it.
"""

from __future__ import annotations

import contextlib
import ctypes
import faulthandler
import importlib
import os
import resource
import signal
import sys
import threading
import time
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from typing import Any, NoReturn

import psycopg

from backend.config import Settings
from backend.jobs.engine_settings import use_settings
from backend.jobs.handling.execute import execute
from backend.jobs.handling.progress import ProgressBuffer
from backend.jobs.handling.run import Run
from backend.jobs.link import HANDLER, connect
from backend.jobs.processes import child_log
from backend.jobs.processes.child_messages import Announced, Assignment, Ended, Interrupt, Progress, Ready, Setup
from backend.jobs.store import Written

PR_SET_PDEATHSIG = 1
NICENESS = 5  # below the worker, whose heartbeat must not wait for us
OOM_SCORE = 500  # of 1000: when memory runs out this process goes, not the worker or Postgres


def main(descriptor: int, parent: int) -> NoReturn:
    """Serve the worker ``parent`` over the socket ``descriptor`` until it goes."""
    _be_a_child(parent)
    worker = Channel(Connection(descriptor))
    setup = worker.receive()
    if not isinstance(setup, Setup):
        raise TypeError(f"the first message is a {type(setup).__name__}")
    use_settings(setup.settings)
    child_log.relay_to(worker.send, setup.log_level)
    for module in setup.modules:
        importlib.import_module(module)
    worker.send(Ready(memory_in_use()))
    Child(setup.settings, worker).serve()


class Channel:
    """The socket to the worker; any thread may send. The end of the worker is the end of this process."""

    def __init__(self, connection: Connection[Any, Any]) -> None:
        self._connection = connection
        self._lock = threading.Lock()

    def send(self, message: object) -> None:
        """Tell the worker."""
        try:
            with self._lock:
                self._connection.send(message)
        except OSError:
            os._exit(1)

    def receive(self) -> object:
        """The worker's next message."""
        try:
            return self._connection.recv()
        except (EOFError, OSError):
            os._exit(0)


class Child:
    """Runs what it is assigned. Interruptions are received on a thread of their own."""

    def __init__(self, settings: Settings, worker: Channel) -> None:
        self._worker = worker
        self._tools = ChildTools(settings, worker)
        self._assigned: SimpleQueue[Assignment] = SimpleQueue()
        self._current: Run | None = None

    def serve(self) -> NoReturn:
        """Run one job after the other."""
        threading.Thread(target=self._listen, name="listen", daemon=True).start()
        self._tools.start()
        while True:
            assignment = self._assigned.get()
            importlib.import_module(assignment.module)
            run = self._current
            if run is None:
                raise RuntimeError("a job was assigned without a run")
            outcome = execute(run, self._tools)
            self._tools.flush({run})
            self._worker.send(Ended(outcome, memory_in_use()))

    def _listen(self) -> None:
        while True:
            message = self._worker.receive()
            run = self._current
            if isinstance(message, Assignment):
                self._current = Run(message.job, message.token, time.monotonic())
                self._assigned.put(message)
            elif isinstance(message, Interrupt) and run is not None and message.means(run):
                run.interrupt(message.reason)


class ChildTools:
    """What contexts get here: a connection of this process; the rest is told to the worker."""

    def __init__(self, settings: Settings, worker: Channel) -> None:
        self.settings = settings
        self._worker = worker
        self._progress = ProgressBuffer()
        self._reported = threading.Event()
        self._sending = threading.Lock()
        self._connection: psycopg.Connection[Any] | None = None

    def start(self) -> None:
        """Begin to send progress."""
        threading.Thread(target=self._send_progress, name="progress", daemon=True).start()

    def connection(self) -> psycopg.Connection[Any]:
        """The connection of this process, kept from job to job."""
        if self._connection is None or self._connection.closed:
            self._connection = connect(self.settings.database_url or "", HANDLER)
        return self._connection

    def report(self, run: Run, percent: int, message: str | None) -> None:
        """A handler may report a million times a second; the worker must not have to read that."""
        self._progress.report(run, percent, message)
        if not self._reported.is_set():
            self._reported.set()

    def announce(self, written: list[Written]) -> None:
        """Events that a handler's transaction has committed."""
        if written:
            self._worker.send(Announced(written))

    def flush(self, ending: set[Run]) -> None:
        """Send the progress that is due, and all of runs that are ``ending``."""
        with self._sending:  # so that a report is not overtaken by the end of its job
            for _, percent, message in self._progress.take(time.monotonic(), ending):
                self._worker.send(Progress(percent, message))

    def _send_progress(self) -> None:
        while True:
            due_in = self._progress.due_in(time.monotonic())
            if due_in != 0.0:
                self._reported.wait(due_in)
                self._reported.clear()
            self.flush(set())


def memory_in_use() -> int:
    """Resident bytes of this process; where the system does not say, the most it ever had."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    return pages * resource.getpagesize()


def _be_a_child(parent: int) -> None:
    faulthandler.enable()  # a segmentation fault says where
    for number in (signal.SIGTERM, signal.SIGINT):  # a platform may send them to every process; the worker decides
        signal.signal(number, _go_on)  # no SIG_IGN, which the handlers' own subprocesses would inherit
    with contextlib.suppress(OSError):
        os.nice(NICENESS)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(OOM_SCORE), encoding="ascii")
    if sys.platform == "linux":
        # The end of the socket is noticed by a thread, which a library that keeps the interpreter's lock holds up.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(0)


def _go_on(_number: int, _frame: object) -> None:
    """Only to be called."""
