"""No request of the dashboard reads a whole table: the plan of every statement that it runs, on tables of some size."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from psycopg.rows import tuple_row

from backend.jobs.store import statement
from bench.dashboard import OWN_PATHS, PATHS
from bench.fill import add_history, add_people, add_queued, settle_table
from tests.jobs.callers import Caller
from tests.jobs.engine import Engine

ENDED, WAITING = 20_000, 6_000
WHOLE = re.compile(r"Seq Scan on ai_job(_event|_attempt|_step|_search)?\b")

Plans = list[tuple[str, str]]


@pytest.fixture
def plans(monkeypatch: pytest.MonkeyPatch) -> Iterator[Plans]:
    """Statement and plan of all that is read through any cursor, be it of the ORM or of the engine."""
    seen: Plans = []
    execute = psycopg.Cursor.execute

    def explained(cursor: Any, query: Any, params: Any = None, **options: Any) -> Any:
        said = query.decode() if isinstance(query, bytes) else str(query)
        text = re.sub(r"^\s*--.*$", "", said, flags=re.MULTILINE).strip()
        if text.startswith(("SELECT", "WITH")) and "ai_job" in text:
            beside = cursor.connection.cursor(row_factory=tuple_row)
            execute(beside, f"EXPLAIN {text}", params)
            seen.append((text, "\n".join(line for (line,) in beside.fetchall())))
        return execute(cursor, query, params, **options)

    monkeypatch.setattr(psycopg.Cursor, "execute", explained)
    yield seen


@pytest.fixture
def filled(engine: Engine, guest: Caller) -> list[str]:
    """A day of jobs, a line behind a worker that knows how long they run, and pages of a job of each kind."""
    others = add_people(engine.connection, 30)
    add_history(engine.connection, ENDED, guest.user_id, others)
    for queue in ("default", "ai"):
        add_queued(engine.connection, WAITING // 2, others, "diagnostic_sleep", "{}", queue)
    settle_table(engine.connection)
    engine.register()
    ((waiting,), (ended,)) = engine.connection.execute(
        "(SELECT id FROM ai_job WHERE status = 'queued' ORDER BY sort_key DESC LIMIT 1) "
        "UNION ALL (SELECT id FROM ai_job WHERE status = 'failed' LIMIT 1)"
    ).fetchall()
    return [f"/api/jobs/{job}{part}" for job in (waiting, ended) for part in ("", "/tree")]


def whole_tables(plans: Plans) -> list[str]:
    return [f"{text}\n{plan}" for text, plan in plans if WHOLE.search(plan)]


def test_nothing_that_the_dashboard_asks_for_reads_a_whole_table(
    engine: Engine, guest: Caller, staff: Caller, filled: list[str], plans: Plans
) -> None:
    for who, paths in ((staff, [*PATHS.values(), *filled]), (guest, list(OWN_PATHS.values()))):
        for path in paths:
            before = len(plans)
            assert who("GET", path).status_code == 200
            assert len(plans) > before or path == "/api/staff/workers", path
            if who is guest:
                walked = [plan for _, plan in plans[before:] if "Backward using pk_ai_job on ai_job" in plan]
                assert walked == [], f"{path} walks over the newer jobs of others"
    assert whole_tables(plans) == []
    told = staff("GET", "/api/jobs?status=queued").json["items"][0]["estimate"]
    assert told["start"] is not None, "a line that is not looked at costs nothing"


def test_a_statement_that_would_is_found(engine: Engine, filled: list[str], plans: Plans) -> None:
    engine.connection.execute(statement("forecast_ahead").replace(" AND runnable", ""), {"ids": [], "most": 10})
    engine.connection.execute("SELECT count(*) FROM ai_job WHERE error_message LIKE '%broke%'")
    assert len(whole_tables(plans)) >= 1
