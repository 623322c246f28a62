"""Retrying by hand what others need, and what needs others."""

from __future__ import annotations

from typing import Any

import pytest

from backend.jobs import GroupSpec, JobSpec, chain, group, then
from backend.jobs.http import action_routes
from tests.jobs import flow_tasks
from tests.jobs.callers import Caller, assert_problem
from tests.jobs.engine import Engine
from tests.jobs.flows import care, inputs, statuses, until_all_end
from tests.jobs.test_actions import act
from tests.jobs.test_unique import end

assert flow_tasks.QUICK

ECHO, LOOKS = JobSpec("sample_echo"), JobSpec("flow_inputs")


def a_failed_chain(engine: Engine, guest: Caller, links: int = 2) -> list[Any]:
    """The first link has failed, the others were cancelled for that."""
    jobs = chain(engine.connection, [LOOKS] * links, user_id=guest.user_id)
    end(engine, jobs[0].id, "failed")
    for _ in range(links):
        care(engine)
    assert statuses(engine, *jobs) == ["failed"] + ["cancelled"] * (links - 1)
    return jobs


def finish(engine: Engine) -> None:
    with engine.worker():
        until_all_end(engine)


def test_what_was_cancelled_for_a_failure_waits_for_the_retried_job_when_it_is_retried_too(
    engine: Engine, guest: Caller
) -> None:
    first, second = a_failed_chain(engine, guest)
    assert guest("POST", f"/api/jobs/{first.id}/retry").status_code == 202
    assert guest("POST", f"/api/jobs/{second.id}/retry").status_code == 202
    row = engine.row(second.id)
    assert (row["status"], row["blocked_on"]) == ("queued", "jobs")
    finish(engine)
    assert statuses(engine, first, second) == ["completed", "completed"]
    assert inputs(engine, second) == [(str(first.id), "completed")]


def test_a_whole_chain_is_retried_at_once_in_any_order(engine: Engine, guest: Caller) -> None:
    jobs = a_failed_chain(engine, guest, links=3)
    assert act(guest, "retry", ids=[str(job.id) for job in reversed(jobs)])["done"] == 3
    assert [engine.row(job.id)["blocked_on"] for job in jobs] == [None, "jobs", "jobs"]
    finish(engine)
    assert statuses(engine, *jobs) == ["completed"] * 3


def test_what_needs_a_failed_job_is_not_retried_without_it_and_says_so(engine: Engine, guest: Caller) -> None:
    first, second = a_failed_chain(engine, guest)
    problem = assert_problem(guest("POST", f"/api/jobs/{second.id}/retry"), 409)
    assert (problem["code"], problem["needs"]) == ("need_failed", str(first.id))
    skipped = [{"job_id": str(second.id), "reason": "need_failed"}]
    assert act(guest, "retry", ids=[str(second.id)])["skipped"] == skipped
    assert statuses(engine, first, second) == ["failed", "cancelled"]


def test_once_the_needed_job_has_completed_the_dependent_is_retried_as_any_job(engine: Engine, guest: Caller) -> None:
    first, second = a_failed_chain(engine, guest)
    guest("POST", f"/api/jobs/{first.id}/retry")
    finish(engine)
    care(engine)
    assert statuses(engine, first, second) == ["completed", "cancelled"]
    assert guest("POST", f"/api/jobs/{second.id}/retry").status_code == 202
    assert engine.row(second.id)["blocked_on"] is None
    finish(engine)
    assert inputs(engine, second) == [(str(first.id), "completed")]


def test_a_retried_job_that_fails_again_takes_the_waiting_one_with_it_again(engine: Engine, guest: Caller) -> None:
    first, second = a_failed_chain(engine, guest)
    act(guest, "retry", ids=[str(first.id), str(second.id)])
    end(engine, first.id, "failed")
    care(engine)
    assert statuses(engine, first, second) == ["failed", "cancelled"]
    assert str(first.id) in engine.row(second.id)["progress_message"]


