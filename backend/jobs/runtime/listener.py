"""Listens for hints on a connection of its own, which also holds the worker's advisory lock."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable

import psycopg

from backend.jobs.handling.run import CANCELLED, HeldRuns
from backend.jobs.hints import CANCEL, LATER, READY
from backend.jobs.link import FIRST_PAUSE, LONGEST_PAUSE, connect_aware
from backend.jobs.outage import Outage
from backend.jobs.runtime import worker_store
from backend.jobs.runtime.canary import Canary
from backend.jobs.store import Connection

LOOK_UP = 0.25  # seconds between looks at whether to stop and whether the lock is still to be had
LISTEN_AGAIN = 5.0  # seconds after which a listener that hears nothing tries a new connection
NAME = "listener"


class Listener:
    """``on_ready(queue)`` and ``on_later()`` are called for hints, and when some may have been missed: then for every queue."""

    def __init__(
        self,
        url: str,
        worker_id: int,
        held: HeldRuns,
        *,
        on_ready: Callable[[str], None],
        on_later: Callable[[], None],
        outage: Outage | None = None,
    ) -> None:
        self.connected = threading.Event()
        self.canary = Canary(worker_id, self.connected)
        self._outage = outage or Outage()
        self._url = url
        self._worker_id = worker_id
        self._held = held
        self._on_ready = on_ready
        self._on_later = on_later
        self._closed = threading.Event()

    def loop(self) -> None:
        """The thread's work until ``close``."""
        pause = FIRST_PAUSE
        while not self._closed.is_set():
            try:
                connection, pooled = connect_aware(self._url, f"worker {self._worker_id} listener")
                with connection:
                    self._listen(connection, pooled)
            except psycopg.Error as error:
                pause = FIRST_PAUSE if self.connected.is_set() else min(pause * 2, LONGEST_PAUSE)
                self.connected.clear()
                self._outage.lost(NAME, error)
                self._closed.wait(pause)
        self._outage.forget(NAME)

    def close(self) -> None:
        """End the thread, which frees the lock."""
        self._closed.set()

    def _listen(self, connection: Connection, pooled: bool) -> None:
        # Through a pooler the lock would be held by a session that is not ours: it would outlive us, or end before us.
        locked = pooled or self._lock(connection)
        for channel in (READY, LATER, CANCEL, self.canary.channel):
            connection.execute(f"LISTEN {channel}")
        began = time.monotonic()
        self._outage.found(NAME)
        self.canary.begin()
        self.connected.set()
        self._on_ready("*")  # whatever was said before we listened
        self._on_later()
        while not self._closed.is_set():
            for notification in connection.notifies(timeout=LOOK_UP):
                self._dispatch(notification.channel, notification.payload)
                if self._closed.is_set():
                    return
            locked = locked or self._lock(connection)
            if self.canary.deaf and time.monotonic() - began > LISTEN_AGAIN:
                return

    def _lock(self, connection: Connection) -> bool:
        """The lock may still be with our former session, until the server notices that it is dead."""
        if not worker_store.lock_worker(connection, self._worker_id):
            return False
        worker_store.note_worker_lock(connection, self._worker_id)
        return True

    def _dispatch(self, channel: str, payload: str) -> None:
        if channel == READY:
            self._on_ready(payload)
        elif channel == LATER:
            self._on_later()
        elif channel == self.canary.channel:
            self.canary.heard(payload)
        elif channel == CANCEL:
            try:
                run = self._held.find(uuid.UUID(payload))
            except ValueError:
                return
            if run is not None:
                run.interrupt(CANCELLED)
