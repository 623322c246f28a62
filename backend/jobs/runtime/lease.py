"""The heartbeat: renews the leases of all the worker's jobs in one statement, on a thread of its own.

It also learns by it which of them were cancelled or lost, so that a cancel arrives without NOTIFY too.
"""

from __future__ import annotations

import threading
import time

from backend.config import Settings
from backend.jobs.failures import PASSING
from backend.jobs.handling.run import CANCELLED, LOST, HeldRuns, Run
from backend.jobs.link import Link
from backend.jobs.runtime import worker_store
from backend.jobs.runtime.overdue import Overdue

FRESH = 0.25  # of the time between two heartbeats: claimed since then, a lease can wait for the next one


class LeaseKeeper:
    """Beats every ``heartbeat_interval`` until ``close``, and looks each time for runs that take too long."""

    def __init__(self, link: Link, settings: Settings, worker_id: int, held: HeldRuns, overdue: Overdue) -> None:
        self._link = link
        self._settings = settings
        self._worker_id = worker_id
        self._held = held
        self._overdue = overdue
        self._closed = threading.Event()

    def loop(self) -> None:
        """The thread's work."""
        pause = self._settings.heartbeat_interval
        while not self._closed.wait(pause):
            pause = self._settings.heartbeat_interval
            held = self._held.snapshot()
            self._overdue.stop(held)
            try:
                self._beat(held)
                self._overdue.settle(self._link)
            except PASSING as error:
                self._link.report(error)
                pause = min(pause, self._link.next_pause())
        self._link.close()

    def close(self) -> None:
        """End the thread."""
        self._closed.set()

    def _beat(self, held: list[Run]) -> None:
        # A claim is a lease, too: quick jobs are gone before it would be renewed.
        young = time.monotonic() - self._settings.heartbeat_interval * FRESH
        pairs = [(run.job.id, run.token) for run in held if run.claimed <= young]
        lease = self._settings.lease_seconds
        doubts = self._link.attempt(lambda c: worker_store.renew_leases(c, self._worker_id, lease, pairs))
        runs = {run.job.id: run for run in held}
        for doubt in doubts:
            runs[doubt.job_id].interrupt(LOST if doubt.lost else CANCELLED)
