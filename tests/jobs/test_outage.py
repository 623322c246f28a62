"""A database that is down fills no log."""

from __future__ import annotations

import threading

import psycopg
import pytest
from structlog.testing import capture_logs

from backend.jobs import outage as outage_module
from backend.jobs import store
from backend.jobs.link import Link
from backend.jobs.outage import Outage
from tests.jobs.engine import Engine

GONE = psycopg.OperationalError("the server is gone")


def test_an_outage_is_one_line_at_its_begin_and_one_at_its_end_whoever_notices(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = [100.0]
    monkeypatch.setattr("backend.jobs.outage.time.monotonic", lambda: clock[0])
    outage = Outage()
    with capture_logs() as logs:
        for clock[0] in (100.0, 101.0, 130.0, 159.0):
            outage.lost("claimer", GONE)
            outage.lost("heartbeat", GONE)
        assert [line["event"] for line in logs] == ["database_unreachable"]
        clock[0] = 100.0 + outage_module.REMINDER
        outage.lost("claimer", GONE)
        outage.lost("heartbeat", GONE)
        assert [line.get("seconds") for line in logs] == [None, 60]
        clock[0] = 175.5
        outage.found("claimer")
        assert len(logs) == 2
        outage.found("heartbeat")
        outage.found("heartbeat")
    assert [(line["event"], line["seconds"]) for line in logs[2:]] == [("database_reachable", 75.5)]


def test_a_link_reports_its_loss_once_and_its_return(engine: Engine) -> None:
    with capture_logs() as logs:
        link = Link(engine.url, "test")
        link.attempt(lambda connection: connection.execute("SELECT 1"))
        engine.connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'collabcanvas test' "
            "AND datname = current_database()"
        )
        for _ in range(3):
            try:
                link.attempt(lambda connection: connection.execute("SELECT 1"))
            except psycopg.OperationalError as error:
                link.report(error)
                link.report(error)
        assert [line["event"] for line in logs] == ["database_unreachable", "database_reachable"]
        link.close()


def test_a_link_that_is_closed_while_the_database_is_down_does_not_claim_its_return() -> None:
    outage = Outage()
    link = Link("postgresql://127.0.0.1:1/nothing", "test", outage=outage)
    with capture_logs() as logs:
        link.report(GONE)
        link.close()
        outage.lost("other", GONE)
        outage.found("other")
    assert [line["event"] for line in logs] == ["database_unreachable", "database_unreachable", "database_reachable"]


def test_a_deadlock_is_no_outage(engine: Engine) -> None:
    link = Link(engine.url, "test")
    with capture_logs() as logs:
        link.report(psycopg.errors.DeadlockDetected("deadlock detected"))
        link.attempt(lambda connection: connection.execute("SELECT 1"))
    link.close()
    assert [line["event"] for line in logs] == ["statement_tried_again"]


def test_a_link_insists_through_a_failover_on_a_new_connection(engine: Engine) -> None:
    link = Link(engine.url, "test")
    sessions: list[int] = []

    def write(connection: store.Connection) -> None:
        sessions.append(connection.info.backend_pid)
        if len(sessions) == 1:
            connection.execute("SET default_transaction_read_only = on")  # as on a primary that has become a standby
        connection.execute("UPDATE ai_job SET progress = 0")

    link.insist(write, threading.Event())
    link.close()
    assert len(set(sessions)) == 2


def test_a_link_does_not_insist_on_what_will_always_be_too_large(engine: Engine) -> None:
    link = Link(engine.url, "test")
    with pytest.raises(psycopg.errors.ProgramLimitExceeded):
        link.insist(lambda c: c.execute("SELECT repeat('x', 2000000000)"), threading.Event())
    link.close()
