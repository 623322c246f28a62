"""Duties that one worker does for the whole installation: each turn goes to whoever finds it due and not taken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from backend.jobs.store import Connection, statement

# What is read oldest first is read from the index that has it in that order, up to the limit. Without statistics (a young
# table) the planner would rather collect and sort everything that fits, again for every batch.
IN_ORDER = "SELECT set_config('enable_sort', 'off', true), set_config('enable_bitmapscan', 'off', true)"


def take_turn(connection: Connection, name: str, interval: float) -> bool:
    """Whether this process does ``name`` now: nobody has for ``interval`` seconds, and nobody is about to.

    Inside a transaction the duty stays taken until it ends. Safe without, as every duty must be: the table only spares
    work. Needs no session of its own, so it works through a transaction pooler.
    """
    row = connection.execute(statement("take_turn"), {"name": name, "interval": interval}).fetchone()
    return row is not None


@contextmanager
def in_order(connection: Connection) -> Iterator[None]:
    """A transaction for statements that take a batch from the front of an index."""
    with connection.transaction():
        connection.execute(IN_ORDER)
        yield
