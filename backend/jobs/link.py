"""One database connection of an engine thread, made again whenever it breaks."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from typing import Any, TypeVar

import psycopg
import structlog

from backend.jobs.failures import PASSING, is_concurrency, passes
from backend.jobs.outage import Outage
from backend.jobs.store import Connection, prepare_connection
from backend.pooler import stop_preparing_behind_pooler

log = structlog.get_logger(__name__)

T = TypeVar("T")

FIRST_PAUSE, LONGEST_PAUSE = 0.05, 2.0  # seconds between attempts to connect again, doubling, with jitter
HANDLER = "handler"  # name of the connections on which handlers' transactions run
# A cut network must show within seconds; libpq ignores these on a Unix socket.
PATIENCE: dict[str, Any] = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
# The engine's statements are written for their indexes. A plan made while the table was small and then kept must not
# read the whole table when it is large; no plan is worth compiling; and none gets better by knowing the values, while
# planning a claim anew each time took longer than the claim.
PLANNER = "; ".join(
    f"SET {setting}"
    for setting in (
        "enable_seqscan = off",
        "enable_hashjoin = off",
        "enable_mergejoin = off",
        "jit = off",
        "plan_cache_mode = force_generic_plan",
        "timezone = 'UTC'",
    )
)


class LinkClosed(Exception):
    """The worker ended while a thread insisted on a write."""


def application_name(name: str) -> str:
    """How a connection called ``name`` calls itself in pg_stat_activity."""
    return f"collabcanvas {name}"


def connect(url: str, name: str, **options: Any) -> Connection:
    """An autocommit connection that notices a dead server."""
    return connect_aware(url, name, **options)[0]


def connect_aware(url: str, name: str, **options: Any) -> tuple[Connection, bool]:
    """The same, and whether a pooler stands in between, so that nothing may be prepared or set."""
    connection: Connection = psycopg.connect(
        url, autocommit=True, application_name=application_name(name), **{**PATIENCE, **options}
    )
    try:
        prepare_connection(connection)
        return connection, stop_preparing_behind_pooler(connection)
    except psycopg.Error:
        connection.close()
        raise


class Link:
    """Belongs to one thread. Connects at the first use."""

    def __init__(self, url: str, name: str, *, durable: bool = True, outage: Outage | None = None) -> None:
        """``durable=False`` commits without waiting for the disk: for claims, which are only made again if lost.

        Links of one process share one ``outage``, which keeps the log short.
        """
        self._url = url
        self._name = name
        self._durable = durable
        self._outage = outage or Outage()
        self._failed = False
        self._connection: Connection | None = None
        self._pause = FIRST_PAUSE

    def attempt(self, work: Callable[[Connection], T]) -> T:
        """Do ``work`` once. Raises what it raises; a broken connection is dropped."""
        try:
            result = work(self._open())
        except psycopg.Error as error:
            self._drop_if_broken(error)
            raise
        self._pause = FIRST_PAUSE
        if self._failed:
            self._recover()
        return result

    def attempt_anew(self, work: Callable[[Connection], T]) -> T:
        """For a link that is seldom used: a connection that broke while it was idle shows that only now. Then on a new one."""
        was_open = self._connection is not None
        try:
            return self.attempt(work)
        except PASSING:
            if not was_open or self._connection is not None:
                raise
            return self.attempt(work)

    def insist(self, work: Callable[[Connection], T], closed: threading.Event) -> T:
        """Do ``work`` until the database has taken it. Raises ``LinkClosed`` once ``closed`` is set, and at once any
        error that does not pass by itself."""
        while True:
            try:
                return self.attempt(work)
            except PASSING as error:
                if not passes(error):
                    raise
                self.report(error)
                if closed.wait(self.next_pause()):
                    raise LinkClosed from error

    def report(self, error: psycopg.Error) -> None:
        """A failed attempt, for the log."""
        if is_concurrency(error):
            log.warning("statement_tried_again", thread=self._name, error=str(error).strip())
            return
        self._failed = True
        self._outage.lost(self._name, error)

    def next_pause(self) -> float:
        """Seconds to wait before the next attempt."""
        pause = self._pause * random.uniform(0.5, 1.0)
        self._pause = min(self._pause * 2, LONGEST_PAUSE)
        return pause

    def close(self) -> None:
        """Close the connection, if there is one."""
        self._outage.forget(self._name)
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _recover(self) -> None:
        self._failed = False
        self._outage.found(self._name)

    def _open(self) -> Connection:
        if self._connection is None:
            connection, pooled = connect_aware(self._url, self._name, prepare_threshold=0)
            try:
                if (
                    not pooled
                ):  # behind a pooler the settings would be somebody else's, an asynchronous commit above all
                    self._set_up(connection)
            except psycopg.Error:
                connection.close()
                raise
            self._connection = connection
        return self._connection

    def _set_up(self, connection: Connection) -> None:
        connection.execute(PLANNER, prepare=False)
        if not self._durable:
            connection.execute("SET synchronous_commit = off")

    def _drop_if_broken(self, error: psycopg.Error) -> None:
        # After a failover the connection may still be with the old primary: a new one finds the new one.
        useless = isinstance(error, psycopg.errors.ReadOnlySqlTransaction)
        if self._connection is not None and (self._connection.closed or useless):
            self._connection.close()
            self._connection = None
