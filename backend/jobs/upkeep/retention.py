"""What is removed when its time has come: jobs with all that is theirs, worker rows, and what features keep beside jobs.

Batches are small, and shrink while they are slow, so that a removal never holds up a promotion or a claim.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from datetime import datetime

import structlog

from backend.config import Settings
from backend.jobs import store
from backend.jobs.engine_settings import current_settings
from backend.jobs.store import Connection
from backend.jobs.upkeep import duty_store
from backend.jobs.upkeep.duties import in_order, take_turn
from backend.jobs.upkeep.duty_store import FROM_THE_FIRST
from backend.jobs.upkeep.rollup import roll_up_all

log = structlog.get_logger(__name__)

PRUNE_INTERVAL = 60.0  # seconds between prunings; a full batch is followed by the next one after PRUNE_PAUSE
PRUNE_PAUSE = 0.05
FROM_THE_FIRST_EVERY = 3600.0  # seconds
LARGEST_BATCH, SMALLEST_BATCH = 400, 10  # jobs
SLOW, QUICK = 0.2, 0.05  # seconds that a batch takes: longer halves the next one, shorter doubles it
SWEEP_INTERVAL = 600.0  # seconds, for the whole installation
SWEEP_BATCH = 200  # rows
NEVER = 1e6  # days
COUNT_BOUND = 1_000_000  # jobs

Sweep = Callable[[Connection, int], int]  # removes up to so many rows, returns how many there were

_sweeps: dict[str, Sweep] = {}


def sweep(name: str) -> Callable[[Sweep], Sweep]:
    """Declare a function that removes what a feature keeps for jobs and no job needs any more."""

    def declare(function: Sweep) -> Sweep:
        _sweeps[name] = function
        return function

    return declare


class Batch:
    """How many to remove at a time: what has been slow is done in smaller pieces."""

    def __init__(self) -> None:
        self.size = LARGEST_BATCH

    def note(self, seconds: float) -> None:
        """A batch of this size took so long."""
        if seconds > SLOW:
            self.size = max(SMALLEST_BATCH, self.size // 2)
        elif seconds < QUICK:
            self.size = min(LARGEST_BATCH, self.size * 2)


class Pruner:
    """A duty: removes finished jobs after their retention. Any number of workers may do it side by side.

    Goes on where it was: what stays for now (failures, as a rule) is looked at again an hour later, from the first on.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._batch = Batch()
        self._after: datetime | str = FROM_THE_FIRST
        self._began_at = time.monotonic()

    def __call__(self, connection: Connection) -> float:
        days, failed_days = self._settings.job_cleanup_days, self._settings.failed_job_cleanup_days
        limit, began = self._batch.size, time.monotonic()
        with in_order(connection):
            pruned = duty_store.prune(
                connection, days=days, failed_days=max(days, failed_days), limit=limit, after=self._after
            )
        self._batch.note(time.monotonic() - began)
        self._after = pruned.after
        if pruned.jobs:
            log.info("jobs_pruned", jobs=pruned.jobs)
        if pruned.looked == limit:
            return PRUNE_PAUSE
        if began - self._began_at > FROM_THE_FIRST_EVERY:
            self._after, self._began_at = FROM_THE_FIRST, began
        duty_store.prune_workers(connection)
        return PRUNE_INTERVAL * random.uniform(0.8, 1.2)


class Sweeper:
    """A duty: runs every declared sweep, one batch a call."""

    def __init__(self) -> None:
        self._left: list[str] = []

    def __call__(self, connection: Connection) -> float:
        if not self._left:
            if not take_turn(connection, "sweep", SWEEP_INTERVAL):
                return SWEEP_INTERVAL * random.uniform(0.5, 1.0)
            self._left = list(_sweeps)
        if self._left and _sweeps[self._left[-1]](connection, SWEEP_BATCH) < SWEEP_BATCH:
            self._left.pop()
        return PRUNE_PAUSE if self._left else SWEEP_INTERVAL


def clean_up(connection: Connection, *, days: float, failed_days: float | None) -> Iterator[int]:
    """The forced clean-up: remove finished jobs older than ``days``; yields how many each batch had.

    Failures stay unless ``failed_days`` says how old they must be. Jobs are counted before they go.
    """
    roll_up_all(connection)
    batch = Batch()
    after: datetime | str = FROM_THE_FIRST
    while True:
        limit, began = batch.size, time.monotonic()
        with in_order(connection):
            pruned = duty_store.prune(
                connection, days=days, failed_days=_failed(days, failed_days), limit=limit, after=after
            )
        batch.note(time.monotonic() - began)
        after = pruned.after
        if pruned.jobs:
            yield pruned.jobs
        if pruned.looked < limit:
            return


def count_prunable(connection: Connection, *, days: float, failed_days: float | None) -> int:
    """How many jobs ``clean_up`` would remove, up to ``COUNT_BOUND``."""
    parameters = {"days": days, "failed_days": _failed(days, failed_days), "bound": COUNT_BOUND}
    row = connection.execute(store.statement("count_prunable_jobs"), parameters).fetchone()
    return int(row[0]) if row else 0


def _failed(days: float, failed_days: float | None) -> float:
    return NEVER if failed_days is None else max(days, failed_days)


@sweep("answers to requests for many jobs")
def forget_bulk_answers(connection: Connection, limit: int) -> int:
    """Whoever sends such a request again after all jobs of that time are gone makes new ones."""
    settings = current_settings()
    days = max(settings.job_cleanup_days, settings.failed_job_cleanup_days)
    return store.run(connection, "prune_bulk_answers", {"days": days, "limit": limit}).rowcount
