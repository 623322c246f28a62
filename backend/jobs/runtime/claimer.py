"""The claimer: takes jobs when threads are free, woken by LISTEN, with polling as the fall-back."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue

import structlog

from backend.jobs.failures import PASSING
from backend.jobs.handling.run import HeldRuns, Run
from backend.jobs.hints import Hints
from backend.jobs.link import Link
from backend.jobs.outcome import Outcome, Released
from backend.jobs.runtime.canary import DOWN_POLL
from backend.jobs.runtime.limited_claim import Claims
from backend.jobs.upkeep import duty_store

log = structlog.get_logger(__name__)

READ_AHEAD_SECONDS = 0.05  # of work by recent run time: what a crash, or a more urgent job, may have to wait for
READ_AHEAD_JOBS = 400  # fewer cost a quarter of the throughput of quick jobs; slow ones are bound by the time
RUN_TIME_WEIGHT = 10  # jobs; how far back "recent" reaches
GIVE_BACK_SECONDS = 0.5  # read-ahead jobs that no thread has begun by then go back for others to take
SECOND_LOOK = 0.04  # seconds; rows that another claimer had locked at the first look may be free by then


class Pace:
    """How many jobs to hold: one for each thread, and what the threads will start within the read-ahead."""

    def __init__(self, concurrency: int) -> None:
        self._concurrency = concurrency
        self._mean: float | None = None  # seconds of a recent run
        self.capacity = concurrency  # nothing is known yet: no read-ahead

    def note(self, jobs: int, seconds: float) -> None:
        """``jobs`` runs took ``seconds`` together."""
        mean = seconds / jobs
        weight = jobs / (jobs + RUN_TIME_WEIGHT)
        self._mean = mean if self._mean is None else self._mean * (1 - weight) + mean * weight
        ahead = self._concurrency * READ_AHEAD_SECONDS / max(self._mean, 1e-6)
        self.capacity = self._concurrency + min(READ_AHEAD_JOBS, int(ahead))

    def slow_down(self) -> None:
        """The guess was wrong: hold no more than there are threads until runs have shown otherwise."""
        self._mean = None
        self.capacity = self._concurrency

    def need(self, open_runs: int) -> int:
        """Jobs to claim now. Refills in halves of the read-ahead, so that statements carry many jobs."""
        free = self.capacity - open_runs
        least = max(1, (self.capacity - self._concurrency) // 2)
        return free if free >= least or (open_runs == 0 and free > 0) else 0


class Claimer:
    """Puts claimed runs into ``inbox``. ``listening()`` says whether hints arrive; ``give_back`` takes what ran out of time."""

    def __init__(
        self,
        link: Link,
        hints: Hints,
        held: HeldRuns,
        pace: Pace,
        inbox: SimpleQueue[Run | None],
        *,
        worker_id: int,
        queues: Sequence[str],
        lease: float,
        poll_interval: float,
        listening: Callable[[], bool],
        give_back: Callable[[Run, Outcome, float], None],
        drain: bool = False,
    ) -> None:
        self.wake = threading.Event()
        self.stopping = threading.Event()
        self.drained = threading.Event()
        self._link = link
        self._hints = hints
        self._held = held
        self._pace = pace
        self._inbox = inbox
        self._worker_id = worker_id
        self._queues = queues
        self._lease = lease
        self._poll_interval = poll_interval
        self._listening = listening
        self._give_back = give_back
        self._drain = drain
        self._claims = Claims()
        self._sated = False  # the last look found less than was wanted

    def loop(self) -> None:
        """The thread's work until ``stop``."""
        looked_twice = True
        while not self.stopping.is_set():
            self._return_stale()
            need = self._pace.need(self._held.open)
            if need == 0:
                self._sated = False
                self._wait(self._poll_pause())
                continue
            self.wake.clear()
            claimed = self._claim(need)
            self._sated = claimed < need and not self._claims.limited
            if claimed == need:
                continue
            if self._drain:
                if claimed == 0 and len(self._held) == 0 and self._nothing_left():
                    self.drained.set()
                    break
                self._wait(SECOND_LOOK)
                continue
            looked_twice = claimed == 0 and not looked_twice
            self._wait(self._poll_pause() if looked_twice else SECOND_LOOK * random.uniform(0.5, 1.5))
        self._link.close()

    def on_room(self) -> None:
        """Runs have ended. Where the queue was found empty, their end is no reason to look again: a hint will say."""
        if not self._sated or not self._listening():
            self.wake.set()

    def stop(self) -> None:
        """Claim nothing more."""
        self.stopping.set()
        self.wake.set()

    def return_waiting(self, reason: str) -> None:
        """Give back every run that no thread has begun."""
        while True:
            try:
                run = self._inbox.get_nowait()
            except Empty:
                return
            if run is not None:
                self._give_back(run, Released(reason), 0.0)

    def _claim(self, need: int) -> int:
        token = uuid.uuid4()
        try:
            jobs = self._link.attempt(
                lambda c: self._claims.take(
                    c,
                    queues=self._queues,
                    limit=need,
                    token=token,
                    worker_id=self._worker_id,
                    lease=self._lease,
                    lead=False,
                )
            )
        except PASSING as error:
            # If the claim was committed all the same, nobody renews its lease: it is rescued.
            self._link.report(error)
            self.stopping.wait(self._link.next_pause())
            return 0
        now = time.monotonic()
        runs = [Run(job, token, now) for job in jobs]
        self._held.add(runs)
        for run in runs:
            self._inbox.put(run)
        if runs:
            self._hints.owe_starts((job.id, job.last_seq) for job in jobs)
        return len(runs)

    def _return_stale(self) -> None:
        if self._inbox.empty():
            return
        since = self._held.waiting_since()
        if since is not None and time.monotonic() - since > GIVE_BACK_SECONDS:
            self._pace.slow_down()
            self.return_waiting("its worker was busy")

    def _wait(self, seconds: float) -> None:
        self.wake.wait(seconds if self._inbox.empty() else min(seconds, GIVE_BACK_SECONDS / 4))
        self.wake.clear()

    def _poll_pause(self) -> float:
        interval = self._poll_interval if self._listening() else min(self._poll_interval, DOWN_POLL)
        return interval * random.uniform(0.8, 1.2)

    def _nothing_left(self) -> bool:
        """For a drain: whether nothing has become due either, in our hands or in somebody else's.

        What another thread made runnable since our last claim is only seen by a claim after this look.
        """
        try:
            if self._link.attempt(duty_store.promote).changed or self._link.attempt(duty_store.any_due):
                return False
            return self._claim(1) == 0
        except PASSING:
            return False
