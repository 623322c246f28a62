"""A database that is down fills no log."""

from __future__ import annotations

import psycopg
import pytest
from structlog.testing import capture_logs

from backend.jobs import outage as outage_module
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
