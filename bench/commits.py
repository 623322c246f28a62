"""W12: commits a second of 16 clients that enqueue as the web application does, with the live feed on and with it off.

On: hints as shipped, and somebody who listens for them. Off: not one NOTIFY. ``each`` is how it must not be: a NOTIFY in every
transaction, which makes Postgres commit them one after the other.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterable
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

import backend.tasks  # noqa: F401 - fills the registry
from backend.config import Settings
from backend.jobs import enqueue, session_hints
from backend.jobs.engine_settings import use_settings
from backend.jobs.hints import CANCEL, EVENT, LATER, READY, Hints
from bench.figures import OURS, Figure
from bench.fill import add_people
from bench.server import Server, environ_of
from bench.sizes import Sizes

CLIENTS = 16
MODES = {"on": OURS, "off": "feed off", "each": "notify in each"}


class NoHints(Hints):
    """The feed switched off."""

    def __init__(self) -> None:
        super().__init__(lambda _pairs: None)

    def lead(self, _channel: str) -> bool:
        """Never."""
        return False

    def owe_events(self, _written: Iterable[tuple[uuid.UUID, int]]) -> None:
        """Forget it."""

    def owe(self, _channel: str, _payload: str) -> None:
        """Forget it."""


class HintsInEach(NoHints):
    """A NOTIFY in every transaction."""

    def lead(self, _channel: str) -> bool:
        """Always."""
        return True


def measure(server: Server, sizes: Sizes, mode: str) -> list[Figure]:
    """Commits a second in one of the ``MODES``."""
    with server.database() as url, ExitStack() as stack:
        settings = Settings.from_env(environ_of(url))
        use_settings(settings)
        engine = create_engine(settings.sqlalchemy_url, pool_size=CLIENTS + 1)
        stack.callback(_close, engine)
        if mode != "off":
            stack.enter_context(_somebody_who_listens(url))
        # As hints_of() would make them, but for this engine alone.
        if mode != "on":
            session_hints._hints[engine] = NoHints() if mode == "off" else HintsInEach()
        with psycopg.connect(url, autocommit=True) as connection:
            people = add_people(connection, CLIENTS)
        commits = _commit_for(engine, people, sizes.commit_seconds)
    return [Figure("W12", MODES[mode], "commits_per_s", round(commits / sizes.commit_seconds), commits)]


def _commit_for(engine: Engine, people: list[uuid.UUID], seconds: float) -> int:
    """How many commits the clients make together in so many seconds."""
    counts = [0] * len(people)
    ready, go, stop = threading.Barrier(len(people) + 1), threading.Event(), threading.Event()

    def client(number: int) -> None:
        with Session(engine) as session:
            _enqueue(session, people[number])  # connections and plans
            ready.wait()
            go.wait()
            while not stop.is_set():
                _enqueue(session, people[number])
                counts[number] += 1

    threads = [threading.Thread(target=client, args=(number,), daemon=True) for number in range(len(people))]
    for thread in threads:
        thread.start()
    ready.wait()
    go.set()
    time.sleep(seconds)
    made = sum(counts)
    stop.set()
    for thread in threads:
        thread.join()
    return made


def _enqueue(session: Session, user_id: uuid.UUID) -> None:
    enqueue(session, "diagnostic_noop", {}, user_id=user_id)
    session.commit()


def _close(engine: Engine) -> None:
    """Close all connections, once the last hints are sent."""
    for thread in threading.enumerate():
        if thread.name == "hints":
            thread.join()
    engine.dispose()


@contextmanager
def _somebody_who_listens(url: str) -> Any:
    """A web process and a worker in respect of hints: a connection that hears them all."""
    stop = threading.Event()
    connection: psycopg.Connection[Any] = psycopg.connect(url, autocommit=True)
    for channel in (READY, LATER, CANCEL, EVENT):
        connection.execute(f"LISTEN {channel}".encode())

    def hear() -> None:
        while not stop.is_set():
            for _ in connection.notifies(timeout=0.1):
                pass

    thread = threading.Thread(target=hear, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        connection.close()
