"""Writes what ended jobs are found by, some seconds after their end: ending a job costs nothing more."""

from __future__ import annotations

import random
import time
from datetime import datetime

from backend.jobs.store import Connection, one, run, statement

DUTY = "index_history"
INTERVAL = 5.0  # seconds, for the whole installation
BATCH = 500  # jobs; some 20 ms
LATE = 60.0  # seconds behind: somebody who searches is told
REST = 30.0  # times as long as a full batch took: writing the history never takes more than 3 % of a processor from the jobs
IN_ORDER = "SELECT set_config('enable_sort', 'off', true), set_config('enable_bitmapscan', 'off', true)"


class HistoryKeeper:
    """A duty: writes the history of what has ended since the last turn."""

    def __init__(self) -> None:
        self._behind = False

    def __call__(self, connection: Connection) -> float:
        began = time.monotonic()
        with connection.transaction():
            # While behind, this process goes on at once; should another one meanwhile, they take turns.
            interval = 0.0 if self._behind else INTERVAL
            parameters = {"name": DUTY, "interval": interval}
            if connection.execute(statement("take_turn"), parameters).fetchone() is None:
                return INTERVAL * random.uniform(0.5, 1.0)
            _, self._behind = _index(connection, BATCH)
        return REST * (time.monotonic() - began) if self._behind else INTERVAL


def found_until(connection: Connection) -> datetime | None:
    """Up to when ended jobs are found by a search; None while that is all of them but for the last moments."""
    row = run(connection, "read_history_lag", {"seconds": LATE}).fetchone()
    return None if row is None else row[0]


def index_all(connection: Connection) -> int:
    """Write everything that can be written now; returns how many jobs that were."""
    total, more = 0, True
    while more:
        with connection.transaction():
            connection.execute("SELECT FROM ai_job_duty WHERE name = %s FOR UPDATE", (DUTY,))
            written, more = _index(connection, BATCH * 10)
        total += written
    return total


def _index(connection: Connection, batch: int) -> tuple[int, bool]:
    connection.execute(IN_ORDER)
    horizon = one(run(connection, "find_rollup_horizon", {}))[0]
    written, more = one(run(connection, "index_history", {"horizon": horizon, "limit": batch}))
    return written, more
