"""The worker process: its threads, put together, and their end in good order."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
import structlog

from backend.config import Settings
from backend.jobs import store
from backend.jobs.admission.circuit_tender import CircuitTender
from backend.jobs.admission.limit_tender import LimitTender
from backend.jobs.admission.limits import declare_limits
from backend.jobs.caching.flights import CacheUpkeep, Flights
from backend.jobs.engine_settings import use_settings
from backend.jobs.flows.flow_care import GroupCounter
from backend.jobs.forecast.forecaster import Forecaster
from backend.jobs.handling.run import RELEASED, HeldRuns, Run
from backend.jobs.handling.taking_away import end_transaction
from backend.jobs.hints import Hints
from backend.jobs.history.history_keeper import HistoryKeeper
from backend.jobs.link import HANDLER, Link, LinkClosed, connect
from backend.jobs.outage import Outage
from backend.jobs.outcome import Released
from backend.jobs.processes.children import Children
from backend.jobs.registry import queue_names
from backend.jobs.runtime import worker_store
from backend.jobs.runtime.claimer import Claimer, Pace
from backend.jobs.runtime.completer import Completer
from backend.jobs.runtime.executor import Executor
from backend.jobs.runtime.follow_up import CARES
from backend.jobs.runtime.lease import LeaseKeeper
from backend.jobs.runtime.listener import Listener
from backend.jobs.runtime.maintenance import FollowUps, Maintenance, Rescuer, Timekeeper
from backend.jobs.runtime.overdue import Overdue
from backend.jobs.store import Connection, Written
from backend.jobs.upkeep.gauge import Gauge
from backend.jobs.upkeep.retention import Pruner, Sweeper
from backend.jobs.upkeep.rollup import RollUp
from backend.jobs.upkeep.vacuum import VacuumWatch

log = structlog.get_logger(__name__)

POLITE_SHARE = 0.7  # of the grace: until then running jobs may end by themselves, then they are asked to stop
FORCED_SHARE = 0.85  # of the grace: what has not stopped by then is given back under its handler's hands
CLOSE_SECONDS = 0.5  # for each engine thread to close its connection
STOPPED, FAULT = 0, 1  # exit codes


class Worker:
    """One worker process. ``queues`` None: all that the registry knows. ``stop`` may be called from a signal handler."""

    def __init__(
        self,
        settings: Settings,
        *,
        queues: Sequence[str] | None = None,
        concurrency: int | None = None,
        drain: bool = False,
    ) -> None:
        self._settings = settings
        self._queues = queues
        self._concurrency = concurrency or settings.max_concurrent_jobs
        self._drain = drain
        # Engine threads keep their connections for life and set session options: never through a pooler.
        self._url = settings.listen_url or settings.sqlalchemy_url  # the latter raises: no database is named
        self._outage = Outage()
        self._stop = threading.Event()
        self._fault = False
        self._threads: list[threading.Thread] = []

    def run(self) -> int:
        """Work until stopped or drained; returns the exit code. Nothing of this worker is left ``processing``."""
        use_settings(self._settings)
        if not self._register():
            return STOPPED
        self._make_writers()
        self._make_watchers()
        self._start_threads()
        log.info("worker_started", worker_id=self.worker_id, queues=self._served(), concurrency=self._concurrency)
        self._stop.wait()
        self._shut_down()
        log.info("worker_stopped", worker_id=self.worker_id)
        return FAULT if self._fault else STOPPED

    def stop(self) -> None:
        """Begin the end: claim nothing more, give running jobs their grace."""
        self._stop.set()

    def _served(self) -> list[str]:
        return list(self._queues) if self._queues is not None else queue_names()

    def _register(self) -> bool:
        """Enter this worker into the database; False if stopped before it could be reached."""
        name = f"{socket.gethostname()}:{os.getpid()}"
        self._main_link = self._link("main")
        try:
            self.worker_id = self._main_link.insist(
                lambda c: worker_store.register_worker(c, name, self._queues, self._concurrency), self._stop
            )
            self._main_link.insist(lambda c: declare_limits(c, self._settings), self._stop)
        except LinkClosed:
            return False
        return True

    def _make_writers(self) -> None:
        """The parts that run jobs and write what comes of them."""
        self._held = HeldRuns()
        self._pace = Pace(self._concurrency)
        self._hint_link, self._hint_lock = self._link("hints"), threading.Lock()
        self._hints = Hints(self._send_hints)
        self._completer = Completer(
            self._link("completer"),
            self._settings,
            self.worker_id,
            self._held,
            self._hints,
            on_ended=self._on_ended,
            on_later=self._on_later,
        )
        self._children = Children(self._settings, self._settings.cpu_processes or os.cpu_count() or 1)
        self._tools = WorkerTools(self._settings, self._completer, self._hints)
        self._executor = Executor(self._concurrency, self._tools, self._completer.finish, self._children)

    def _make_watchers(self) -> None:
        """The parts that find jobs to run and keep them."""
        settings = self._settings
        self._listener = Listener(
            self._url,
            self.worker_id,
            self._held,
            on_ready=self._on_ready,
            on_later=self._on_later,
            outage=self._outage,
        )
        self._claimer = Claimer(
            self._link("claimer", durable=False),
            self._hints,
            self._held,
            self._pace,
            self._executor.inbox,
            worker_id=self.worker_id,
            queues=self._served(),
            lease=settings.lease_seconds,
            poll_interval=settings.job_processing_interval,
            listening=self._listener.canary.listening,
            give_back=self._completer.finish,
            drain=self._drain,
        )
        overdue = Overdue(self._executor, self.worker_id, self._completer.finish, self._give_up)
        self._lease_keeper = LeaseKeeper(self._link("heartbeat"), settings, self.worker_id, self._held, overdue)
        self._maintenance = Maintenance(
            self._link("maintenance"),
            Timekeeper(settings, self._claimer.wake.set),
            FollowUps(settings, CARES),
            LimitTender(self._claimer.wake.set),
            CircuitTender(),
            Rescuer(settings, self._held),
            self._listener.canary,
            GroupCounter(settings),
            Flights(settings),
            (
                self._children.tend,
                CacheUpkeep(),
                VacuumWatch(),
                RollUp(),
                HistoryKeeper(),
                Gauge(),
                Forecaster(),
                Pruner(settings),
                Sweeper(),
            ),
            rescue_delay=settings.lease_seconds,
        )

    def _link(self, name: str, *, durable: bool = True) -> Link:
        return Link(self._url, f"worker {name}", durable=durable, outage=self._outage)

    def _start_threads(self) -> None:
        self._executor.start()
        parts: dict[str, Callable[[], None]] = {
            "listener": self._listener.loop,
            "completer": self._completer.loop,
            "heartbeat": self._lease_keeper.loop,
            "maintenance": self._maintenance.loop,
            "claimer": self._claim_until_done,
        }
        for name, loop in parts.items():
            thread = threading.Thread(target=self._guarded, args=(name, loop), name=name, daemon=True)
            self._threads.append(thread)
            thread.start()
            if name == "listener":
                # The lock is held before the first claim, if it can be had at all.
                self._listener.connected.wait(self._settings.lease_seconds)

    def _guarded(self, name: str, loop: Callable[[], None]) -> None:
        """A thread that dies of a fault would leave half a worker: end the process instead, the supervisor starts anew."""
        try:
            loop()
        except Exception:
            log.critical("worker_thread_died", thread=name, exc_info=True)
            self._give_up()

    def _give_up(self) -> None:
        """End in good order, but as a fault, so that the supervisor starts a new process."""
        self._fault = True
        self._stop.set()

    def _claim_until_done(self) -> None:
        self._claimer.loop()
        if self._claimer.drained.is_set():
            self._stop.set()

    def _shut_down(self) -> None:
        grace = self._settings.shutdown_grace
        began = time.monotonic()
        self._claimer.stop()
        self._join("claimer", began + grace * POLITE_SHARE)
        self._claimer.return_waiting("worker stopped")
        self._executor.stop()
        self._wait_for_runs(began + grace * POLITE_SHARE)
        for run in self._held.snapshot():
            run.interrupt(RELEASED)
        self._wait_for_runs(began + grace * FORCED_SHARE)
        self._children.close()
        self._end_transactions()
        for run in self._held.snapshot():
            # The token goes with it: whatever its handler still writes is refused.
            self._completer.finish(run, Released("worker stopped"), 0.0)
        self._wait_for_runs(began + max(grace, 1.0))
        self._close()

    def _end_transactions(self) -> None:
        """Those that handlers still hold open have their jobs' rows, for which the completer would wait with all endings."""

        def end(connection: Connection) -> None:
            for run in self._held.snapshot():
                if run.began is not None:
                    end_transaction(connection, run)

        try:
            self._main_link.attempt_anew(end)
        except psycopg.Error as error:
            self._main_link.report(error)

    def _wait_for_runs(self, deadline: float) -> None:
        self._held.emptied.wait(max(0.0, deadline - time.monotonic()))

    def _join(self, name: str, deadline: float) -> None:
        for thread in self._threads:
            if thread.name == name:
                thread.join(max(0.0, deadline - time.monotonic()))

    def _close(self) -> None:
        self._completer.close()
        self._lease_keeper.close()
        self._maintenance.close()
        self._listener.close()
        try:
            self._main_link.attempt_anew(lambda c: worker_store.retire_worker(c, self.worker_id))
        except psycopg.Error as error:
            self._main_link.report(error)
        self._main_link.close()
        for thread in self._threads:
            thread.join(CLOSE_SECONDS)
        self._tools.close()
        self._hints.settle(CLOSE_SECONDS)  # what is owed would open the link again
        with self._hint_lock:
            self._hint_link.close()

    def _on_ready(self, queue: str) -> None:
        if self._queues is None or queue == "*" or queue in self._queues:
            self._claimer.wake.set()

    def _on_later(self) -> None:
        self._maintenance.look_at_clock()

    def _on_ended(self, runs: int, seconds: float) -> None:
        if runs:
            self._pace.note(runs, seconds)
        self._claimer.on_room()

    def _send_hints(self, pairs: list[tuple[str, str]]) -> None:
        with self._hint_lock:
            self._hint_link.attempt_anew(lambda c: store.notify(c, pairs))


class WorkerTools:
    """What handlers' contexts get of the worker."""

    def __init__(self, settings: Settings, completer: Completer, hints: Hints) -> None:
        self.settings = settings
        self._completer = completer
        self._hints = hints
        self._own = threading.local()
        self._lock = threading.Lock()
        self._opened: list[psycopg.Connection[Any]] = []

    def connection(self) -> psycopg.Connection[Any]:
        """One connection for each thread, kept while it works. Handlers' transactions may go through a pooler."""
        connection: psycopg.Connection[Any] | None = getattr(self._own, "connection", None)
        if connection is None or connection.closed:
            connection = connect(self.settings.database_url or "", HANDLER)
            self._own.connection = connection
            with self._lock:  # or of two that are opened at once, one would never be closed
                self._opened = [*(other for other in self._opened if not other.closed), connection]
        return connection

    def close(self) -> None:
        """Close the connections of all threads."""
        for connection in self._opened:
            connection.close()

    def report(self, run: Run, percent: int, message: str | None) -> None:
        """Progress, to be stored by the completer."""
        self._completer.report(run, percent, message)

    def announce(self, written: list[Written]) -> None:
        """Events that a handler's transaction has committed."""
        if written:
            self._hints.owe_events(written)
