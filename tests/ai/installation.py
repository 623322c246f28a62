"""An installation for the tests of AI jobs: the web application, a real worker, and people with tokens."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from flask import Flask
from flask.testing import FlaskClient
from psycopg.rows import dict_row
from werkzeug.datastructures import Headers
from werkzeug.test import TestResponse

from backend.app import create_app
from backend.config import ROOT, Settings
from backend.jobs.runtime.worker import Worker
from tests.closing import close_app

FINISHED = ("completed", "failed", "cancelled")
PATIENCE = 60.0  # seconds: a hang bound, not a measurement


@dataclass(frozen=True)
class Reply:
    """An answer over HTTP."""

    status_code: int
    json: Any
    text: str
    headers: Headers

    @classmethod
    def of(cls, response: TestResponse) -> Reply:
        """The parts of a response that tests look at."""
        body = response.get_json(force=True, silent=True)
        return cls(response.status_code, body, response.text, response.headers)

    @property
    def content_type(self) -> str:
        """As the header says."""
        return self.headers["Content-Type"]


@dataclass
class Person:
    """Somebody with a token."""

    client: FlaskClient
    token: str

    def post(self, path: str, body: Any, **headers: str) -> Reply:
        """POST JSON; bytes are sent as they are."""
        sent: dict[str, Any] = {"data": body} if isinstance(body, bytes) else {"json": body}
        headers = {**self._headers, **headers, "Content-Type": "application/json"}
        return Reply.of(self.client.post(path, headers=headers, **sent))

    def get(self, path: str) -> Reply:
        """GET."""
        return Reply.of(self.client.get(path, headers=self._headers))

    def delete(self, path: str) -> Reply:
        """DELETE."""
        return Reply.of(self.client.delete(path, headers=self._headers))

    def start(self, job_type: str, **body: Any) -> dict[str, Any]:
        """Queue a job through its route; the 202's body."""
        answer = self.post(f"/api/ai-agent/{job_type.replace('_', '-')}", body)
        assert answer.status_code == 202, answer.text
        accepted: dict[str, Any] = answer.json
        return accepted

    def elements(self, canvas_id: str) -> list[dict[str, Any]]:
        """What is on a canvas, without what was deleted."""
        answer = self.get(f"/api/canvases/{canvas_id}/elements")
        assert answer.status_code == 200, answer.text
        return [element for element in answer.json["elements"] if not element["isDeleted"]]

    def result(self, job_id: str) -> dict[str, Any]:
        """The result of a completed job."""
        answer = self.get(f"/api/ai-agent/job/{job_id}/result")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json["result"]
        return found

    def status(self, job_id: str) -> dict[str, Any]:
        """How a job stands."""
        answer = self.get(f"/api/ai-agent/job/{job_id}/status")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json
        return found

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


class Installation:
    """One database, one web application, and workers to order."""

    def __init__(self, environ: dict[str, str]) -> None:
        self.environ = environ
        self.settings = Settings.from_env(environ)
        self.app: Flask = create_app(self.settings)

    def guest(self) -> Person:
        """Somebody new."""
        client = self.app.test_client(use_cookies=False)
        answer = Reply.of(client.post("/api/auth/guest?token=1"))
        assert answer.status_code == 201, answer.text
        return Person(client, answer.json["token"])

    def drain(self) -> None:
        """Let a worker do everything that can be done now."""
        Worker(self.settings, drain=True).run()

    @contextmanager
    def worker(self) -> Iterator[Worker]:
        """A worker in a thread of this process."""
        worker = Worker(self.settings)
        thread = threading.Thread(target=worker.run, daemon=True)
        thread.start()
        try:
            yield worker
        finally:
            worker.stop()
            thread.join(PATIENCE)

    @contextmanager
    def worker_process(self, before: str = "") -> Iterator[subprocess.Popen[bytes]]:
        """A worker in a process of its own, as it is shipped, ``before`` (Python) apart; killed at the end if it still lives."""
        shipped = "import runpy; runpy.run_path('worker.py', run_name='__main__')"
        arguments = ["-c", f"{before}\n{shipped}"] if before else ["worker.py"]
        process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env={**os.environ, **self.environ})
        try:
            yield process
        finally:
            process.send_signal(signal.SIGKILL)
            process.wait()

    def until(self, condition: Callable[[psycopg.Connection[dict[str, Any]]], Any]) -> Any:
        """Ask the database until ``condition`` holds; its value."""
        deadline = time.monotonic() + PATIENCE
        with self.database() as connection:
            while True:
                if found := condition(connection):
                    return found
                if time.monotonic() > deadline:
                    rows = connection.execute("SELECT status, progress_message, error_code, error_message FROM ai_job")
                    raise TimeoutError(str(rows.fetchall()))
                time.sleep(0.005)

    def until_finished(self, job_id: str) -> dict[str, Any]:
        """The row of a job, once it has ended."""
        found: dict[str, Any] = self.until(
            lambda c: c.execute(
                "SELECT * FROM ai_job WHERE id = %s AND status = ANY(%s)", (job_id, list(FINISHED))
            ).fetchone()
        )
        return found

    def job(self, job_id: str) -> dict[str, Any]:
        """The row of a job."""
        with self.database() as connection:
            found = connection.execute("SELECT * FROM ai_job WHERE id = %s", (job_id,)).fetchone()
        assert found is not None
        return found

    def events(self, job_id: str) -> list[dict[str, Any]]:
        """What happened to a job."""
        with self.database() as connection:
            return connection.execute("SELECT * FROM ai_job_event WHERE job_id = %s ORDER BY seq", (job_id,)).fetchall()

    @contextmanager
    def database(self) -> Iterator[psycopg.Connection[dict[str, Any]]]:
        """A connection of the test's own."""
        with psycopg.connect(self.settings.database_url or "", row_factory=dict_row, autocommit=True) as connection:
            yield connection

    def close(self) -> None:
        """Give the connections back, so that the database can be dropped."""
        close_app(self.app)


def with_providers(environ: dict[str, str], *providers: dict[str, Any]) -> dict[str, str]:
    """The environment with these providers."""
    return {**environ, "AI_PROVIDERS": json.dumps(providers)} if providers else environ
