"""Finds out whether notifications arrive at all: through a transaction pooler LISTEN succeeds and hears nothing.

The worker sends itself a ping, over another connection than the one that listens. One that has not come back when the next
is due means that hints cannot be relied on: everything is polled for, every ``DOWN_POLL`` seconds, until pings arrive again.
"""

from __future__ import annotations

import threading

import structlog

from backend.jobs import store
from backend.jobs.runtime import worker_store
from backend.jobs.store import Connection

log = structlog.get_logger(__name__)

PING_SECONDS = 4.0  # between pings; deafness is noticed after at most twice that
DEAF_PING_SECONDS = 1.0  # between pings while none arrives
ENOUGH = 2  # pings that must arrive in a row after deafness: a pooler may let one through by chance
DOWN_POLL = 1.0  # seconds between polls while hints do not arrive
LISTENING, POLLING = "listening", "polling"


class Canary:
    """A duty of the maintenance thread, which sends; ``heard`` and ``begin`` are called by the listener's thread."""

    def __init__(self, worker_id: int, connected: threading.Event) -> None:
        self.channel = f"job_ping_{worker_id}"  # of its own: other workers are not woken by it
        self._worker_id = worker_id
        self._connected = connected
        self._sent = 0
        self._heard = 0
        self._in_a_row = ENOUGH
        self._noted = ""

    @property
    def deaf(self) -> bool:
        """Whether pings do not arrive although the listener is connected."""
        return self._in_a_row < ENOUGH

    def listening(self) -> bool:
        """Whether hints can be relied on."""
        return self._connected.is_set() and not self.deaf

    def begin(self) -> None:
        """The listener listens anew: what was sent before it could not hear."""
        self._heard = self._sent

    def heard(self, payload: str) -> None:
        """A ping has arrived."""
        if payload == str(self._sent):
            self._heard = self._sent
            self._in_a_row = min(self._in_a_row + 1, ENOUGH)

    def __call__(self, connection: Connection) -> float:
        """Judge the last ping, send the next one; returns the seconds until it has to be back."""
        if self._connected.is_set() and self._heard < self._sent:
            self._in_a_row = 0
        self._note(connection)
        self._sent += 1
        store.notify(connection, [(self.channel, str(self._sent))])
        return PING_SECONDS if self.listening() else DEAF_PING_SECONDS

    def _note(self, connection: Connection) -> None:
        mode = LISTENING if self.listening() else POLLING
        if mode == self._noted:
            return
        worker_store.note_worker_mode(connection, self._worker_id, mode)
        if mode == POLLING:
            log.warning("worker_polls", reason="notifications do not arrive", seconds=DOWN_POLL)
        elif self._noted:
            log.warning("worker_listens", reason="notifications arrive again")
        self._noted = mode
