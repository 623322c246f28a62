"""Queues: paused and resumed by staff, chosen by name patterns."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

from backend.config import ROOT, Settings, SettingsError
from backend.jobs import JobContext, chain, enqueue_many, registry, task
from backend.jobs.admission.limits import declare_limits, limits_overview, set_limit
from backend.jobs.admission.queues import check_routes, pause_queue, resume_queue
from backend.jobs.engine_settings import use_settings
from backend.jobs.flows.flow_plan import JobSpec
from backend.jobs.runtime import worker_store
from tests.jobs import sample_tasks
from tests.jobs.callers import Caller, assert_problem, with_role
from tests.jobs.engine import Engine
from tests.jobs.test_limits import claim

STANDARD = {"ai", "billing", "default", "exports", "integrations", "notifications", "reports"}


def queue(staff: Caller, name: str) -> dict[str, Any]:
    return next(item for item in staff("GET", "/api/queues").json["items"] if item["name"] == name)


def test_nothing_is_claimed_of_a_paused_queue_and_other_queues_go_on(engine: Engine) -> None:
    engine.enqueue("sample_echo")
    report = engine.enqueue("sample_other_queue")
    pause_queue(engine.connection, "default", by=engine.user_id, reason="repairs")
    assert [job.id for job, _ in engine.claim(5)] == [report.id]
    set_limit(engine.connection, "user", "*", 5)
    assert claim(engine, 5) == []  # under limits neither
    assert resume_queue(engine.connection, "default")
    assert not resume_queue(engine.connection, "default")
    assert len(claim(engine, 5)) == 1


def test_running_jobs_go_on_while_their_queue_is_paused_and_a_resume_wakes_the_worker(engine: Engine) -> None:
    engine.settings = Settings.from_env({**engine.environ, "JOB_PROCESSING_INTERVAL": "3600"})
    running = engine.enqueue("sample_gate", {"name": "running"})
    with engine.worker(concurrency=2):
        assert sample_tasks.reached["running"].wait(30)
        pause_queue(engine.connection, "default", by=None, reason=None)
        waiting = engine.enqueue("sample_echo")
        report = engine.enqueue("sample_other_queue")
        engine.until_status(report.id, "completed")  # the worker has looked since
        assert engine.row(waiting.id)["status"] == "queued"
        sample_tasks.gates["running"].set()
        engine.until_status(running.id, "completed")
        assert engine.row(waiting.id)["status"] == "queued"
        resume_queue(engine.connection, "default")
        engine.until_status(waiting.id, "completed")


def test_staff_see_pause_and_resume_queues(engine: Engine, staff: Caller) -> None:
    engine.enqueue("sample_echo")
    set_limit(engine.connection, "queue", "default", 3)
    set_limit(engine.connection, "user", "*", 2)
    overview = staff("GET", "/api/queues").json
    assert {item["name"] for item in overview["items"]} >= STANDARD
    assert [(limit["scope"], limit["key"], limit["slots"]) for limit in overview["limits"]] == [("user", "*", 2)]
    found = queue(staff, "default")
    assert (found["paused"], found["ready"], found["running"]) == (False, 1, 0)
    assert [(limit["scope"], limit["slots"], limit["source"]) for limit in found["limits"]] == [("queue", 3, "staff")]
    answer = staff("POST", "/api/queues/default/pause", {"reason": "The printer is on fire"})
    assert answer.status_code == 200
    assert (answer.json["paused"], answer.json["reason"]) == (True, "The printer is on fire")
    assert queue(staff, "default")["paused_by"] == str(staff.user_id)
    assert staff("POST", "/api/queues/default/resume").json["paused"] is False
    assert_problem(staff("POST", "/api/queues/nothing/pause", {}), 404)


def test_others_neither_see_nor_pause_queues_and_read_only_staff_only_see(
    engine: Engine, guest: Caller, staff: Caller
) -> None:
    requests: list[tuple[str, str, Any]] = [
        ("GET", "/api/queues", None),
        ("POST", "/api/queues/default/pause", {}),
        ("POST", "/api/queues/default/resume", None),
    ]
    for method, path, body in requests:
        assert_problem(guest(method, path, body), 403)
    with_role(engine, staff, "staff_readonly")
    assert staff("GET", "/api/queues").status_code == 200
    assert_problem(staff("POST", "/api/queues/default/pause", {}), 403)


def test_a_queue_of_another_version_is_paused_and_resumed_as_long_as_there_is_a_trace_of_it(
    engine: Engine, staff: Caller
) -> None:
    job = engine.enqueue("sample_echo")
    engine.connection.execute("UPDATE ai_job SET queue = 'gone' WHERE id = %s", (job.id,))
    assert staff("POST", "/api/queues/gone/pause", {}).json["paused"] is True
    engine.connection.execute("DELETE FROM ai_job")
    assert queue(staff, "gone")["paused"] is True
    answer = staff("POST", "/api/queues/gone/resume")
    assert (answer.status_code, answer.json["name"], answer.json["paused"]) == (200, "gone", False)
    assert "gone" not in {item["name"] for item in staff("GET", "/api/queues").json["items"]}
    for action in ("pause", "resume"):
        assert_problem(staff("POST", f"/api/queues/gone/{action}", {}), 404)


def test_a_queue_that_a_worker_serves_by_name_can_be_paused(engine: Engine, staff: Caller) -> None:
    worker_store.register_worker(engine.connection, "newer", ["of_a_newer_version"], 1)
    assert staff("POST", "/api/queues/of_a_newer_version/pause", {}).json["paused"] is True


# --- routes ------------------------------------------------------------------------------------------------------------


def test_the_first_route_that_fits_the_name_decides_however_a_job_is_made(engine: Engine) -> None:
    use_settings(Settings.from_env({**engine.environ, "QUEUE_ROUTES": "sample_e*=exports, sample_*=billing"}))
    assert engine.enqueue("sample_echo").queue == "exports"
    assert engine.enqueue("sample_other_queue").queue == "billing"
    assert engine.enqueue("sample_echo", queue="ai").queue == "ai"  # the caller knows better
    [many] = enqueue_many(engine.connection, "sample_echo", [{}], user_id=engine.user_id)
    [link] = chain(engine.connection, [JobSpec("sample_echo")], user_id=engine.user_id)
    assert {engine.row(many)["queue"], engine.row(link.id)["queue"]} == {"exports"}


def test_a_route_to_a_queue_that_there_is_not_is_refused_at_start(engine: Engine) -> None:
    settings = Settings.from_env({**engine.environ, "QUEUE_ROUTES": "sample_*=nowhere"})
    with pytest.raises(SettingsError, match=r"^QUEUE_ROUTES: there is no queue called 'nowhere'"):
        check_routes(settings)
    ended = subprocess.run(
        [sys.executable, "worker.py"],
        cwd=ROOT,
        env={**engine.environ, "QUEUE_ROUTES": "sample_*=nowhere"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stderr.startswith("QUEUE_ROUTES: there is no queue")
    assert ended.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LIMITS", "ai=4"),
        ("LIMITS", "queue:ai=0"),
        ("LIMITS", "planet:earth=1"),
        ("LIMITS", "user:*=2,user:*=3"),
        ("LIMITS", "queue:ai=many"),
        ("QUEUE_ROUTES", "reports"),
        ("QUEUE_ROUTES", "a b=reports"),
    ],
)
def test_nonsense_in_limits_and_routes_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name}: "):
        Settings.from_env({name: value})


# --- limits of settings and tasks --------------------------------------------------------------------------------------


def test_limits_of_the_settings_come_and_go_with_them_and_those_of_staff_stay(engine: Engine) -> None:
    def declared(limits: str) -> dict[str, tuple[int, str]]:
        declare_limits(engine.connection, Settings.from_env({**engine.environ, "LIMITS": limits}))
        found = limits_overview(engine.connection)
        return {f"{row.scope}:{row.key}": (row.slots, row.source) for row in found}

    assert declared("queue:ai=4,user:*=2") == {"queue:ai": (4, "settings"), "user:*": (2, "settings")}
    set_limit(engine.connection, "user", "*", 7)
    assert declared("user:*=3,type:x=1") == {"user:*": (7, "staff"), "type:x": (1, "settings")}
    assert declared("") == {"user:*": (7, "staff")}


def test_a_task_may_declare_its_limit_and_what_its_jobs_share(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_tasks", dict(registry._tasks))  # no other test shall have it

    @task("sample_limited", schema=sample_tasks.AnySchema, limit=2, limit_key=lambda request: request["name"])
    def limited(_ctx: JobContext, _request: dict[str, Any]) -> dict[str, Any]:
        return {}

    declare_limits(engine.connection, engine.settings)
    set_limit(engine.connection, "key", "*", 1)
    for account in ("a", "a", "b", "c"):
        engine.enqueue("sample_limited", {"name": account})
    assert sorted(job.request_data["name"] for job, _ in claim(engine, 4)) == ["a", "b"]  # two of the type, one of each
