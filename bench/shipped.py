"""The whole application as it ships (``start.py``: web and worker) on a database of the benchmarks, and people who use it."""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import psycopg
import requests

import backend.tasks  # noqa: F401 - fills the registry
from backend.config import ROOT, Settings
from backend.jobs import enqueue_many
from backend.jobs.engine_settings import use_settings
from bench.fill import add_people
from bench.server import environ_of

START_SECONDS = 120.0
CONCURRENCY = 10  # jobs at once, of the worker
ADD_TOKENS = """
INSERT INTO api_token (id, user_id, name, token_hash, scopes)
SELECT gen_random_uuid(), person, 'bench', hash, '{read,write}' FROM unnest(%s::uuid[], %s::text[]) AS given (person, hash)
"""


@dataclass(frozen=True)
class Person:
    """Somebody with a token."""

    id: uuid.UUID
    token: str


class Shipped:
    """One running ``start.py`` on a port that nobody uses. Leaving the context stops it."""

    def __init__(self, url: str) -> None:
        self.url, self.port = url, _free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self._folder = tempfile.TemporaryDirectory(prefix="collabcanvas-bench-")

    def __enter__(self) -> Shipped:
        use_settings(Settings.from_env({"DATABASE_URL": self.url}))
        environ = {key: value for key, value in environ_of(self.url).items() if key != "ASYNC_MODE"}
        environ |= {"PORT": str(self.port), "DATA_DIR": self._folder.name, "MAX_CONCURRENT_JOBS": str(CONCURRENCY)}
        environ |= {"RATE_LIMITS": "off"}  # one machine sends what a thousand people would
        self._output = (Path(self._folder.name) / "output").open("wb")
        self._process = subprocess.Popen(
            [sys.executable, "start.py"], cwd=ROOT, env=environ, stdout=self._output, stderr=self._output
        )
        self._wait_until_ready()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(60)
        self._output.close()
        self._folder.cleanup()

    @property
    def web_pid(self) -> int:
        """The web process."""
        return self._child("backend.web")

    @property
    def worker_pid(self) -> int:
        """The worker."""
        return self._child("worker.py")

    def people(self, count: int) -> list[Person]:
        """New people with tokens."""
        with self.connect() as connection:
            made = [Person(user_id, f"cc_bench_{user_id.hex}") for user_id in add_people(connection, count)]
            hashes = [hashlib.sha256(person.token.encode()).hexdigest() for person in made]
            connection.execute(ADD_TOKENS, ([person.id for person in made], hashes))
        return made

    def sleepers(
        self, connection: psycopg.Connection[Any], person: Person, jobs: int, seconds: float, steps: int, **options: Any
    ) -> list[uuid.UUID]:
        """Jobs that report ``steps`` times while they sleep."""
        request = {"seconds": seconds, "steps": steps}
        return enqueue_many(connection, "diagnostic_sleep", [request] * jobs, user_id=person.id, **options)

    def connect(self) -> psycopg.Connection[Any]:
        """A connection that commits each statement."""
        return psycopg.connect(self.url, autocommit=True)

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise RuntimeError((Path(self._folder.name) / "output").read_text()[-2000:])
            try:
                if requests.get(f"{self.base_url}/ready", timeout=5).ok:
                    return
            except requests.RequestException:
                time.sleep(0.1)
        raise RuntimeError("start.py is not ready")

    def _child(self, part: str) -> int:
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                command = (entry / "cmdline").read_bytes().decode()
            except OSError:
                continue
            if parent == self._process.pid and part in command:
                return int(entry.name)
        raise RuntimeError(f"start.py runs no {part}")


def _free_port() -> int:
    """Two sessions on one machine must not ask each other's server."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def resident_mb(pid: int) -> float:
    """What a process occupies."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"there is no process {pid}")


def processor_seconds(pid: int) -> float:
    """Processor time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
