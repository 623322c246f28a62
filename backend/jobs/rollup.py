"""Counts of ended jobs that survive them, made from the jobs some seconds later: ending a job costs nothing more."""

from __future__ import annotations

import random
from typing import Any

from backend.jobs.duties import take_turn
from backend.jobs.store import Connection, statement

ROLL_UP = "roll_up"
ROLL_UP_INTERVAL = 10.0  # seconds, for the whole installation
ROLL_UP_BATCH = 5_000  # jobs; some 20 ms, so that no promotion is held up
ROLL_UP_PAUSE = 0.05  # seconds between full batches
FOLD_EVERY = 360  # turns: about an hour


class RollUp:
    """A duty: counts what has ended since the last turn, and folds old minutes into hours."""

    def __init__(self) -> None:
        self._behind = False
        self._turns = 0

    def __call__(self, connection: Connection) -> float:
        with connection.transaction():
            # While behind, this process goes on at once; should another one meanwhile, they take turns.
            if not take_turn(connection, ROLL_UP, 0.0 if self._behind else ROLL_UP_INTERVAL):
                return ROLL_UP_INTERVAL * random.uniform(0.5, 1.0)
            self._behind = _roll_up(connection) == ROLL_UP_BATCH
        if self._behind:
            return ROLL_UP_PAUSE
        self._turns += 1
        if self._turns % FOLD_EVERY == 0:
            fold_rollups(connection)
        return ROLL_UP_INTERVAL


def roll_up_all(connection: Connection) -> int:
    """Count everything that can be counted now, as before a forced clean-up; returns how many jobs that were."""
    total = 0
    while True:
        with connection.transaction():
            # Wait for whoever is counting: the mark must not move under us.
            connection.execute("SELECT FROM ai_job_duty WHERE name = %s FOR UPDATE", (ROLL_UP,))
            counted = _roll_up(connection)
        total += counted
        if counted < ROLL_UP_BATCH:
            return total


def fold_rollups(connection: Connection) -> int:
    """Fold the oldest hour of minutes that is old enough; returns how many rows it had."""
    row = connection.execute(statement("fold_rollups")).fetchone()
    return int(row[0]) if row else 0


def _roll_up(connection: Connection) -> int:
    horizon = _value(connection, "find_rollup_horizon", {})
    return int(_value(connection, "roll_up_jobs", {"horizon": horizon, "limit": ROLL_UP_BATCH}))


def _value(connection: Connection, name: str, parameters: dict[str, Any]) -> Any:
    row = connection.execute(statement(name), parameters).fetchone()
    return row[0] if row else None
