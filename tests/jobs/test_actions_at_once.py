"""Actions on many jobs and on groups: races, what is left out and why, fairness and cost."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, LiteralString

import psycopg
import pytest

from backend.jobs import JobSpec, actions, enqueue_many, group, store
from backend.jobs.caching.flights import Flights
from backend.jobs.upkeep import duty_store
from tests.jobs import cache_tasks
from tests.jobs.callers import Caller, assert_problem
from tests.jobs.engine import Engine
from tests.jobs.test_actions import act, made
from tests.jobs.test_unique import end

__all__ = ["cache_tasks"]


class Raced(psycopg.errors.UniqueViolation):
    """An equal job was committed while we looked."""

    diag = SimpleNamespace(constraint_name="uq_ai_job_unique")  # type: ignore[assignment]


def failing(times: int, error: Exception, real: Any) -> Any:
    """``real``, but for its first calls."""
    left = [error] * times

    def act(*arguments: Any) -> Any:
        if left:
            raise left.pop()
        return real(*arguments)

    return act


def test_a_retry_tries_again_when_an_equal_job_won_the_race(
    engine: Engine, guest: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = made(guest)
    end(engine, uuid.UUID(job), "failed")
    monkeypatch.setattr(store, "requeue", failing(2, Raced(), store.requeue))
    assert guest("POST", f"/api/jobs/{job}/retry").status_code == 202


def test_a_retry_that_loses_every_race_says_that_it_is_busy(
    engine: Engine, guest: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = made(guest)
    end(engine, uuid.UUID(job), "failed")
    monkeypatch.setattr(store, "requeue", failing(actions.TURNS, Raced(), store.requeue))
    assert assert_problem(guest("POST", f"/api/jobs/{job}/retry"), 409)["code"] == "busy"
    assert engine.row(uuid.UUID(job))["status"] == "failed"


def test_a_violation_of_something_else_is_not_taken_for_a_race(
    engine: Engine, guest: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = made(guest)
    end(engine, uuid.UUID(job), "failed")
    monkeypatch.setattr(store, "requeue", failing(1, psycopg.errors.UniqueViolation(), store.requeue))
    assert_problem(guest("POST", f"/api/jobs/{job}/retry"), 500)


def a_failed_group(engine: Engine, guest: Caller, job_type: str = "sample_echo") -> tuple[uuid.UUID, uuid.UUID]:
    """A group whose only job has failed."""
    made_group = group(engine.connection, [JobSpec(job_type)], user_id=guest.user_id)
    end(engine, made_group.children[0].id, "failed")
    engine.drain()
    assert engine.row(made_group.parent.id)["status"] == "failed"
    return made_group.parent.id, made_group.children[0].id


def test_a_group_that_may_not_be_retried_keeps_no_other_job_from_it(engine: Engine, guest: Caller) -> None:
    internal, _ = a_failed_group(engine, guest, "sample_internal")
    fine, child = a_failed_group(engine, guest)
    single = made(guest)
    end(engine, uuid.UUID(single), "failed")
    answer = act(guest, "retry", ids=[str(internal), str(fine), single])
    assert answer["done"] == 2
    assert answer["skipped"] == [{"job_id": str(internal), "reason": "forbidden"}]
    assert {engine.row(job)["status"] for job in (fine, child, uuid.UUID(single))} == {"queued"}
    assert engine.row(internal)["status"] == "failed"
    assert_problem(guest("POST", f"/api/jobs/{internal}/retry"), 403)


def test_a_group_whose_jobs_completed_although_it_was_cancelled_completes_when_it_is_retried(
    engine: Engine, guest: Caller
) -> None:
    made_group = group(engine.connection, [JobSpec("sample_echo")], user_id=guest.user_id)
    duty_store.promote(engine.connection)
    ((job, token),) = engine.claim()
    guest("DELETE", f"/api/jobs/{made_group.parent.id}")
    store.complete(engine.connection, 1, [(job.id, token, "{}")], lead=True)
    engine.drain()
    assert engine.row(made_group.parent.id)["status"] == "cancelled"
    assert guest("POST", f"/api/jobs/{made_group.parent.id}/retry").status_code == 202
    assert engine.row(made_group.parent.id)["status"] == "completed"


# groups, and what they are not


def test_a_group_has_no_priority_and_is_not_run_again(engine: Engine, guest: Caller) -> None:
    parent = str(group(engine.connection, [JobSpec("sample_echo")], user_id=guest.user_id).parent.id)
    assert assert_problem(guest("PATCH", f"/api/jobs/{parent}", {"priority": "high"}), 409)["code"] == "group"
    assert act(guest, "priority", ids=[parent], priority="high")["skipped"] == [{"job_id": parent, "reason": "group"}]
    assert engine.row(uuid.UUID(parent))["priority"] == "normal"
    engine.drain()
    assert engine.row(uuid.UUID(parent))["status"] == "completed"
    assert assert_problem(guest("POST", f"/api/jobs/{parent}/run-again"), 409)["code"] == "group"


def test_what_this_version_does_not_know_is_not_run_again(engine: Engine, guest: Caller) -> None:
    job = made(guest)
    end(engine, uuid.UUID(job), "completed")
    engine.connection.execute("UPDATE ai_job SET job_type = 'of_an_older_version'")
    assert assert_problem(guest("POST", f"/api/jobs/{job}/run-again"), 409)["code"] == "unknown_job_type"


def test_what_is_run_again_runs_although_its_result_is_stored(engine: Engine, guest: Caller) -> None:
    job = made(guest, "sample_cached", request_data={"name": "a"})
    engine.drain()
    again = guest("POST", f"/api/jobs/{job}/run-again").json
    assert (again["status"], again["cached"]) == ("queued", False)
    engine.drain()
    assert sum(engine.effects().values()) == 2


# priorities of many


def test_raising_the_priority_of_a_crowd_does_not_let_it_overtake_everybody(engine: Engine, guest: Caller) -> None:
    crowd = enqueue_many(engine.connection, "sample_echo", [{} for _ in range(40)], user_id=guest.user_id)
    other = [engine.enqueue(user_id=engine.user_id).id for _ in range(5)]
    assert act(guest, "priority", ids=[str(job) for job in crowd], priority="high")["done"] == 40
    order = [job.id for job, _ in engine.claim(20)]
    assert order[0] == crowd[0], "the first overtakes"
    assert all(place <= 2 * number + 2 for number, place in enumerate(map(order.index, other))), "the others take turns"


def test_no_job_loses_or_gains_by_going_up_and_down(engine: Engine) -> None:
    jobs = enqueue_many(engine.connection, "sample_echo", [{} for _ in range(5)], user_id=engine.user_id)
    engine.enqueue(user_id=engine.user())
    before = [engine.row(job)["sort_key"] for job in jobs]
    for priority in ("urgent", "high", "normal"):
        assert store.change_priority(engine.connection, jobs, priority) == set(jobs)
        now = [engine.row(job)["sort_key"] for job in jobs]
        assert all(key <= old for key, old in zip(now, before, strict=True))
        turns = zip(now[1:], before, strict=False)
        assert all(key >= old for key, old in turns), "the first overtakes, the others move up by one turn at most"
    assert now == before


def test_a_job_that_waits_for_its_time_is_placed_by_its_new_priority_when_that_has_come(
    engine: Engine, guest: Caller
) -> None:
    late = engine.enqueue(user_id=guest.user_id, run_at=datetime.now(UTC) + timedelta(hours=1))
    first = engine.enqueue(user_id=engine.user_id)
    guest("PATCH", f"/api/jobs/{late.id}", {"priority": "high"})
    engine.connection.execute("UPDATE ai_job SET run_at = now() WHERE run_at IS NOT NULL")
    duty_store.promote(engine.connection)
    assert [job.id for job, _ in engine.claim(2)] == [late.id, first.id]


def test_many_are_cancelled_with_few_statements(engine: Engine, guest: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs = [made(guest) for _ in range(6)]
    engine.claim(2)
    parents = [group(engine.connection, [JobSpec("sample_echo")] * 2, user_id=guest.user_id) for _ in range(2)]
    asked: list[str] = []
    real = store.statement

    def counted(name: str) -> LiteralString:
        asked.append(name)
        return real(name)

    monkeypatch.setattr(store, "statement", counted)
    answer = act(guest, "cancel", ids=[*jobs, *(str(parent.parent.id) for parent in parents)])
    assert answer["done"] == 8
    assert len(asked) <= 10
    assert engine.count("status = 'cancelled'") == 4 + 2 + 4
    assert engine.count("status = 'processing' AND cancel_requested_at IS NOT NULL") == 2
    for parent in parents:
        assert engine.event_types(parent.children[0].id) == ["queued", "cancelled"]


def test_all_who_wait_for_one_run_are_cancelled_together_and_the_run_is_stopped(engine: Engine, guest: Caller) -> None:
    jobs = [made(guest, "sample_cached", request_data={"name": "a"}) for _ in range(3)]
    engine.claim()
    Flights(engine.settings)(engine.connection)
    assert act(guest, "cancel", ids=jobs)["done"] == 3
    assert engine.count("NOT hidden AND status = 'cancelled'") == 2
    assert engine.count("NOT hidden AND status = 'processing' AND cancel_requested_at IS NOT NULL") == 1, "the last one"
    Flights(engine.settings)(engine.connection)
    assert engine.count("hidden AND cancel_requested_at IS NOT NULL") == 1
