"""Hears NOTIFY for all feeds of a web process, and sweeps for what was not heard.

Two loops with a connection each, so that a stuck one does not hold up the other. A ping from the sweep's connection to the
listener's finds out whether NOTIFY arrives at all: through a transaction pooler it does not, and the sweep runs faster.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable
from typing import Any

import psycopg
import structlog
from psycopg import sql

from backend.config import Settings
from backend.live.feeds import Registered

SWEEP_SECONDS = 3.0
SWEEP_SECONDS_DEAF = 1.0  # while NOTIFY is not heard
QUIET_SECONDS = 5.0  # after so long without a notification the connection has to prove that it lives
RECONNECT_SECONDS = (0.1, 5.0)  # first and longest pause
PING_CHANNEL = "live_ping"
APPLICATION = "collabcanvas-live"  # how the two connections call themselves in pg_stat_activity
KEEPALIVE = {
    "connect_timeout": 5,
    "application_name": APPLICATION,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}

log = structlog.get_logger(__name__)


class Listener:
    """The two loops. ``spawn`` and ``sleep`` come from Socket.IO's server: threads or green threads, as it runs."""

    def __init__(
        self,
        settings: Settings,
        spawn: Callable[..., object],
        sleep: Callable[[float], object],
        *,
        push: bool,
        sweep: bool,
    ) -> None:
        self._settings = settings
        self._spawn = spawn
        self._sleep = sleep
        self._push = push
        self._sweep = sweep
        self._feeds: dict[str, Registered] = {}
        self._name = uuid.uuid4().hex
        self._connected = False
        self._heard_ping = 0
        self._sent_ping = 0
        self._stopping = False

    @property
    def up(self) -> bool:
        """Whether the listening connection stands (or none is wanted)."""
        return self._connected or not self._push

    @property
    def hears(self) -> bool:
        """Whether notifications do arrive: the ping before the last one has come back."""
        return self._connected and self._heard_ping >= self._sent_ping - 1

    @property
    def stopping(self) -> bool:
        """Whether the process is on its way out."""
        return self._stopping

    def add(self, registered: Registered) -> None:
        """Serve another feed."""
        self._feeds[registered.feed.channel] = registered

    def start(self) -> None:
        """Start both loops in the background."""
        if self._push:
            self._spawn(self._forever, self._listen, self._settings.listen_url)
        if self._sweep:
            self._spawn(self._forever, self._sweep_again_and_again, self._settings.database_url)

    def stop(self) -> None:
        """Let both loops end at their next step."""
        self._stopping = True

    def _forever(self, work: Callable[[psycopg.Connection[Any]], None], url: str) -> None:
        """Run ``work`` on a connection, and again on a new one whenever it is lost."""
        first, longest = RECONNECT_SECONDS
        pause = first
        while not self._stopping:
            began = time.monotonic()
            try:
                # No prepared statements: a transaction pooler may stand in between.
                with psycopg.connect(url, autocommit=True, prepare_threshold=None, **KEEPALIVE) as connection:  # type: ignore[arg-type]
                    work(connection)
            except (psycopg.Error, OSError) as error:
                log.warning("live_connection_lost", loop=work.__name__.strip("_"), error=str(error))
            if time.monotonic() - began > longest:
                pause = first
            if not self._stopping:
                self._sleep(pause)
            pause = min(pause * 2, longest)

    def _listen(self, connection: psycopg.Connection[Any]) -> None:
        try:
            for channel in (*self._feeds, PING_CHANNEL):
                connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel)))
            self._connected = True
            self._heard_ping = self._sent_ping
            self._sweep_once(connection)  # whatever happened while nobody listened
            while not self._stopping:
                notifications = list(connection.notifies(timeout=QUIET_SECONDS, stop_after=1))
                if not notifications:
                    connection.execute("SELECT 1")
                self._dispatch(connection, notifications)
        finally:
            self._connected = False

    def _dispatch(self, connection: psycopg.Connection[Any], notifications: Iterable[psycopg.Notify]) -> None:
        payloads: dict[str, list[str]] = {}
        for notification in notifications:
            payloads.setdefault(notification.channel, []).append(notification.payload)
        for ping in payloads.pop(PING_CHANNEL, ()):
            name, _, number = ping.partition(":")
            if name == self._name:
                self._heard_ping = int(number)
        for channel, heard in payloads.items():
            self._guarded(self._feeds[channel].on_notify, connection, heard)

    def _sweep_again_and_again(self, connection: psycopg.Connection[Any]) -> None:
        while not self._stopping:
            self._sweep_once(connection)
            self._sent_ping += 1
            connection.execute("SELECT pg_notify(%s, %s)", [PING_CHANNEL, f"{self._name}:{self._sent_ping}"])
            self._sleep(SWEEP_SECONDS if self.hears else SWEEP_SECONDS_DEAF)

    def _sweep_once(self, connection: psycopg.Connection[Any]) -> None:
        for registered in self._feeds.values():
            self._guarded(registered.sweep, connection)

    @staticmethod
    def _guarded(call: Callable[..., None], connection: psycopg.Connection[Any], *arguments: object) -> None:
        """A fault in one feed must not silence the others; a lost connection is for the loop to mend."""
        try:
            call(connection, *arguments)
        except psycopg.OperationalError:
            raise
        except Exception:
            log.exception("live_feed_failed", feed=call.__qualname__)
