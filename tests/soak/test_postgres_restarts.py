"""Postgres dies again and again under load: what was committed is done, once, and the history has no gap."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator

import psycopg
import pytest

from backend.config import ROOT
from backend.embedded import EmbeddedPostgres
from backend.jobs import enqueue
from tests.acceptance.installation import own_folder
from tests.jobs.engine import Engine
from tests.soak.conftest import Nursery, Tally
from tests.soak.history import faults
from tests.soak.test_kills import until_all_done


@pytest.fixture
def server() -> Iterator[EmbeddedPostgres]:
    """A server of this test's own, which keeps what it has committed when it dies."""
    with own_folder() as folder:
        found = EmbeddedPostgres(folder / "data")
        yield found
        found.close()


@pytest.fixture
def database_url(server: EmbeddedPostgres) -> str:
    """That server's database, migrated."""
    environ = {**os.environ, "DATABASE_URL": server.url, "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-m", "flask", "--app", "backend", "db", "upgrade"]
    subprocess.run(command, check=True, cwd=ROOT, env=environ, capture_output=True)
    return server.url


class Load:
    """Somebody who enqueues all the time. A commit whose answer was lost is asked for again with the same key."""

    def __init__(self, engine: Engine) -> None:
        self.made: set[uuid.UUID] = set()
        self._engine = engine
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._loop)

    def __enter__(self) -> Load:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _loop(self) -> None:
        number = 0
        while not self._stop.is_set():
            try:
                with psycopg.connect(self._engine.url, autocommit=True) as connection:
                    while not self._stop.wait(0.005):
                        job = enqueue(
                            connection,
                            "soak_account",
                            {"seconds": 0.01},
                            user_id=self._engine.user_id,
                            idempotency_key=f"job {number}",
                        ).job
                        self.made.add(job.id)
                        number += 1
            except psycopg.Error:
                self._stop.wait(0.05)


def shake(
    engine: Engine, nursery: Nursery, server: EmbeddedPostgres, restarts: int, fault: str = ""
) -> tuple[int, dict[str, int]]:
    """So many crashes of the server; how many jobs there were, and what was found."""
    for _ in range(2):
        nursery.start("--concurrency", "5", SOAK_FAULT=fault)
    with Load(engine) as load:
        for turn in range(restarts):
            before = len(load.made)
            deadline = time.monotonic() + 60
            while len(load.made) < before + 50 and time.monotonic() < deadline:
                time.sleep(0.01)
            os.kill(
                server.pid, signal.SIGQUIT if turn % 2 else signal.SIGKILL
            )  # as by pg_ctl -m immediate, and as by the OOM killer
            server.stop()
            server.start()
    engine.connection = engine.connect()
    until_all_done(engine, patience=15.0 if fault else 120.0)
    found = faults(engine)
    ids = {row[0] for row in engine.connection.execute("SELECT id FROM ai_job WHERE status = 'completed'")}
    for sentence, jobs in {
        "lost": len(load.made - ids),
        "its effect not exactly once": sum(engine.effects().get(job_id, 0) != 1 for job_id in ids),
    }.items():
        if jobs:
            found[sentence] = jobs
    return len(load.made), found


@pytest.mark.parametrize("restarts", [2, pytest.param(20, marks=pytest.mark.soak)])
def test_nothing_is_lost_when_postgres_dies(
    engine: Engine, nursery: Nursery, server: EmbeddedPostgres, tally: Tally, restarts: int
) -> None:
    jobs, found = shake(engine, nursery, server, restarts)
    tally(
        f"Postgres killed and started again {restarts} times",
        f"{jobs} jobs",
        f"{found.get('lost', 0)} lost, no gap in any history",
    )
    assert found == {}


@pytest.mark.soak
def test_workers_that_give_up_are_found(
    engine: Engine, nursery: Nursery, server: EmbeddedPostgres, tally: Tally
) -> None:
    jobs, found = shake(engine, nursery, server, 2, fault="gives up")
    tally("Postgres killed, workers try each write once", f"{jobs} jobs", f"must find: {found}")
    assert found != {}
