"""Fixtures of the engine's tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import Result
from flask import Flask

from backend.app import create_app
from backend.jobs.engine_settings import keeping_settings
from tests.closing import close_app
from tests.jobs import sample_tasks
from tests.jobs.callers import Caller, new_guest, with_role
from tests.jobs.commands import Run
from tests.jobs.engine import Engine


@pytest.fixture
def engine_environ(environ: dict[str, str]) -> Iterator[dict[str, str]]:
    """Settings under which nothing takes long. What a test puts in force is not in force behind it."""
    with keeping_settings():
        yield {
            **environ,
            "RETRY_BACKOFF_BASE": "0.01",
            "RETRY_BACKOFF_MAX": "0.05",
            "SHUTDOWN_GRACE": "2",
            "LOG_LEVEL": "WARNING",
        }


@pytest.fixture
def engine(engine_environ: dict[str, str]) -> Iterator[Engine]:
    """The engine on a database of this test's own."""
    sample_tasks.gates.clear()
    sample_tasks.reached.clear()
    found = Engine(engine_environ)
    yield found
    for gate in list(sample_tasks.gates.values()):
        gate.set()  # no handler of this test may wait into the next one
    found.close()


@pytest.fixture
def web(engine: Engine) -> Iterator[Flask]:
    """The web application on the engine's database, inside its context."""
    application = create_app(engine.settings)
    with application.app_context():
        yield application
    close_app(application)


@pytest.fixture
def app(engine: Engine) -> Iterator[Flask]:
    """The web application on the engine's database."""
    application = create_app(engine.settings)
    yield application
    close_app(application)


@pytest.fixture
def guest(app: Flask) -> Caller:
    """A guest."""
    return new_guest(app)


@pytest.fixture
def staff(app: Flask, engine: Engine) -> Caller:
    """Somebody of the staff."""
    return with_role(engine, new_guest(app), "staff")


@pytest.fixture
def flask_jobs(app: Flask, engine: Engine) -> Run:
    """Run a command; the engine's tests share its database."""

    def run(*arguments: object, code: int = 0, **options: Any) -> Result:
        result = app.test_cli_runner().invoke(args=["jobs", *map(str, arguments)], **options)
        assert result.exit_code == code, (result.output, result.exception)
        return result

    return run
