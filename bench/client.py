"""A fresh database with our schema, and the side that makes jobs and waits for them."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
import uuid
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from backend.config import ROOT, Settings
from backend.jobs import enqueue, enqueue_many
from backend.jobs.engine_settings import use_settings
from bench.tasks import TASK

SERVER_VARIABLE = "BENCH_PG"  # URL of any database on a server where databases may be made
BATCH = 1000  # jobs of one bulk statement
VARIANTS = ("", "session")


class Client:
    """Enqueues by a plain connection that commits each statement, or, in the variant ``session``, as the web does."""

    def __init__(self, variant: str, name: str) -> None:
        self.url = _fresh_database(name)
        use_settings(Settings.from_env({"DATABASE_URL": self.url}))
        self.connection: psycopg.Connection[Any] = psycopg.connect(self.url, autocommit=True)
        self.connection.prepare_threshold = 1
        self._session: Session | None = None
        if variant == "session":
            engine = create_engine(self.url.replace("postgresql://", "postgresql+psycopg://", 1))
            self._session = Session(engine)
        self._user_id = uuid.uuid4()
        self.connection.execute(
            "INSERT INTO app_user (id, name, is_guest) VALUES (%s, 'Bench', true)", (self._user_id,)
        )
        self._listener: psycopg.Connection[Any] | None = None

    def enqueue(self, number: int, ms: int = 0) -> uuid.UUID:
        """Make one job and commit."""
        request = {"number": number, "ms": ms}
        if self._session is None:
            return enqueue(self.connection, TASK, request, user_id=self._user_id).job.id
        made = enqueue(self._session, TASK, request, user_id=self._user_id)
        self._session.commit()
        return made.job.id

    def enqueue_many(self, count: int, ms: int = 0) -> None:
        """Make many in batches, each its own commit."""
        for first in range(0, count, BATCH):
            numbers = range(first, min(count, first + BATCH))
            requests = [{"number": number, "ms": ms} for number in numbers]
            enqueue_many(self.connection, TASK, requests, user_id=self._user_id)

    def listen(self) -> None:
        """Hear of events from now on."""
        self._listener = psycopg.connect(self.url, autocommit=True)
        self._listener.execute("LISTEN job_event")

    def wait(self, job_id: uuid.UUID, seconds: float = 5.0) -> dict[str, Any] | None:
        """The job's result as soon as a hint leads to it."""
        if self._listener is None:
            raise RuntimeError("listen() comes first")
        for hint in self._listener.notifies(timeout=seconds):
            if hint.payload == "*" or str(job_id) in hint.payload:
                row = self.connection.execute(
                    "SELECT result_data FROM ai_job WHERE id = %s AND status = 'completed'", (job_id,)
                ).fetchone()
                if row is not None:
                    return dict(row[0])
        return None

    def wait_until_written(self, seconds: float) -> bool:
        """Whether within this time every job is recorded as finished."""
        deadline = time.monotonic() + seconds
        while self._number("SELECT count(*) FROM ai_job WHERE status IN ('queued', 'processing')"):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.005)
        return True

    def stats(self) -> dict[str, float]:
        """Size of the database, and dead rows by Postgres' lagging statistics."""
        time.sleep(1.2)  # the backends flush their counters once a second
        return {
            "db_mb": round(self._number("SELECT pg_database_size(current_database())") / 1e6, 1),
            "dead_tuples": self._number("SELECT sum(n_dead_tup)::bigint FROM pg_stat_user_tables"),
            "autovacuums": self._number("SELECT sum(autovacuum_count)::bigint FROM pg_stat_user_tables"),
        }

    def _number(self, query: str) -> int:
        row = self.connection.execute(query.encode()).fetchone()
        return int(row[0]) if row else 0


def _fresh_database(name: str) -> str:
    """Make the database ``name`` anew, as an operator would; its URL."""
    server = os.environ.get(SERVER_VARIABLE)
    if not server:
        raise SystemExit(f"{SERVER_VARIABLE} must name a Postgres server, for example postgresql://postgres@/postgres")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
        connection.execute(f"CREATE DATABASE {name}".encode())
        url = urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        _migrate(url)
        connection.execute("CHECKPOINT")
    return url


def _migrate(url: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "-m", "flask", "--app", "backend", "db", "upgrade"],
            check=True,
            capture_output=True,
            cwd=ROOT,
            env={
                **os.environ,
                "DATABASE_URL": url,
                "DATABASE_DIRECT_URL": "",
                "DATA_DIR": folder,
                "PYTHONWARNINGS": "ignore",
            },
        )
