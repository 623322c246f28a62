"""Web processes of one installation: one hears NOTIFY only, one sweeps only, one does both as it is shipped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import requests

from backend.config import ROOT
from tests.acceptance.installation import Person, eventually, free_port
from tests.conftest import with_database
from tests.live.rows import Rows

SECRET = "a secret that only the tests know, 0123456789"
WAYS = {"push": {"LIVE_SWEEP": "off"}, "sweep": {"LIVE_PUSH": "off"}, "both": {}}


class WebProcess:
    """``python -m backend.web`` on a port of its own."""

    def __init__(self, database_url: str, output: Path, **environ: str) -> None:
        self.port = free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.output = output
        given = {"DATABASE_URL": database_url, "SECRET_KEY": SECRET, "PORT": str(self.port), "RATE_LIMITS": "off"}
        with output.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "backend.web"],
                cwd=ROOT,
                env={"PATH": os.environ["PATH"], **given, **environ},
                stdout=log,
                stderr=log,
            )

    def wait_until_ready(self) -> WebProcess:
        eventually(self._ready, f"the web process is ready: {self.output.read_text()[-2000:]}", 90)
        return self

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(60)

    def _ready(self) -> bool:
        assert self.process.poll() is None, self.output.read_text()[-4000:]
        try:
            return requests.get(f"{self.base_url}/ready", timeout=5).status_code == 200
        except requests.RequestException:
            return False


@pytest.fixture(scope="package")
def live_database(postgres: str, template: str) -> Iterator[str]:
    """A database for all tests of this package that start processes."""
    name = f"live_{os.getpid()}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        yield with_database(postgres, name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="package")
def webs(live_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, WebProcess]]:
    """The three processes, by the way in which they learn of news."""
    folder = tmp_path_factory.mktemp("webs")
    started = {way: WebProcess(live_database, folder / f"{way}.log", **environ) for way, environ in WAYS.items()}
    try:
        yield {way: web.wait_until_ready() for way, web in started.items()}
    finally:
        codes = [web.stop() for web in started.values()]
        assert codes == [0, 0, 0]


@pytest.fixture
def rows(live_database: str) -> Iterator[Rows]:
    """The other process, which writes."""
    writer = Rows(live_database)
    yield writer
    writer.close()


@pytest.fixture
def person(webs: dict[str, WebProcess]) -> Person:
    """Somebody new."""
    return new_person(webs["both"])


def new_person(web: WebProcess) -> Person:
    """A guest with a token, which every process of the installation accepts."""
    answer = requests.post(f"{web.base_url}/api/auth/guest?token=1", timeout=30)
    assert answer.status_code == 201, answer.text
    return Person(web.base_url, answer.json()["token"], answer.json()["id"])


def at(person: Person, web: WebProcess) -> Person:
    """The same person, reaching another web process."""
    return Person(web.base_url, person.token, person.user_id)
