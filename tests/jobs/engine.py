"""One installation of the engine for a test: its database, its people, and workers to order."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.rows import dict_row

from backend.config import ROOT, Settings
from backend.jobs import Enqueued, enqueue
from backend.jobs.engine_settings import use_settings
from backend.jobs.job import Job
from backend.jobs.link import Link
from backend.jobs.registry import queue_names
from backend.jobs.runtime import worker_store
from backend.jobs.runtime.limited_claim import Claims
from backend.jobs.runtime.worker import Worker

PATIENCE = 60.0  # seconds: a hang bound, not a measurement
FINISHED = ("completed", "failed", "cancelled")
EFFECTS = "CREATE TABLE effect (id bigint GENERATED ALWAYS AS IDENTITY, job_id uuid NOT NULL, run int NOT NULL)"


class Engine:
    """What the tests do with the engine, on an autocommit connection of their own."""

    def __init__(self, environ: dict[str, str]) -> None:
        self.environ = environ
        self.settings = Settings.from_env(environ)
        use_settings(self.settings)
        self.url = environ["DATABASE_URL"]
        self._open: list[Any] = []
        self.connection = self.connect()
        self.connection.execute(EFFECTS)
        self.user_id = self.user()

    def close(self) -> None:
        """Close every connection that was opened here."""
        for opened in self._open:
            opened.close()

    def connect(self, application_name: str = "test") -> psycopg.Connection[Any]:
        """Another autocommit connection."""
        connection: psycopg.Connection[Any] = psycopg.connect(
            self.url, autocommit=True, application_name=application_name
        )
        self._open.append(connection)
        return connection

    def link(self) -> psycopg.Connection[Any]:
        """A connection as the engine's threads have it."""
        link = Link(self.url, "test")
        self._open.append(link)
        return link.attempt(lambda connection: connection)

    def user(self) -> uuid.UUID:
        """A new person."""
        user_id = uuid.uuid4()
        self.connection.execute("INSERT INTO app_user (id, name, is_guest) VALUES (%s, 'Somebody', true)", (user_id,))
        return user_id

    # --- jobs ---

    def enqueue(self, job_type: str = "sample_echo", request: dict[str, Any] | None = None, **options: Any) -> Job:
        """Add a job and commit."""
        return self.enqueued(job_type, request, **options).job

    def enqueued(self, job_type: str, request: dict[str, Any] | None = None, **options: Any) -> Enqueued:
        """The same with whether it was made."""
        options.setdefault("user_id", self.user_id)
        return enqueue(self.connection, job_type, request or {}, **options)

    def claim(
        self,
        limit: int = 1,
        *,
        queues: list[str] | None = None,
        worker_id: int | None = None,
        connection: psycopg.Connection[Any] | None = None,
        lease: float = 30.0,
    ) -> list[tuple[Job, uuid.UUID]]:
        """Claim jobs as a worker does: each with its token."""
        token = uuid.uuid4()
        jobs = Claims().take(
            connection or self.connection,
            queues=queues or queue_names(),
            limit=limit,
            token=token,
            worker_id=worker_id or self.register(),
            lease=lease,
            lead=False,
        )
        return [(job, token) for job in jobs]

    def register(self) -> int:
        """A worker's row."""
        return worker_store.register_worker(self.connection, "test", None, 1)

    def row(self, job_id: uuid.UUID) -> dict[str, Any]:
        """The whole row of a job."""
        cursor = self.connection.cursor(row_factory=dict_row)
        found = cursor.execute("SELECT * FROM ai_job WHERE id = %s", (job_id,)).fetchone()
        assert found is not None
        return found

    def events(self, job_id: uuid.UUID) -> list[dict[str, Any]]:
        """The events of a job in order."""
        cursor = self.connection.cursor(row_factory=dict_row)
        return cursor.execute("SELECT * FROM ai_job_event WHERE job_id = %s ORDER BY seq", (job_id,)).fetchall()

    def event_types(self, job_id: uuid.UUID) -> list[str]:
        """Their types; checks that the sequence has no gap and ends at the row's."""
        events = self.events(job_id)
        assert [event["seq"] for event in events] == list(range(1, self.row(job_id)["last_seq"] + 1))
        return [event["type"] for event in events]

    def attempts(self, job_id: uuid.UUID) -> list[dict[str, Any]]:
        """The ended runs of a job in order."""
        cursor = self.connection.cursor(row_factory=dict_row)
        return cursor.execute("SELECT * FROM ai_job_attempt WHERE job_id = %s ORDER BY run", (job_id,)).fetchall()

    def count(self, condition: str) -> int:
        """How many jobs fulfil a condition of ours."""
        row = self.connection.execute(f"SELECT count(*) FROM ai_job WHERE {condition}").fetchone()
        return int(row[0]) if row else 0

    def effects(self) -> dict[uuid.UUID, int]:
        """How often each job had its effect."""
        return dict(self.connection.execute("SELECT job_id, count(*) FROM effect GROUP BY job_id").fetchall())

    # --- waiting ---

    def until(self, condition: Callable[[], Any]) -> Any:
        """Look until ``condition`` gives something; its value."""
        deadline = time.monotonic() + PATIENCE
        while not (found := condition()):
            if time.monotonic() > deadline:
                jobs = self.connection.execute("SELECT job_type, status, attempt, runs, error_message FROM ai_job")
                raise TimeoutError(str(jobs.fetchall()[:20]))
            time.sleep(0.005)
        return found

    def until_status(self, job_id: uuid.UUID, *statuses: str) -> dict[str, Any]:
        """The row of a job once it has one of the statuses (any final one if none is named)."""
        wanted = statuses or FINISHED
        self.until(lambda: self.row(job_id)["status"] in wanted)
        return self.row(job_id)

    # --- workers ---

    def drain(self, **options: Any) -> int:
        """Let a worker do all that can be done now; its exit code."""
        return Worker(self.settings, drain=True, **options).run()

    @contextmanager
    def worker(self, **options: Any) -> Iterator[Worker]:
        """A worker in this process."""
        worker = Worker(self.settings, **options)
        thread = threading.Thread(target=worker.run, daemon=True)
        thread.start()
        try:
            yield worker
        finally:
            worker.stop()
            thread.join(PATIENCE)

    @contextmanager
    def process(self, *arguments: str, **environ: str) -> Iterator[subprocess.Popen[bytes]]:
        """A worker process with the sample tasks; killed at the end if it still lives."""
        command = [sys.executable, "-m", "tests.jobs.run_worker", *arguments]
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **self.environ, **environ})
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            process.wait()
