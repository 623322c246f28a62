"""The statements about queues; the same way as ``store``."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from backend.jobs import store
from backend.jobs.store import Connection


def pause(connection: Connection, name: str, by: uuid.UUID | None, reason: str | None) -> None:
    """Pause a queue, or change why it is paused."""
    store.run(connection, "pause_queue", {"name": name, "by": by, "reason": reason})


def resume(connection: Connection, name: str) -> bool:
    """Resume a queue; False if it was not paused."""
    return store.run(connection, "resume_queue", {"name": name}).rowcount == 1


def queue_is_known(connection: Connection, name: str) -> bool:
    """Whether the database knows a queue of this name that no task names: an older or newer version's."""
    return bool(store.one(store.run(connection, "find_queue", {"name": name}))[0])


def paused_queues(connection: Connection) -> list[str]:
    """The names of queues that are paused."""
    return [name for (name,) in store.run(connection, "find_paused_queues", {}).fetchall()]


def read_queues(
    connection: Connection, names: Sequence[str], count_limit: int, silence: float
) -> list[tuple[Any, ...]]:
    """(name, paused_at, paused_by, reason, ready, running, workers) of these queues, sorted by name."""
    parameters = {"names": list(names), "count_limit": count_limit, "silence": silence}
    return store.run(connection, "read_queues", parameters).fetchall()
