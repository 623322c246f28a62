"""Logs are JSON, carry the ids that tie a click to its job, and never a secret."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import structlog
from flask import Flask

from backend.config import Settings
from backend.monitoring.logs import configure_logging


@pytest.fixture
def logs(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Logs]:
    written = io.StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    configure_logging(settings, "web")
    try:
        yield Logs(written)
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.reset_defaults()
        structlog.contextvars.clear_contextvars()


class Logs:
    """What was written to stderr."""

    def __init__(self, written: io.StringIO) -> None:
        self.written = written

    def text(self) -> str:
        found = self.written.getvalue()
        self.written.truncate(self.written.seek(0))
        return found

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text().splitlines()]


def test_every_line_is_one_json_object_also_those_of_libraries(logs: Logs) -> None:
    structlog.contextvars.bind_contextvars(job_id="17", attempt=2)
    structlog.get_logger("ours").info("claimed", queue="ai")
    logging.getLogger("some.library").warning("a line with %s", "an argument")
    ours, theirs = logs.lines()
    assert (ours["event"], ours["queue"], ours["job_id"], ours["attempt"]) == ("claimed", "ai", "17", 2)
    assert (theirs["event"], theirs["level"], theirs["job_id"]) == ("a line with an argument", "warning", "17")
    assert ours["process"] == theirs["process"] == "web"
    assert ours["timestamp"].endswith("Z")


def test_secrets_are_hidden_by_name_and_by_look(logs: Logs) -> None:
    structlog.get_logger().info(
        "trouble",
        api_key="k1-very-private",
        headers={"Authorization": "Bearer very-private-2", "Accept": "text/html"},
        error="cannot connect to postgresql://me:very-private-3@db.example.com/x",
        note=["token cc_veryprivate4567 and sk-veryprivate5678", "Authorization: Basic dmVyeS1wcml2YXRlLTY="],
    )
    try:
        raise RuntimeError("postgresql://me:very-private-7@db.example.com")
    except RuntimeError:
        logging.getLogger("library").exception("failed")
    text = logs.text()
    assert "very-private" not in text and "veryprivate" not in text and "dmVyeS1wcml2YXRl" not in text
    assert "db.example.com" in text and "text/html" in text and "RuntimeError" in text


def test_people_get_text_if_they_want_it(settings: Settings, logs: Logs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", logs.written)  # pytest has put its own there after the fixtures
    configure_logging(replace(settings, log_format="console"), "worker")
    structlog.get_logger().info("claimed", queue="ai")
    line = logs.text()
    assert "claimed" in line and "queue=ai" in line and not line.startswith("{")


def test_a_request_is_logged_once_without_its_query(app: Flask, logs: Logs) -> None:
    answer = app.test_client().get("/api/auth/me?token=very-private", headers={"X-Request-ID": "abc-1"})
    assert answer.headers["X-Request-ID"] == "abc-1"
    (line,) = [line for line in logs.lines() if line["event"] == "request"]
    assert (line["method"], line["path"], line["status"]) == ("GET", "/api/auth/me", 401)
    assert line["request_id"] == line["correlation_id"] == "abc-1"
    assert "very-private" not in json.dumps(line)


@pytest.mark.parametrize("given", ["", "with blank", "x" * 129, 'quote"', "ü"])
def test_a_useless_request_id_is_replaced(given: str, app: Flask) -> None:
    answer = app.test_client().get("/health", headers={"X-Request-ID": given.encode().decode("latin-1")})
    assert answer.headers["X-Request-ID"] != given
    assert len(answer.headers["X-Request-ID"]) == 32


def test_probes_are_silent_as_long_as_all_is_well(app: Flask, logs: Logs) -> None:
    app.test_client().get("/health")
    assert logs.lines() == []
    app.test_client().get("/ready")  # nobody listens in this process
    assert [line["status"] for line in logs.lines()] == [503]
