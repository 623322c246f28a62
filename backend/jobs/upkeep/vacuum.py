"""Vacuum watch: what keeps Postgres from cleaning the job tables is named, with its process id, before they grow.

A forgotten transaction, a replication slot or a standby that lags keeps every dead row since it began; the queue's tables
make thousands of those a second, and a claim that must step over them gets slower by the minute.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, NamedTuple

import structlog
from psycopg.rows import class_row, namedtuple_row

from backend.jobs.store import Connection, statement
from backend.jobs.upkeep.duties import take_turn

log = structlog.get_logger(__name__)

WATCH_INTERVAL = 5.0  # seconds, for the whole installation
HELD_SECONDS = 15.0  # a transaction that is older is named: with the interval, well within 30 s
HELD_TRANSACTIONS = 100_000  # where no time is known
SAY_AGAIN = 300.0  # seconds until the same holder is named again


@dataclass(frozen=True)
class Holder:
    """Something that keeps dead rows: ``pid`` can be ended with ``pg_terminate_backend``, a slot must be dropped."""

    kind: str  # transaction, idle transaction, prepared transaction, replication slot, standby
    pid: int | None
    name: str | None  # application_name, or the slot's or prepared transaction's own
    role: str | None
    state: str | None
    seconds: float | None
    transactions: int | None  # begun since
    query_start: datetime | None
    query: str | None

    def sentence(self) -> str:
        """What an operator reads."""
        who = self.kind + (f" of process {self.pid}" if self.pid is not None else "")
        called = f" “{self.name}”" if self.name else ""
        age = f" for {self.seconds:.0f} s" if self.seconds is not None else f", {self.transactions} transactions old"
        return f"Vacuum cannot clean the job tables: {who}{called} holds a snapshot{age}."


class VacuumWatch:
    """A duty: looks for holders and logs each."""

    def __init__(self) -> None:
        self._said: dict[tuple[str, int | None, str | None], float] = {}

    def __call__(self, connection: Connection) -> float:
        if take_turn(connection, "watch_vacuum", WATCH_INTERVAL):
            found = find_holders(connection)
            keys = {(holder.kind, holder.pid, holder.name): holder for holder in found}
            self._said = {key: at for key, at in self._said.items() if key in keys}
            for key, holder in keys.items():
                if time.monotonic() >= self._said.get(key, 0.0):
                    self._said[key] = time.monotonic() + SAY_AGAIN
                    log.warning("vacuum_held", advice=holder.sentence(), **asdict(holder))
        return WATCH_INTERVAL


def find_holders(connection: Connection, *, seconds: float = HELD_SECONDS) -> list[Holder]:
    """What holds vacuum back now, the oldest first."""
    parameters = {"seconds": seconds, "transactions": HELD_TRANSACTIONS}
    with connection.cursor(row_factory=class_row(Holder)) as cursor:
        return cursor.execute(statement("find_vacuum_holders"), parameters).fetchall()


def find_table_sizes(connection: Connection) -> list[Any]:
    """The engine's tables with their dead rows, sizes and last vacuum: named tuples."""
    with connection.cursor(row_factory=namedtuple_row) as cursor:
        found: list[NamedTuple] = cursor.execute(statement("find_table_bloat"), {}).fetchall()
    return list(found)
