"""What a feature implements to have its changes forwarded live."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import psycopg

Connection = psycopg.Connection[Any]


class Feed(Protocol):
    """Forwards one kind of change. Calls never overlap: a feed needs no lock of its own.

    Both methods get an autocommit connection and read from the database what to emit: a NOTIFY payload is only a hint.
    """

    channel: str

    def on_notify(self, connection: Connection, payloads: Sequence[str]) -> None:
        """NOTIFY was heard, perhaps several times since the last call."""

    def sweep(self, connection: Connection) -> None:
        """Emit whatever has changed and was not emitted yet. Called every few seconds, and after a lost connection."""


@dataclass
class Registered:
    """A feed with the lock that keeps listener and sweep from emitting at once, which would break the order."""

    feed: Feed
    lock: threading.Lock = field(default_factory=threading.Lock)

    def on_notify(self, connection: Connection, payloads: Sequence[str]) -> None:
        """``Feed.on_notify``, alone."""
        with self.lock:
            self.feed.on_notify(connection, payloads)

    def sweep(self, connection: Connection) -> None:
        """``Feed.sweep``, alone."""
        with self.lock:
            self.feed.sweep(connection)