def test_a_job_that_still_waits_for_another_waits_for_the_retried_one_too(engine: Engine, guest: Caller) -> None:
    failed, open_one = engine.enqueue(user_id=guest.user_id), engine.enqueue(user_id=guest.user_id)
    last = then(engine.connection, [failed, open_one], LOOKS, user_id=guest.user_id, on_failure="run")
    end(engine, failed.id, "failed")
    care(engine)
    assert guest("POST", f"/api/jobs/{failed.id}/retry").status_code == 202
    end(engine, open_one.id, "completed")
    care(engine)
    assert engine.row(last.id)["blocked_on"] == "jobs"
    finish(engine)
    assert inputs(engine, last) == [(str(failed.id), "completed"), (str(open_one.id), "completed")]


def test_an_open_group_waits_for_a_child_that_is_retried(engine: Engine, guest: Caller) -> None:
    made = group(engine.connection, [LOOKS, LOOKS], user_id=guest.user_id)
    child, other = made.children
    end(engine, child.id, "failed")
    care(engine)
    assert guest("POST", f"/api/jobs/{child.id}/retry").status_code == 202
    end(engine, other.id, "completed")
    care(engine)
    assert statuses(engine, made.parent) == ["queued"]
    finish(engine)
    assert statuses(engine, made.parent, child, other) == ["completed"] * 3


def test_what_has_run_already_keeps_what_it_saw(engine: Engine, guest: Caller) -> None:
    first, second = chain(engine.connection, [LOOKS, LOOKS], user_id=guest.user_id, on_failure="run")
    end(engine, first.id, "failed")
    finish(engine)
    assert guest("POST", f"/api/jobs/{first.id}/retry").status_code == 202
    finish(engine)
    query = "SELECT outcome FROM ai_job_dependency WHERE job_id = %s"
    assert engine.connection.execute(query, (second.id,)).fetchone() == ("failed",)


def test_a_needed_job_that_is_left_as_it_is_keeps_its_end_for_those_who_need_it(engine: Engine, guest: Caller) -> None:
    first, second = a_failed_chain(engine, guest)
    # An equal job stands in the way of the first one.
    engine.connection.execute(
        "UPDATE ai_job SET unique_key = 'k', unique_states = '{queued}' WHERE id = %s", (first.id,)
    )
    rival = engine.enqueue(user_id=guest.user_id)
    engine.connection.execute(
        "UPDATE ai_job SET unique_key = 'k', unique_states = '{queued}' WHERE id = %s", (rival.id,)
    )
    answer = act(guest, "retry", ids=[str(first.id), str(second.id)])
    assert (answer["done"], answer["skipped"][0]["reason"]) == (1, "equal_job_waits")
    care(engine)
    assert statuses(engine, first, second) == ["failed", "cancelled"]


def test_a_group_whose_jobs_need_a_failed_one_says_so(engine: Engine, guest: Caller) -> None:
    first, parent = chain(engine.connection, [ECHO, GroupSpec([ECHO, ECHO])], user_id=guest.user_id)
    end(engine, first.id, "failed")
    for _ in range(3):
        care(engine)
    assert engine.row(parent.id)["status"] in ("failed", "cancelled")
    problem = assert_problem(guest("POST", f"/api/jobs/{parent.id}/retry"), 409)
    assert (problem["code"], problem["needs"]) == ("need_failed", str(first.id))
    assert engine.row(parent.id)["status"] in ("failed", "cancelled")
    assert act(guest, "retry", ids=[str(parent.id)])["skipped"][0]["reason"] == "need_failed"
    answer = act(guest, "retry", ids=[str(first.id), str(parent.id)])
    assert answer["done"] == 2
    finish(engine)
    assert statuses(engine, first, parent) == ["completed", "completed"]


def test_a_filter_retries_chains_whole_although_it_finds_their_ends_first(
    engine: Engine, guest: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(action_routes, "BATCH", 1)
    jobs = a_failed_chain(engine, guest, links=3)
    assert act(guest, "retry", filter={}) == {"done": 3, "skipped": [], "more": False, "dry_run": False}
    finish(engine)
    assert statuses(engine, *jobs) == ["completed"] * 3
