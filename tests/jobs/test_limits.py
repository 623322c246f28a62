"""Limits hold over all claimers, are always filled, and keep nobody back who does not fall under them."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from backend.jobs import Job, store
from backend.jobs.admission import limit_store
from backend.jobs.admission.limits import limits_overview, remove_limit, set_limit
from backend.jobs.outcome import Settlement
from backend.jobs.registry import queue_names
from backend.jobs.runtime import worker_store
from backend.jobs.runtime.limited_claim import Claims
from tests.jobs.engine import Engine

Claimed = tuple[Job, uuid.UUID]
SECONDS_LATER = Settlement("queued", "retried", "later", "retry", pause=60.0)
AGAIN = Settlement("queued", "released", "again", "released", spends=False)
FAILED = Settlement("failed", "failed", error_code="no", error_message="No.")


def claim(engine: Engine, limit: int = 1, connection: psycopg.Connection[Any] | None = None) -> list[Claimed]:
    """Claim as a worker does, under limits too."""
    token = uuid.uuid4()
    jobs = Claims().take(
        connection or engine.connection,
        queues=queue_names(),
        limit=limit,
        token=token,
        worker_id=engine.register(),
        lease=30.0,
        lead=False,
    )
    return [(job, token) for job in jobs]


def complete(engine: Engine, *claimed: Claimed) -> None:
    """End runs well."""
    store.complete(engine.connection, 1, [(job.id, token, "{}") for job, token in claimed], lead=False)


def settle(engine: Engine, claimed: Claimed, settlement: Settlement) -> None:
    """End a run otherwise."""
    job, token = claimed
    assert store.settle(engine.connection, 1, [(job.id, token, settlement)], lead=False)


def names(claimed: list[Claimed]) -> list[str]:
    return [job.request_data["name"] for job, _ in claimed]


def echo(engine: Engine, name: str, **options: Any) -> Job:
    return engine.enqueue("sample_echo", {"name": name}, **options)


# --- each scope --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scope", ["queue", "user", "type", "key"])
def test_no_more_than_the_limit_run_and_the_next_comes_when_one_ends(engine: Engine, scope: str) -> None:
    key = {"queue": "default", "user": str(engine.user_id), "type": "sample_echo", "key": "shared"}[scope]
    set_limit(engine.connection, scope, key, 2)
    for number in range(5):
        echo(engine, str(number), limit_key="shared")
    first = claim(engine, 5)
    assert names(first) == ["0", "1"]
    assert claim(engine, 5) == []
    complete(engine, first[0])
    second = claim(engine, 5)
    assert names(second) == ["2"]
    complete(engine, first[1], second[0])
    assert names(claim(engine, 5)) == ["3", "4"]


@pytest.mark.parametrize("scope", ["queue", "user", "type", "key"])
def test_a_limit_for_each_is_one_for_each(engine: Engine, scope: str) -> None:
    set_limit(engine.connection, scope, "*", 1)
    for number in range(3):
        echo(engine, f"a{number}", limit_key="a")
    other = {"user_id": engine.user()} if scope == "user" else {"limit_key": "b"}
    job_type = "sample_other_queue" if scope in ("queue", "type") else "sample_echo"
    for number in range(3):
        engine.enqueue(job_type, {"name": f"b{number}"}, **other)
    assert sorted(names(claim(engine, 6))) == ["a0", "b0"]


def test_a_limit_of_its_own_goes_before_that_for_each(engine: Engine) -> None:
    set_limit(engine.connection, "user", "*", 1)
    set_limit(engine.connection, "user", str(engine.user_id), 3)
    other = engine.user()
    for number in range(5):
        echo(engine, f"mine {number}")
        echo(engine, f"theirs {number}", user_id=other)
    found = Counter(name.split()[0] for name in names(claim(engine, 10)))
    assert found == {"mine": 3, "theirs": 1}


def test_a_job_needs_a_slot_of_each_of_its_limits(engine: Engine) -> None:
    set_limit(engine.connection, "type", "sample_echo", 2)
    set_limit(engine.connection, "key", "*", 1)
    echo(engine, "a1", limit_key="a")
    echo(engine, "a2", limit_key="a")
    echo(engine, "b1", limit_key="b")
    echo(engine, "c1", limit_key="c")
    first = claim(engine, 4)
    assert names(first) == ["a1", "b1"]
    complete(engine, first[0])
    assert names(claim(engine, 4)) == ["a2"]


def test_who_waits_for_one_limit_leaves_the_slots_of_others_to_others(engine: Engine) -> None:
    """The jobs that wait for the type need the slots of a person too, and must not sit on them."""
    set_limit(engine.connection, "type", "sample_echo", 1)
    set_limit(engine.connection, "user", "*", 2)
    for number in range(4):
        echo(engine, f"echo {number}")
    engine.enqueue("sample_other_queue", {"name": "other 1"})
    engine.enqueue("sample_other_queue", {"name": "other 2"})
    first = claim(engine, 6)
    assert sorted(names(first)) == ["echo 0", "other 1"]
    complete(engine, next(pair for pair in first if pair[0].job_type == "sample_other_queue"))
    assert names(claim(engine, 6)) == ["other 2"]


# --- work goes on ------------------------------------------------------------------------------------------------------


def test_a_backlog_under_a_limit_keeps_nobody_else_back(engine: Engine) -> None:
    set_limit(engine.connection, "user", str(engine.user_id), 1)
    for number in range(600):
        echo(engine, f"flood {number}")
    # Behind all of them by the clock.
    other = engine.user()
    late = echo(engine, "other", user_id=other)
    engine.connection.execute("UPDATE ai_job SET sort_key = sort_key + 10^12 WHERE id = %s", (late.id,))
    assert names(claim(engine, 1)) == ["flood 0"]
    assert names(claim(engine, 1)) == ["other"]


def test_parked_jobs_are_not_looked_at_again(engine: Engine) -> None:
    set_limit(engine.connection, "type", "sample_echo", 1)
    for number in range(20):
        echo(engine, str(number))
    claim(engine, 5)
    claim(engine, 5)
    assert engine.count("status = 'queued' AND runnable") == 0
    assert engine.count("blocked_on = 'limit:type:sample_echo' AND NOT runnable") == 19


def test_a_full_queue_is_passed_over_and_nothing_of_it_is_parked(engine: Engine) -> None:
    set_limit(engine.connection, "queue", "default", 1)
    for number in range(5):
        echo(engine, str(number))
    engine.enqueue("sample_other_queue", {"name": "report"})
    assert sorted(names(claim(engine, 5))) == ["0", "report"]
    assert engine.count("blocked_on IS NOT NULL") == 0


def test_a_backlog_under_a_limit_is_no_way_round_the_fair_order(engine: Engine) -> None:
    """Parked jobs are not ready, but they wait: their owner's next job comes after them, not where the queue stands."""
    set_limit(engine.connection, "type", "sample_echo", 1)
    for number in range(20):
        echo(engine, f"flood {number}")
    running = claim(engine, 1)
    assert claim(engine, 1) == []
    assert engine.count("blocked_on IS NOT NULL") == 19
    last = echo(engine, "flood 20")
    echo(engine, "other 0", user_id=engine.user())
    assert claim(engine, 1) == []
    order = []
    while running:
        order += names(running)
        complete(engine, *running)
        running = claim(engine, 1)
    assert order[-1] == "flood 20"
    assert order.index("other 0") <= 3
    assert engine.row(last.id)["status"] == "completed"


