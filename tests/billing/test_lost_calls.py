"""Calls whose worker died: lost at what they had come to, counted once whoever else still writes, charged to nobody."""

from __future__ import annotations

import uuid
from typing import Any

from backend.billing import budgets, operations
from backend.billing.operations import Asking, Use
from tests.billing.conftest import Books, Connection


def begun(connection: Connection, user_id: uuid.UUID, job_id: uuid.UUID) -> uuid.UUID:
    return operations.begin(connection, Asking("create_canvas", "ai", "test", "model", user_id, job_id, 700))


def use(tokens: int, **facts: Any) -> Use:
    return Use("ai.flowchart", "model", 100, tokens, cost=100 + tokens * 10, latency_ms=5, success=True, **facts)


def row(connection: Connection, operation_id: uuid.UUID) -> tuple[Any, ...]:
    found = connection.execute(
        "SELECT success, error_code, tokens_in, tokens_out, cost, billable FROM ai_operation WHERE id = %s",
        (operation_id,),
    ).fetchone()
    assert found is not None
    return tuple(found)


def spent(books: Books, connection: Connection) -> int:
    return budgets.budgets_of(connection, books.settings, budgets.ALL)[0].spent


def test_a_lost_call_costs_what_had_come_and_counts_against_the_budget_once(books: Books) -> None:
    with books.connect() as connection:
        user_id = books.person(connection)
        job_id = books.job(connection, user_id)
        grown, silent = begun(connection, user_id, job_id), begun(connection, user_id, job_id)
        operations.grow(connection, grown, use(20))
        operations.grow(connection, grown, use(50))
        assert operations.lose(connection, books.settings, job_id) == 2
        assert row(connection, grown) == (False, "lost", 100, 50, 600, False)
        assert row(connection, silent) == (False, "lost", 0, 0, 0, False)
        assert operations.lose(connection, books.settings, job_id) == 0
        assert spent(books, connection) == 600


def test_a_worker_that_was_only_frozen_adds_what_came_since(books: Books) -> None:
    with books.connect() as connection:
        user_id = books.person(connection)
        job_id = books.job(connection, user_id)
        call = begun(connection, user_id, job_id)
        operations.grow(connection, call, use(50))
        operations.lose(connection, books.settings, job_id)
        operations.end(connection, books.settings, call, user_id, use(80))
        operations.end(connection, books.settings, call, user_id, use(500))
        operations.grow(connection, call, use(900))
        assert row(connection, call) == (True, None, 100, 80, 900, True)
        assert spent(books, connection) == 900


def test_the_sweep_finds_calls_that_nobody_waits_for(books: Books) -> None:
    with books.connect() as connection:
        user_id = books.person(connection)
        running, ended = books.job(connection, user_id), books.job(connection, user_id, "cancelled")
        calls = {name: begun(connection, user_id, job_id) for name, job_id in (("runs", running), ("over", ended))}
        calls["young"] = begun(connection, user_id, ended)
        for call in calls.values():
            operations.grow(connection, call, use(1))
        connection.execute("UPDATE ai_operation SET at = at - interval '2 minutes' WHERE id <> %s", (calls["young"],))
        operations.forget_operations(connection, 100)
        lost = {name: row(connection, call)[1] for name, call in calls.items()}
        assert lost == {"runs": None, "over": "lost", "young": None}
        connection.execute("UPDATE ai_operation SET at = at - interval '2 hours'")
        operations.forget_operations(connection, 100)
        assert {row(connection, call)[1] for call in calls.values()} == {"lost"}
        assert spent(books, connection) == 3 * 110
