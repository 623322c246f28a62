"""Fixtures of the harnesses, and the table that ``make soak`` prints."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from backend.config import ROOT
from tests.ai.installation import Installation, with_providers
from tests.ai.protocol_server import ProtocolServer
from tests.jobs.engine import Engine
from tests.soak import tasks
from tests.soak.history import TABLES

assert tasks.LOG  # the tasks are known to this process too

RESULT = "soak"  # the property under which a test's report carries its line of the table
Tally = Callable[..., None]
MONEY = {
    "BILLING": "on",
    "FREE_TOKENS": "100000000",
    "GUEST_TOKENS": "100000000",
    "AI_DAILY_BUDGET": "1000",
    "AI_USER_DAILY_BUDGET": "1000",
    "AI_GUEST_DAILY_BUDGET": "1000",
}


class Nursery:
    """Starts worker processes of one installation in a moment each."""

    def __init__(self, environ: dict[str, str]) -> None:
        self._environ = environ
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.soak.nursery"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start(self, *arguments: str, **environ: str) -> int:
        """A new worker; its process id."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        order = [arguments, {**os.environ, **self._environ, **environ}]
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """Kill all that is left."""
        with suppress(BrokenPipeError):
            self._process.communicate(timeout=60)


def send(pids: list[int], number: signal.Signals) -> None:
    """A signal to each of them that still lives."""
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


@pytest.fixture
def engine_environ(environ: dict[str, str]) -> dict[str, str]:
    """Settings under which nothing takes long, but lease and heartbeat as shipped."""
    return {
        **environ,
        "RETRY_BACKOFF_BASE": "0.01",
        "RETRY_BACKOFF_MAX": "0.05",
        "SHUTDOWN_GRACE": "2",
        "LOG_LEVEL": "ERROR",
    }


@pytest.fixture
def engine(engine_environ: dict[str, str]) -> Iterator[Engine]:
    """The engine on a database of this test's own."""
    found = Engine(engine_environ)
    for table in TABLES:
        found.connection.execute(table)
    yield found
    found.close()


@pytest.fixture
def nursery(engine: Engine) -> Iterator[Nursery]:
    """Workers of that engine."""
    found = Nursery(engine.environ)
    yield found
    found.close()


@pytest.fixture
def server() -> Iterator[ProtocolServer]:
    """A provider of models that keeps account of its calls."""
    with ProtocolServer() as running:
        yield running


@pytest.fixture
def priced(engine_environ: dict[str, str], server: ProtocolServer) -> Iterator[Installation]:
    """An installation whose one provider costs something; an attempt that is spent is the last one."""
    provider = server.provider(price_in=1.0, price_out=10.0, timeout=60)
    environ = {**engine_environ, **MONEY, "RATE_LIMITS": "off", "MAX_JOB_RETRIES": "0"}
    installation = Installation(with_providers(environ, provider))
    yield installation
    installation.close()


@pytest.fixture
def workers(priced: Installation) -> Iterator[Nursery]:
    """Its workers, as they are shipped."""
    found = Nursery(priced.environ)
    yield found
    found.close()


@pytest.fixture
def tally(request: pytest.FixtureRequest, record_property: Callable[[str, Any], None]) -> Tally:
    """Say what was tried how often and what came of it: ``tally(harness, trials, result)``."""

    def note(harness: str, trials: int | str, result: str) -> None:
        record_property(RESULT, json.dumps([harness, str(trials), result]))

    return note


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table: harness, trials, result."""
    rows: list[tuple[str, str, str]] = []
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, ()):
            lines = [json.loads(value) for name, value in report.user_properties if name == RESULT]
            if outcome == "failed":
                rows.append((report.nodeid.rpartition("::")[2], "", "FAILED"))
            rows += [(line[0], line[1], line[2]) for line in lines]
    if rows:
        widths = [max(len(row[column]) for row in rows) for column in range(2)]
        terminalreporter.section("what was shaken, and what came of it")
        for harness, trials, result in rows:
            terminalreporter.write_line(f"{harness:<{widths[0]}}  {trials:>{widths[1]}}  {result}")
