"""Notes how many jobs wait and run, every minute: what no count of ended jobs can tell afterwards."""

from __future__ import annotations

from backend.jobs.registry import queue_names
from backend.jobs.store import Connection, run
from backend.jobs.upkeep.duties import take_turn

GAUGE_INTERVAL = 60.0  # seconds, for the whole installation
BOUND = 10_000  # jobs that are counted of each queue


class Gauge:
    """A duty: notes the queues as they are at this minute."""

    def __call__(self, connection: Connection) -> float:
        with connection.transaction():
            if take_turn(connection, "gauge", GAUGE_INTERVAL - 1):
                note_gauge(connection)
        return GAUGE_INTERVAL


def note_gauge(connection: Connection) -> None:
    """Note them now."""
    run(connection, "note_gauge", {"queues": queue_names(), "bound": BOUND})
