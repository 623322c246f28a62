"""W12 in one web process: 16 threads enqueue through sessions as the routes do, with hints as shipped and with none.

Here Python is the limit, not Postgres: what is compared is the whole of what hints cost this process. ``bench.commits`` measures
what they cost the database.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterable
from contextlib import ExitStack

import psycopg
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

import backend.tasks  # noqa: F401 - fills the registry
from backend.config import Settings
from backend.jobs import enqueue, session_hints
from backend.jobs.engine_settings import use_settings
from backend.jobs.hints import Hints
from bench.commits import CLIENTS, somebody_who_listens, wait_for_hints
from bench.figures import OURS, Figure
from bench.fill import add_people
from bench.server import Server, environ_of
from bench.sizes import Sizes

SYSTEMS = {True: OURS, False: "feed off"}


class NoHints(Hints):
    """The feed switched off."""

    def __init__(self) -> None:
        super().__init__(lambda _pairs: None)

    def lead(self, _channel: str) -> bool:
        """Never."""
        return False

    def owe_all(self, _plain: Iterable[tuple[str, str]], _written: Iterable[tuple[uuid.UUID, int]]) -> None:
        """Forget it."""


def measure(server: Server, sizes: Sizes, *, feed: bool) -> list[Figure]:
    """Commits a second with the feed on or off."""
    with server.database() as url, ExitStack() as stack:
        settings = Settings.from_env(environ_of(url))
        use_settings(settings)
        engine = create_engine(settings.sqlalchemy_url, pool_size=CLIENTS + 1)
        stack.callback(_close, engine)
        if feed:
            stack.enter_context(somebody_who_listens(url))
        else:
            session_hints._hints[engine] = NoHints()  # where hints_of() looks first
        with psycopg.connect(url, autocommit=True) as connection:
            people = add_people(connection, CLIENTS)
        commits = _commit_for(engine, people, sizes.commit_seconds)
    return [Figure("W12", SYSTEMS[feed], "web_commits_per_s", round(commits / sizes.commit_seconds), commits)]


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
    wait_for_hints()
    engine.dispose()
