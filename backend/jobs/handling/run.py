"""One run of a job in this process: the job, its claim token, and what the outside wants of it."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterable

from backend.jobs.job import Job
from backend.jobs.signals import ClaimLost, JobCancelled, JobInterrupted, JobReleased, JobTimedOut

Interruption = type[JobInterrupted]
CANCELLED: Interruption = JobCancelled
LOST: Interruption = ClaimLost
TIMED_OUT: Interruption = JobTimedOut
RELEASED: Interruption = JobReleased

_interrupting = threading.Lock()  # interruptions are rare: one lock for all runs keeps a run small


class Run:
    """A claimed job. Its handler's thread polls ``interruption``; other threads set it by ``interrupt``."""

    __slots__ = (
        "_callbacks",
        "_event",
        "abandoned",
        "began",
        "claimed",
        "deadline",
        "error",
        "furthest",
        "hard_deadline",
        "interruption",
        "job",
        "pending",
        "reported",
        "token",
    )

    def __init__(self, job: Job, token: uuid.UUID, claimed: float) -> None:
        self.job = job
        self.token = token
        self.claimed = claimed  # monotonic seconds, as all times of a run
        self.began: float | None = None
        self.deadline: float | None = None  # the handler is asked to stop
        self.hard_deadline: float | None = None  # the run is given up: its thread is left alone
        self.abandoned = False
        self.error: BaseException | None = None  # what the handler raised, for tests
        self.interruption: Interruption | None = None
        self.furthest = 0  # per cent that the handler has reported
        self.pending: tuple[int, str | None] | None = None  # progress that is not stored yet
        self.reported = 0.0  # when progress was stored last
        self._event: threading.Event | None = None
        self._callbacks: list[Callable[[], object]] = []

    def interrupt(self, reason: Interruption) -> None:
        """Ask the handler to stop. The first reason stays, but a lost claim overrides every other."""
        with _interrupting:
            if self.interruption is not None and (reason is not LOST or self.interruption is LOST):
                return
            self.interruption = reason
            callbacks, self._callbacks = self._callbacks, []
            if self._event is not None:
                self._event.set()
        for callback in callbacks:
            _call_elsewhere(callback)

    def add_callback(self, callback: Callable[[], object]) -> None:
        """Call ``callback`` in a thread of its own when the run is interrupted, at once if it is already."""
        with _interrupting:
            if self.interruption is None:
                self._callbacks.append(callback)
                return
        _call_elsewhere(callback)

    def remove_callback(self, callback: Callable[[], object]) -> None:
        """Forget a callback."""
        with _interrupting:
            if callback in self._callbacks:
                self._callbacks.remove(callback)

    def wait(self, seconds: float) -> None:
        """Wait, but not beyond an interruption."""
        with _interrupting:
            if self.interruption is not None:
                return
            if self._event is None:
                self._event = threading.Event()
        self._event.wait(seconds)


def _call_elsewhere(callback: Callable[[], object]) -> None:
    threading.Thread(target=callback, name="on-cancel", daemon=True).start()


class HeldRuns:
    """The runs of this worker whose end is not yet written, in the order of their claim."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: dict[int, Run] = {}  # by the number of the job's id: a UUID takes five times as long to hash
        self.ending = 0  # of these, how many have ended and are being written: threads no longer need them
        self.emptied = threading.Event()
        self.emptied.set()

    def __len__(self) -> int:
        return len(self._runs)

    @property
    def open(self) -> int:
        """How many have not ended."""
        return len(self._runs) - self.ending

    def add(self, runs: Iterable[Run]) -> None:
        """Runs that were just claimed."""
        with self._lock:
            self._runs.update([(run.job.id.int, run) for run in runs])
            if self._runs:
                self.emptied.clear()

    def discard(self, runs: Iterable[Run]) -> None:
        """Runs whose end is written, or that were lost."""
        with self._lock:
            for run in runs:
                number = run.job.id.int
                if self._runs.get(number) is run:
                    del self._runs[number]
            if not self._runs:
                self.emptied.set()

    def find(self, job_id: uuid.UUID) -> Run | None:
        """The run of a job, if this worker has it."""
        return self._runs.get(job_id.int)

    def snapshot(self) -> list[Run]:
        """All of them now."""
        with self._lock:
            return list(self._runs.values())

    def waiting_since(self) -> float | None:
        """When the oldest run was claimed that no thread has begun."""
        waiting = [run.claimed for run in self.snapshot() if run.began is None]
        return min(waiting, default=None)
