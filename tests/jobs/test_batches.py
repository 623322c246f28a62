"""Groups over HTTP: made, watched, cancelled whole and retried; steps and children of a job as the API shows them."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from flask import Flask

from backend.jobs import ChainSpec, JobSpec, chain, group, store
from tests.jobs import flow_tasks
from tests.jobs.callers import Caller, assert_problem, new_guest
from tests.jobs.engine import Engine
from tests.jobs.flows import care, statuses, until_all_end
from tests.jobs.sample_tasks import reached

assert flow_tasks.QUICK

ECHO = {"job_type": "sample_echo", "request_data": {"name": "a"}}
LOOKS = {"job_type": "flow_inputs"}
FAILS_ONCE = {"job_type": "flow_two_steps", "request_data": {"times": 1}, "max_attempts": 1}


def batch(caller: Caller, jobs: list[dict[str, Any]], *, key: str | None = None, **fields: Any) -> Any:
    headers = {} if key is None else {"Idempotency_Key": key}
    return caller("POST", "/api/jobs/batch", {"jobs": jobs, **fields}, **headers)


def job(caller: Caller, job_id: str) -> dict[str, Any]:
    answer = caller("GET", f"/api/jobs/{job_id}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json)


def children(caller: Caller, parent_id: str) -> list[dict[str, Any]]:
    return list(caller("GET", f"/api/jobs?parent={parent_id}").json["items"])


def test_a_batch_is_one_job_to_watch(engine: Engine, guest: Caller) -> None:
    answer = batch(guest, [ECHO, ECHO, FAILS_ONCE], then=LOOKS, on_failure="run", summary="Three things")
    assert answer.status_code == 202, answer.text
    parent = answer.json["job_id"]
    assert answer.headers["Location"].endswith(f"/api/jobs/{parent}")
    assert job(guest, parent)["children"] == {"total": 3, "completed": 0, "failed": 0, "cancelled": 0, "running": 0}
    assert [child["parent_id"] for child in children(guest, parent)] == [parent] * 3
    with engine.worker():
        until_all_end(engine)
    body = job(guest, parent)
    assert (body["status"], body["progress"], body["summary"]) == ("completed", 100, "Three things")
    assert body["children"] == {"total": 3, "completed": 2, "failed": 1, "cancelled": 0, "running": 0}
    result = guest("GET", f"/api/jobs/{parent}/result").json["result"]
    assert {name: result[name] for name in ("completed", "failed", "cancelled")} == {
        "completed": 2,
        "failed": 1,
        "cancelled": 0,
    }
    assert sorted(result["jobs"]) == sorted(child["job_id"] for child in children(guest, parent))
    assert "children" not in job(guest, result["jobs"][0])
    assert engine.count("job_type = 'flow_inputs' AND status = 'completed'") == 1


def test_the_steps_of_a_job_are_shown_without_their_results(engine: Engine, guest: Caller, staff: Caller) -> None:
    made = guest("POST", "/api/jobs", {"job_type": "flow_two_steps"}).json["job_id"]
    engine.drain()
    for caller in (guest, staff):
        steps = job(caller, made)["steps"]
        assert [step["name"] for step in steps] == ["first", "second"]
        assert all(set(step) == {"name", "started_at", "ended_at", "duration_ms"} for step in steps)
        assert all(step["duration_ms"] >= 0 and step["started_at"] <= step["ended_at"] for step in steps)


def test_a_wrong_job_is_named_and_nothing_is_made(engine: Engine, guest: Caller) -> None:
    wrong: list[tuple[dict[str, Any], int, str]] = [
        ({"job_type": "no_such_type"}, 422, "job_type"),
        ({"job_type": "sample_echo", "request_data": {"times": "many"}}, 422, "times"),
        ({"job_type": "sample_echo", "priority": "urgent"}, 403, "high"),
        ({"job_type": "sample_internal"}, 403, "application itself"),
        ({"job_type": "sample_staff_only"}, 403, "staff"),
        ({"job_type": "job_group"}, 422, "job_type"),
    ]
    for item, status, said in wrong:
        body = assert_problem(batch(guest, [ECHO, item]), status)
        assert said in str(body)
        if status == 422:
            assert list(body["errors"]["jobs"]) == ["1"]
    assert "then" in assert_problem(batch(guest, [ECHO], then={"job_type": "no_such_type"}), 422)["errors"]
    assert_problem(batch(guest, []), 422)
    assert engine.count("true") == 0


def test_the_same_key_gives_the_same_group(engine: Engine, guest: Caller) -> None:
    first = batch(guest, [ECHO, ECHO], key="once")
    again = batch(guest, [ECHO, ECHO], key="once")
    assert (first.status_code, again.status_code) == (202, 202)
    assert again.json["job_id"] == first.json["job_id"]
    assert engine.count("true") == 3
    assert assert_problem(batch(guest, [ECHO], key="once"), 409)["code"] == "idempotency_key_reused"
    assert_problem(guest("POST", "/api/jobs", ECHO, Idempotency_Key="once"), 409)
    assert engine.count("true") == 3


def test_cancelling_a_group_cancels_all_of_it(engine: Engine, guest: Caller) -> None:
    waits = {"job_type": "sample_wait", "request_data": {"name": "batch", "seconds": 300}}
    parent = batch(guest, [waits, ECHO, ECHO], then=LOOKS).json["job_id"]
    with engine.worker(concurrency=1):
        assert reached["batch"].wait(30)
        answer = guest("DELETE", f"/api/jobs/{parent}")
        assert answer.status_code == 202
        assert answer.json["status"] == "cancelled"
        by_status = sorted(child["status"] for child in children(guest, parent) if child["job_type"] == "sample_echo")
        assert by_status == ["cancelled", "cancelled"]  # before any worker has looked
        until_all_end(engine)
    assert engine.count("status <> 'cancelled'") == 0
    assert engine.effects() == {}
    assert assert_problem(guest("DELETE", f"/api/jobs/{parent}"), 409)["code"] == "already_cancelled"


def test_a_blocked_job_can_be_cancelled(engine: Engine, guest: Caller) -> None:
    first, second = chain(engine.connection, [JobSpec("sample_echo")] * 2, user_id=guest.user_id)
    assert guest("DELETE", f"/api/jobs/{second.id}").status_code == 202
    assert engine.row(second.id)["blocked_on"] is None
    engine.drain()
    assert statuses(engine, first, second) == ["completed", "cancelled"]


def test_retrying_a_failed_group_runs_what_did_not_complete_and_what_comes_after(engine: Engine, guest: Caller) -> None:
    made = group(
        engine.connection,
        [
            JobSpec("flow_inputs"),
            ChainSpec([JobSpec("flow_two_steps", {"times": 1}, max_attempts=1), JobSpec("flow_inputs")]),
        ],
        user_id=guest.user_id,
        then=JobSpec("flow_inputs"),
    )
    assert made.then is not None
    done, failing, skipped = made.children
    with engine.worker():
        until_all_end(engine)
    assert statuses(engine, made.parent, *made.children, made.then) == [
        "failed",
        "completed",
        "failed",
        "cancelled",
        "cancelled",
    ]
    engine.until(lambda: engine.connection.execute("SELECT count(*) FROM ai_job_follow_up").fetchone() == (0,))
    care(engine)
    answer = guest("POST", f"/api/jobs/{made.parent.id}/retry")
    assert answer.status_code == 202, answer.text
    assert statuses(engine, made.parent, *made.children, made.then) == ["queued", "completed"] + ["queued"] * 3
    assert engine.row(skipped.id)["blocked_on"] == engine.row(made.then.id)["blocked_on"] == "jobs"
    with engine.worker():
        until_all_end(engine)
    assert statuses(engine, made.parent, *made.children, made.then) == ["completed"] * 5
    effects = engine.effects()
    assert effects[done.id] == 1
    assert effects[failing.id] == 2  # its two steps, each once: the retry kept the first
    assert engine.row(made.then.id)["started_at"] >= engine.row(skipped.id)["completed_at"]
    assert engine.event_types(made.parent.id)[-1] == "completed"


def test_a_dependent_that_is_retried_by_hand_waits_again_for_what_has_not_ended(engine: Engine, guest: Caller) -> None:
    first, second = chain(engine.connection, [JobSpec("sample_echo"), JobSpec("flow_inputs")], user_id=guest.user_id)
    assert store.cancel_queued(engine.connection, [second.id])
    assert guest("POST", f"/api/jobs/{second.id}/retry").status_code == 202
    assert engine.row(second.id)["blocked_on"] == "jobs"
    with engine.worker():
        until_all_end(engine)
    assert statuses(engine, first, second) == ["completed", "completed"]
    assert engine.row(second.id)["result_data"]["inputs"][0]["status"] == "completed"


def test_a_group_is_nobody_elses_business(app: Flask, engine: Engine, guest: Caller, staff: Caller) -> None:
    parent = batch(guest, [ECHO]).json["job_id"]
    stranger = new_guest(app)
    assert_problem(stranger("GET", f"/api/jobs/{parent}"), 404)
    assert children(stranger, parent) == []
    assert_problem(stranger("DELETE", f"/api/jobs/{parent}"), 404)
    assert_problem(stranger("POST", f"/api/jobs/{parent}/retry"), 404)
    assert [child["parent_id"] for child in children(staff, parent)] == [parent]
    assert engine.row(uuid.UUID(parent))["status"] == "queued"


@pytest.mark.parametrize("count", [1, 201])
def test_a_batch_has_a_bounded_size(guest: Caller, count: int) -> None:
    assert batch(guest, [ECHO] * count).status_code == (202 if count == 1 else 422)