# --- whatever ends a claim ---------------------------------------------------------------------------------------------


def lose_worker(engine: Engine, claimed: Claimed) -> None:
    engine.connection.execute(
        "UPDATE ai_job SET lease_until = now() - interval '1 hour' WHERE id = %s", (claimed[0].id,)
    )
    engine.until(lambda: worker_store.rescue(engine.connection, lease=0.2, silence=1.0, held_tokens=[]))


ENDS: dict[str, Callable[[Engine, Claimed], None]] = {
    "complete": complete,
    "fail": lambda engine, claimed: settle(engine, claimed, FAILED),
    "retry": lambda engine, claimed: settle(engine, claimed, SECONDS_LATER),
    "release": lambda engine, claimed: settle(engine, claimed, AGAIN),
    "cancel": lambda engine, claimed: settle(engine, claimed, Settlement("cancelled", "cancelled")),
    "rescue": lose_worker,
    "delete": lambda engine, claimed: engine.connection.execute("DELETE FROM ai_job WHERE id = %s", (claimed[0].id,)),  # type: ignore[dict-item]
}


@pytest.mark.parametrize("end", list(ENDS))
def test_a_slot_is_free_with_the_end_of_its_claim_whatever_that_is(engine: Engine, end: str) -> None:
    set_limit(engine.connection, "type", "sample_echo", 1)
    set_limit(engine.connection, "user", "*", 1)
    for number in range(3):
        echo(engine, str(number))
    first = claim(engine, 3)
    assert names(first) == ["0"]
    assert engine.count("blocked_on IS NOT NULL") == 2
    ENDS[end](engine, first[0])
    free = engine.connection.execute("SELECT count(*) FROM job_slot WHERE job_id IS NULL").fetchone()
    assert free == (2,)
    assert len(claim(engine, 3)) == 1


def test_a_slot_is_not_free_while_the_end_is_not_committed(engine: Engine) -> None:
    set_limit(engine.connection, "type", "sample_echo", 1)
    echo(engine, "0")
    echo(engine, "1")
    [(job, token)] = claim(engine, 2)
    other = engine.connect()
    with other.transaction():
        store.complete(other, 1, [(job.id, token, "{}")], lead=False)
        assert claim(engine, 2) == []
    assert names(claim(engine, 2)) == ["1"]


