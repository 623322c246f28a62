"""Keeps jobs in step with the runs that they wait for, and the cache in order: what maintenance does for ``cache.py``.

Level-triggered: each look compares what is with what should be, so that nothing depends on a hint, or on one worker.
"""

from __future__ import annotations

import random
import uuid
from collections.abc import Sequence

from backend.config import Settings
from backend.jobs.caching import cache_store
from backend.jobs.caching.cache_store import Landing
from backend.jobs.engine_settings import current_settings
from backend.jobs.registry import find_task
from backend.jobs.store import Connection, Ended

BEAT = 0.1  # seconds between two looks while somebody waits for a run: as often as progress is stored
BATCH = 200  # jobs in one statement
RESULT_BYTES = 16 * 1024 * 1024  # of results, as they are stored, that one statement copies
SOONEST = 0.001
UPKEEP_INTERVAL = 60.0
UPKEEP_PAUSE = 0.05
UPKEEP_BATCH = 2_000
KEEP_LANDED = 60.0  # seconds; whoever queued his job in a transaction that was open so long runs by himself


class Flights:
    """A duty: those who wait for a run get its events and its end; a run that nobody waits for is stopped."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def __call__(self, connection: Connection) -> float:
        if not cache_store.has_open_flights(connection):
            return self._settings.job_processing_interval
        cache_store.cancel_idle_flights(connection, BATCH)
        cache_store.free_stranded(connection, BATCH)
        behind = cache_store.mirror_flights(connection, limit=BATCH, result_bytes=RESULT_BYTES)
        return SOONEST if behind == BATCH else BEAT


class CacheUpkeep:
    """A duty that can wait: counts uses, removes old results and forgotten runs."""

    def __call__(self, connection: Connection) -> float:
        done = (
            cache_store.fold_uses(connection, UPKEEP_BATCH),
            cache_store.prune(connection, BATCH),
            cache_store.drop_flights(connection, age=KEEP_LANDED, limit=BATCH),
        )
        more = done[0] == UPKEEP_BATCH or BATCH in done[1:]
        return UPKEEP_PAUSE if more else UPKEEP_INTERVAL * random.uniform(0.8, 1.2)


def land_flights(connection: Connection, ended: Sequence[Ended]) -> None:
    """A care: close runs that have ended, and store what they gave for as long as their task says."""
    landings = [
        _landing(flight_id, job_type)
        for flight_id, job_type in cache_store.ended_flights(connection, [job.job_id for job in ended])
    ]
    if landings:
        cache_store.land(connection, landings, most=current_settings().result_cache_max_bytes)


def _landing(flight_id: uuid.UUID, job_type: str) -> Landing:
    task = find_task(job_type)  # None: of a version that this worker does not know
    if task is None or task.cache_seconds is None:
        return Landing(flight_id, 0.0, shared=False)
    return Landing(flight_id, task.cache_seconds, shared=task.cache_scope == "shared")
