"""Fixtures for every test: a real Postgres, a migrated template, and one clone of it for each test that commits."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import hypothesis
import psycopg
import pytest
from flask import Flask, request_finished

from backend.app import create_app
from backend.config import ROOT, Settings
from backend.embedded import EmbeddedPostgres
from tests.closing import close_app
from tests.described import Watch

# Hypothesis draws the same examples in every run of the same tests: a commit is not refused for what it did not change.
# HYPOTHESIS_PROFILE=explore draws new ones.
hypothesis.settings.register_profile("same", derandomize=True, deadline=None)
hypothesis.settings.register_profile("explore", deadline=None)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

# Tests that kill, restart and watch real processes on a busy machine may try twice. The closing line counts such reruns:
# one that comes back is a fault to mend, in the test or in what it tests.
SECOND_CHANCE = {"acceptance", "browser", "live"}  # folders
TESTS = Path(__file__).parent

TEMPLATE = "collabcanvas_template"
# The tests' server may forget what it wrote when the machine dies; it must not when a process is killed.
FAST_AND_LOSE = ("fsync = off", "synchronous_commit = off", "full_page_writes = off", "max_connections = 400")
_numbers = itertools.count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that get a second chance."""
    for item in items:
        folder = item.path.relative_to(TESTS).parts[0]
        if folder in SECOND_CHANCE or item.path.stem == "test_processes":
            item.add_marker(pytest.mark.flaky(reruns=1))


def with_database(url: str, name: str) -> str:
    """``url`` pointing to another database of the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


@pytest.fixture(autouse=True)
def refusals_are_described() -> Iterator[None]:
    """Whatever refusal of a job's route a test provokes has to be in the API's description."""
    watch = Watch()
    with request_finished.connected_to(watch):
        yield
    assert not watch.undescribed


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """URL of a running Postgres. ``TEST_DATABASE_URL`` names one; otherwise the embedded one is started for this run."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    directory = Path(tempfile.mkdtemp(prefix="cc-test-"))
    server = EmbeddedPostgres(directory)
    with psycopg.connect(server.url, autocommit=True) as connection:
        for setting in FAST_AND_LOSE:
            name, value = setting.split(" = ")
            connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
    server.stop()
    server.start()
    try:
        yield server.url
    finally:
        server.stop()
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def template(postgres: str) -> str:
    """Name of a database on which the migrations have run, as an operator runs them."""
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {TEMPLATE} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {TEMPLATE}")
    environ = {**os.environ, "DATABASE_URL": with_database(postgres, TEMPLATE), "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-m", "flask", "--app", "backend", "db", "upgrade"]
    subprocess.run(command, check=True, cwd=ROOT, env=environ, capture_output=True)
    return TEMPLATE


@pytest.fixture
def database_url(postgres: str, template: str) -> Iterator[str]:
    """URL of a database of this test's own, migrated and empty."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
    try:
        yield with_database(postgres, name)
    finally:
        with psycopg.connect(postgres, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def environ(database_url: str, tmp_path: Path) -> dict[str, str]:
    """The environment variables of this test's installation."""
    return {
        "DATABASE_URL": database_url,
        "DATA_DIR": str(tmp_path / "data"),
        "SECRET_KEY": "a secret that only the tests know, 0123456789",
        "ASYNC_MODE": "threading",
        "EMBEDDED_MODEL": "off",  # a gigabyte to fetch
    }


@pytest.fixture
def settings(environ: dict[str, str]) -> Settings:
    """Settings of this test's installation."""
    return Settings.from_env(environ)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The web application on this test's database."""
    application = create_app(settings)
    yield application
    close_app(application)
