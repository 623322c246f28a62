"""Duties that one worker does for the whole installation: each turn goes to whoever finds it due and not taken."""

from __future__ import annotations

from backend.jobs.store import Connection, statement


def take_turn(connection: Connection, name: str, interval: float) -> bool:
    """Whether this process does ``name`` now: nobody has for ``interval`` seconds, and nobody is about to.

    Inside a transaction the duty stays taken until it ends. Safe without, as every duty must be: the table only spares
    work. Needs no session of its own, so it works through a transaction pooler.
    """
    row = connection.execute(statement("take_turn"), {"name": name, "interval": interval}).fetchone()
    return row is not None
