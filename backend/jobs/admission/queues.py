"""Queues: pausing and resuming them, and how they stand."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from backend.config import Settings, SettingsError
from backend.db import AnyConnection, raw_connection
from backend.errors import NotFound
from backend.jobs.admission import limit_store, queue_store
from backend.jobs.admission.limit_store import LimitRow
from backend.jobs.engine_settings import worker_silence
from backend.jobs.payload import clean
from backend.jobs.registry import queue_names
from backend.jobs.store import Connection

MAX_REASON = 200  # characters
COUNT_LIMIT = 10_000  # ready jobs that are counted; beyond it there are just many


@dataclass(frozen=True, slots=True)
class QueueState:
    """How a queue stands. ``ready`` is counted up to ``COUNT_LIMIT``; jobs that wait for something else are not in it."""

    name: str
    paused_at: datetime | None
    paused_by: uuid.UUID | None
    reason: str | None
    ready: int
    running: int
    workers: int  # that serve it and live
    limits: tuple[LimitRow, ...]  # its own, and that for each queue

    @property
    def standing(self) -> str:
        """Whether its jobs are begun, in words: “running”, “paused”, “paused: why”."""
        if self.paused_at is None:
            return "running"
        return "paused" if self.reason is None else f"paused: {self.reason}"


def pause_queue(target: AnyConnection, name: str, *, by: uuid.UUID | None, reason: str | None) -> None:
    """Let no worker claim from a queue until it is resumed, in the caller's transaction. What runs goes on.

    Pausing again changes the reason. Raises ``NotFound``.
    """
    connection = raw_connection(target)
    _check(connection, name)
    queue_store.pause(connection, name, by, None if not reason else clean(reason)[:MAX_REASON])


def resume_queue(target: AnyConnection, name: str) -> bool:
    """Let workers claim from the queue again, and wake them; False if it was not paused. Raises ``NotFound``."""
    connection = raw_connection(target)
    _check(connection, name)
    return queue_store.resume(connection, name)


def queue_state(target: AnyConnection, name: str) -> QueueState:
    """How one queue stands, whether or not anything is left of it."""
    return _states(raw_connection(target), [name])[0]


def queues_overview(target: AnyConnection) -> list[QueueState]:
    """Every queue that always exists, that a task names or that is paused."""
    connection = raw_connection(target)
    return _states(connection, sorted({*queue_names(), *queue_store.paused_queues(connection)}))


def check_routes(settings: Settings) -> None:
    """Raise ``SettingsError`` if a route leads to a queue that does not exist. Call it once the tasks are known."""
    for route in settings.queue_routes:
        if route.queue not in queue_names():
            raise SettingsError(
                f"QUEUE_ROUTES: there is no queue called {route.queue!r} (in {route.pattern}={route.queue}); "
                f"use one of {', '.join(queue_names())}"
            )


def _check(connection: Connection, name: str) -> None:
    if name not in queue_names() and not (name.isprintable() and queue_store.queue_is_known(connection, name)):
        raise NotFound("There is no queue with this name.")


def _states(connection: Connection, names: Sequence[str]) -> list[QueueState]:
    limits = [limit for limit in limit_store.list_limits(connection) if limit.scope == "queue"]
    return [
        QueueState(
            *(name, paused_at, paused_by, reason, ready, running, workers),
            limits=tuple(limit for limit in limits if limit.key in (name, "*")),
        )
        for name, paused_at, paused_by, reason, ready, running, workers in queue_store.read_queues(
            connection, names, COUNT_LIMIT, worker_silence()
        )
    ]
