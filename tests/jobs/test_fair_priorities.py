"""Whatever priorities others use: another user's first job starts behind at most one job of each of them."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from backend.jobs import enqueue_many
from backend.jobs.upkeep import duty_store
from tests.jobs.engine import Engine
from tests.jobs.test_claim import names


def flood(engine: Engine, name: str, count: int, *, user_id: uuid.UUID, priority: str) -> None:
    """Many jobs of one user at once."""
    requests = [{"name": f"{name} {number}"} for number in range(count)]
    enqueue_many(engine.connection, "sample_echo", requests, user_id=user_id, priority=priority)


@pytest.mark.parametrize("priority", ["normal", "high", "urgent"])
@pytest.mark.parametrize("served", [0, 150])
def test_a_newcomer_waits_for_one_job_of_each_active_user(engine: Engine, priority: str, served: int) -> None:
    for number in range(3):
        flood(engine, f"flood {number}", 300, user_id=engine.user(), priority=priority)
    engine.claim(served or 1)
    engine.enqueue("sample_echo", {"name": "newcomer"}, user_id=engine.user())
    assert "newcomer" in names(engine.claim(4))


@pytest.mark.parametrize("priority", ["high", "urgent"])
@pytest.mark.parametrize("at_once", [True, False])
def test_who_waits_already_is_overtaken_by_one_job_of_a_user_not_by_his_flood(
    engine: Engine, priority: str, at_once: bool
) -> None:
    engine.enqueue("sample_echo", {"name": "waiting"}, user_id=engine.user())
    if at_once:
        flood(engine, "flood", 50, user_id=engine.user_id, priority=priority)
    else:
        for number in range(50):
            engine.enqueue("sample_echo", {"name": f"flood {number}"}, priority=priority)
    assert names(engine.claim(2)) == ["flood 0", "waiting"]


def test_a_flood_whose_time_has_come_is_no_privilege(engine: Engine) -> None:
    soon = datetime.now(UTC) + timedelta(hours=1)
    requests = [{"name": f"flood {number}"} for number in range(50)]
    enqueue_many(engine.connection, "sample_echo", requests, user_id=engine.user_id, priority="high", run_at=soon)
    engine.enqueue("sample_echo", {"name": "waiting"}, user_id=engine.user())
    engine.connection.execute("UPDATE ai_job SET run_at = now() WHERE NOT runnable")
    duty_store.promote(engine.connection)
    first = names(engine.claim(2))
    assert "waiting" in first


def test_alone_a_user_s_priorities_hold_among_his_own_jobs(engine: Engine) -> None:
    for priority in ("low", "normal", "high", "urgent"):
        flood(engine, priority, 20, user_id=engine.user_id, priority=priority)
    kinds = [name.split()[0] for name in names(engine.claim(80))]
    assert kinds == ["urgent"] * 20 + ["high"] * 20 + ["normal"] * 20 + ["low"] * 20


def test_a_low_job_that_has_waited_its_time_goes_before_a_newcomer(engine: Engine) -> None:
    flood(engine, "low", 3, user_id=engine.user_id, priority="low")
    engine.enqueue("sample_echo", {"name": "fresh"}, user_id=engine.user())
    assert names(engine.claim(1)) == ["fresh"]
    engine.connection.execute(
        "UPDATE ai_job SET virtual_time = virtual_time - 700000000, sort_key = sort_key - 700000000"
    )
    engine.enqueue("sample_echo", {"name": "newcomer"}, user_id=engine.user())
    assert names(engine.claim(2)) == ["low 0", "newcomer"]


def test_two_floods_of_high_jobs_take_turns_with_a_normal_backlog(engine: Engine) -> None:
    users = {name: engine.user() for name in ("normal", "first", "second")}
    flood(engine, "normal", 60, user_id=users["normal"], priority="normal")
    for name in ("first", "second"):
        flood(engine, name, 60, user_id=users[name], priority="high")
    kinds = [name.split()[0] for name in names(engine.claim(62))]
    assert all(18 <= kinds.count(name) <= 23 for name in users)
