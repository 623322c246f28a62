"""What some worker has to do from time to time: promote, expire, rescue, and the upkeep. Safe on any number of workers."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

import structlog

from backend.config import Settings
from backend.jobs import store
from backend.jobs.admission.circuit_tender import CircuitTender
from backend.jobs.admission.limit_tender import LimitTender
from backend.jobs.failures import PASSING, is_concurrency, passes
from backend.jobs.handling.run import HeldRuns
from backend.jobs.link import Link
from backend.jobs.runtime import worker_store
from backend.jobs.runtime.canary import DOWN_POLL, Canary
from backend.jobs.store import Connection
from backend.jobs.upkeep import duty_store

log = structlog.get_logger(__name__)

SOONEST = 0.001  # seconds between two looks at the clock
SILENT_BEATS = 1.25  # heartbeats missed by a worker whose lock is free, before its jobs are taken from it
RESCUES_A_BEAT = 4
UPKEEP_DELAY = 3.0  # seconds after the start: what waits is run first
FOLLOW_UP_BATCH = 200  # ended jobs
PUT_OFF = 60.0  # seconds until what failed for a reason that stays is tried again
PUT_OFF_SHORTLY = 5.0  # seconds for what jobs wait for

Duty = Callable[[Connection], float]  # does its work, returns the seconds until it is due again
Care = Callable[[Connection, Sequence[store.Ended]], None]


class Timekeeper:
    """Promotes jobs exactly when they are due, and expires those that were not started in time."""

    def __init__(self, settings: Settings, on_promoted: Callable[[], None]) -> None:
        self._settings = settings
        self._on_promoted = on_promoted

    def __call__(self, connection: Connection) -> float:
        promoted, expired = duty_store.promote(connection), duty_store.expire(connection)
        if promoted.changed:
            self._on_promoted()
        due = [wait for wait in (promoted.due_in, expired.due_in) if wait is not None]
        return max(SOONEST, min([*due, self._settings.job_processing_interval]))


class Rescuer:
    """Gives back the jobs of workers that are gone: within seconds by their free lock, else when the lease has run out.

    While every worker keeps its heartbeat, jobs can only be lost that a live one knows nothing of (the answer to its claim
    was): they are looked for once a lease.
    """

    def __init__(self, settings: Settings, held: HeldRuns) -> None:
        self._settings = settings
        self._held = held
        self._thorough_at = 0.0  # monotonic seconds

    def __call__(self, connection: Connection) -> float:
        beat, now = self._settings.heartbeat_interval, time.monotonic()
        if now < self._thorough_at and not worker_store.any_worker_lost(connection, SILENT_BEATS * beat):
            return beat / RESCUES_A_BEAT
        self._thorough_at = now + self._settings.lease_seconds
        tokens = list({run.token for run in self._held.snapshot()})
        rescued = worker_store.rescue(
            connection, lease=self._settings.lease_seconds, silence=SILENT_BEATS * beat, held_tokens=tokens
        )
        if rescued:
            log.warning("jobs_rescued", jobs=len(rescued), job_ids=[str(job_id) for job_id in rescued[:10]])
        return beat / RESCUES_A_BEAT


class FollowUps:
    """Does what follows from the ends of followed jobs. ``cares`` get all that were taken, in the transaction that takes them.

    One end with which that fails does not hold up the others: it is put off, and tried again.
    """

    def __init__(self, settings: Settings, cares: Sequence[Care]) -> None:
        self._settings = settings
        self._cares = cares
        self._ended: Sequence[store.Ended] = ()

    def __call__(self, connection: Connection) -> float:
        try:
            ended = self._take(connection, FOLLOW_UP_BATCH)
        except Exception as error:
            if passes(error):
                raise
            log.warning("follow_ups_one_by_one", jobs=len(self._ended), error=str(error).strip())
            ended = self._take_each(connection)
        return SOONEST if ended else self._settings.job_processing_interval

    def _take(self, connection: Connection, limit: int) -> bool:
        """Deal with up to ``limit`` ends; whether there were any."""
        with connection.transaction():
            self._ended = store.take_follow_ups(connection, limit)
            if self._ended:
                for care in self._cares:
                    care(connection, self._ended)
        return bool(self._ended)

    def _take_each(self, connection: Connection) -> bool:
        for _ in range(FOLLOW_UP_BATCH):
            try:
                if not self._take(connection, 1):
                    return False
            except Exception as error:
                if passes(error) or not self._ended:
                    raise
                job_id = self._ended[0].job_id
                log.exception("follow_up_failed", job_id=str(job_id))
                store.put_off_follow_up(connection, job_id, PUT_OFF)
        return True


class Maintenance:
    """Runs the duties on one thread and connection, each when it is due.

    A duty that fails for a reason that stays is put off: the others, and the jobs that run here, have nothing to do with it.
    """

    def __init__(
        self,
        link: Link,
        timekeeper: Timekeeper,
        follow_ups: FollowUps,
        limits: LimitTender,
        circuits: CircuitTender,
        rescuer: Rescuer,
        canary: Canary,
        group_counter: Duty,
        flights: Duty,
        upkeep: Sequence[Duty],
        *,
        rescue_delay: float,
    ) -> None:
        """``upkeep``: what can wait, such as pruning. ``rescue_delay``: seconds without rescues after the database could not
        be reached. Others could not either.
        """
        self._link = link
        # By look_at_clock; the first may give work to the others.
        self._called: tuple[Duty, ...] = (follow_ups, flights, limits, circuits, timekeeper, group_counter)
        self._rescuer = rescuer
        self._canary = canary
        self._upkeep = frozenset(upkeep)
        self._ailing: set[Duty] = set()
        self._rescue_delay = rescue_delay
        self._due: dict[Duty, float] = {
            follow_ups: 0.0,
            limits: 0.0,
            circuits: 0.0,
            flights: 0.0,
            timekeeper: 0.0,
            group_counter: 0.0,
            rescuer: 0.0,
            canary: 0.0,
            **dict.fromkeys(upkeep, time.monotonic() + UPKEEP_DELAY),
        }
        self._wake = threading.Event()
        self._look_at_clock = threading.Event()
        self._closed = threading.Event()

    def look_at_clock(self) -> None:
        """Some job waits for a time that the timekeeper does not know of yet, or a followed one has ended."""
        self._look_at_clock.set()
        self._wake.set()

    def loop(self) -> None:
        """The thread's work until ``close``."""
        while not self._closed.is_set():
            try:
                self._run_due()
            except PASSING as error:
                self._link.report(error)
                if not is_concurrency(error):
                    self._due[self._rescuer] = time.monotonic() + self._rescue_delay
                self._closed.wait(self._link.next_pause())
                continue
            self._wake.wait(max(0.0, min(self._due.values()) - time.monotonic()))
            self._wake.clear()
        self._link.close()

    def close(self) -> None:
        """End the thread."""
        self._closed.set()
        self._wake.set()

    def _run_due(self) -> None:
        if self._look_at_clock.is_set():
            self._look_at_clock.clear()
            self._due.update((duty, 0.0) for duty in self._called if duty not in self._ailing)
        for duty, due in list(self._due.items()):
            if due <= time.monotonic():
                pause = self._perform(duty)
                self._due[duty] = time.monotonic() + pause

    def _perform(self, duty: Duty) -> float:
        try:
            pause = self._link.attempt(duty)
        except Exception as error:
            if passes(error):
                raise
            self._ailing.add(duty)
            log.exception("duty_failed", duty=getattr(duty, "__qualname__", type(duty).__name__))
            return PUT_OFF if duty in self._upkeep else PUT_OFF_SHORTLY
        self._ailing.discard(duty)
        return min(pause, DOWN_POLL) if duty in self._called and not self._canary.listening() else pause  # nobody calls
