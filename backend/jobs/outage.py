"""What the log says while the database cannot be reached: one line when it goes, one a minute, one when it is back."""

from __future__ import annotations

import threading
import time

import psycopg
import structlog

log = structlog.get_logger(__name__)

REMINDER = 60.0  # seconds between two lines about the same outage


class Outage:
    """The lost connections of one process, by name. Six threads that all lose theirs are one outage."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lost: set[str] = set()
        self._since = 0.0
        self._said = 0.0

    def lost(self, name: str, error: psycopg.Error) -> None:
        """An attempt on connection ``name`` failed. Every further failure may be reported too: most of them are not logged."""
        now = time.monotonic()
        with self._lock:
            begins = not self._lost
            self._lost.add(name)
            if begins:
                self._since = now
            if not begins and now - self._said < REMINDER:
                return
            self._said = now
        seconds = None if begins else round(now - self._since)
        log.warning("database_unreachable", thread=name, error=str(error).strip(), seconds=seconds)

    def found(self, name: str) -> None:
        """Connection ``name`` works again."""
        with self._lock:
            if name not in self._lost:
                return
            self._lost.discard(name)
            if self._lost:
                return
        log.warning("database_reachable", seconds=round(time.monotonic() - self._since, 1))

    def forget(self, name: str) -> None:
        """Nobody wants connection ``name`` any more."""
        with self._lock:
            self._lost.discard(name)
