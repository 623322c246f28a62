"""Counts of ended jobs that survive them, made from the jobs some seconds later: ending a job costs nothing more."""

from __future__ import annotations

import random
import time
from typing import Any

from backend.jobs.store import Connection, one, statement
from backend.jobs.upkeep.duties import in_order, take_turn

ROLL_UP = "roll_up"
ROLL_UP_INTERVAL = 10.0  # seconds, for the whole installation
ROLL_UP_BATCH = 5_000  # jobs; some 10 ms, so that no promotion is held up
ROLL_UP_REST = (
    30.0  # times as long as a full batch took: counting never takes more than 3 % of a processor from the jobs
)
FOLD_EVERY = 360  # turns: about an hour


class RollUp:
    """A duty: counts what has ended since the last turn, and folds old minutes into hours."""

    def __init__(self) -> None:
        self._behind = False
        self._turns = 0

    def __call__(self, connection: Connection) -> float:
        began = time.monotonic()
        with in_order(connection):
            # While behind, this process goes on at once; should another one meanwhile, they take turns.
            if not take_turn(connection, ROLL_UP, 0.0 if self._behind else ROLL_UP_INTERVAL):
                return ROLL_UP_INTERVAL * random.uniform(0.5, 1.0)
            _, self._behind = _roll_up(connection)
        if self._behind:
            return ROLL_UP_REST * (time.monotonic() - began)
        self._turns += 1
        if self._turns % FOLD_EVERY == 0:
            fold_rollups(connection)
        return ROLL_UP_INTERVAL


def roll_up_all(connection: Connection) -> int:
    """Count everything that can be counted now, as before a forced clean-up; returns how many jobs that were."""
    total = 0
    while True:
        with in_order(connection):
            # Wait for whoever is counting: the mark must not move under us.
            connection.execute("SELECT FROM ai_job_duty WHERE name = %s FOR UPDATE", (ROLL_UP,))
            counted, more = _roll_up(connection)
        total += counted
        if not more:
            return total


def fold_rollups(connection: Connection) -> int:
    """Fold the oldest hour of minutes that is old enough; returns how many rows it had."""
    return int(_row(connection, "fold_rollups", {})[0])


def _roll_up(connection: Connection) -> tuple[int, bool]:
    """Count one batch; how many jobs that were, and whether there may be more."""
    horizon = _row(connection, "find_rollup_horizon", {})[0]
    counted, more = _row(connection, "roll_up_jobs", {"horizon": horizon, "limit": ROLL_UP_BATCH})
    return counted, more


def _row(connection: Connection, name: str, parameters: dict[str, Any]) -> tuple[Any, ...]:
    return one(connection.execute(statement(name), parameters))