def test_a_job_that_parks_while_the_slot_is_being_freed_is_not_forgotten(engine: Engine) -> None:
    """The freer looked for parked jobs before this one was: the parker must see that and not park."""
    set_limit(engine.connection, "type", "sample_echo", 1)
    echo(engine, "0")
    [(job, token)] = claim(engine, 2)
    echo(engine, "1")
    other = engine.connect()
    with other.transaction():
        store.complete(other, 1, [(job.id, token, "{}")], lead=False)
        assert claim(engine, 2) == []
    assert engine.count("status = 'queued' AND runnable") == 1  # without any sweep
    assert names(claim(engine, 2)) == ["1"]


# --- changes while it runs ---------------------------------------------------------------------------------------------


def test_raising_a_limit_lets_more_go_and_removing_it_lets_all_go(engine: Engine) -> None:
    set_limit(engine.connection, "type", "sample_echo", 1)
    for number in range(10):
        echo(engine, str(number))
    assert len(claim(engine, 10)) == 1
    set_limit(engine.connection, "type", "sample_echo", 4)
    limit_store.tend(engine.connection)
    assert len(claim(engine, 10)) == 3
    remove_limit(engine.connection, "type", "sample_echo")
    limit_store.tend(engine.connection)
    assert len(claim(engine, 10)) == 6
    assert engine.connection.execute("SELECT count(*) FROM job_slot WHERE NOT extra").fetchone() == (0,)


def test_a_lowered_limit_is_reached_by_ends_before_anything_begins(engine: Engine) -> None:
    set_limit(engine.connection, "type", "sample_echo", 4)
    for number in range(10):
        echo(engine, str(number))
    running = claim(engine, 10)
    assert len(running) == 4
    set_limit(engine.connection, "type", "sample_echo", 2)
    limit_store.tend(engine.connection)
    for left in (3, 2):
        complete(engine, running.pop())
        limit_store.tend(engine.connection)
        assert claim(engine, 10) == [], left
    complete(engine, running.pop())
    limit_store.tend(engine.connection)
    assert len(claim(engine, 10)) == 1


def test_jobs_that_run_when_a_limit_is_made_count(engine: Engine) -> None:
    for number in range(6):
        echo(engine, str(number))
    running = claim(engine, 3)
    set_limit(engine.connection, "type", "sample_echo", 2)
    limit_store.tend(engine.connection)
    assert claim(engine, 3) == []
    complete(engine, running.pop())
    limit_store.tend(engine.connection)
    assert claim(engine, 3) == []
    complete(engine, running.pop())
    limit_store.tend(engine.connection)
    assert len(claim(engine, 3)) == 1


def test_a_slot_whose_holder_vanished_without_a_trace_is_freed_by_the_sweep(engine: Engine) -> None:
    set_limit(engine.connection, "type", "sample_echo", 1)
    echo(engine, "0")
    echo(engine, "1")
    claim(engine, 2)
    with engine.connection.transaction():
        engine.connection.execute("SET LOCAL session_replication_role = replica")  # no trigger sees it
        engine.connection.execute("DELETE FROM ai_job WHERE status = 'processing'")
    limit_store.tend(engine.connection)
    assert names(claim(engine, 2)) == ["1"]


def test_the_overview_says_who_holds_and_who_waits(engine: Engine) -> None:
    set_limit(engine.connection, "type", "sample_echo", 1)
    set_limit(engine.connection, "user", "*", 3)
    for number in range(3):
        echo(engine, str(number))
    claim(engine, 3)
    found = {(row.scope, row.key): (row.slots, row.held, row.waiting) for row in limits_overview(engine.connection)}
    assert found == {("type", "sample_echo"): (1, 1, 2), ("user", "*"): (3, 1, 0)}


# --- whole workers; claimers that race for one slot are in tests/soak/test_limits.py -------------------------------------


def test_workers_finish_everything_under_limits_and_never_exceed_one(engine: Engine) -> None:
    set_limit(engine.connection, "type", "sample_progress", 2)
    set_limit(engine.connection, "user", "*", 3)
    people = [engine.user() for _ in range(4)]
    for number in range(120):
        kind = ("sample_progress", "sample_echo")[number % 2]
        engine.enqueue(kind, {"name": str(number), "times": 2}, user_id=people[number % 4])
    worst: Counter[str] = Counter()

    def look() -> bool:
        for name, held in engine.connection.execute(
            "SELECT 'user', count(*) FROM ai_job WHERE status = 'processing' GROUP BY user_id "
            "UNION ALL SELECT 'type', count(*) FROM ai_job WHERE status = 'processing' AND job_type = 'sample_progress'"
        ).fetchall():
            worst[name] = max(worst[name], held)
        return engine.count("completed_at IS NULL") == 0

    with engine.worker(concurrency=6), engine.worker(concurrency=6):
        engine.until(look)
    assert engine.count("status = 'completed'") == 120
    assert worst["user"] <= 3
    assert worst["type"] <= 2
