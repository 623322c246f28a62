"""The dashboard's figures, filters, trees and pages of jobs, and what staff look at."""

from __future__ import annotations

import itertools
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from backend.jobs.upkeep.courses import COURSES, cumulated
from backend.jobs.upkeep.gauge import note_gauge
from backend.jobs.upkeep.rollup import roll_up_all
from tests.jobs.callers import Caller, assert_problem, new_guest, with_role
from tests.jobs.engine import Engine

NOBODYS = "00000000-0000-7000-8000-000000000000"


def submit(caller: Caller, job_type: str = "sample_echo", **options: Any) -> str:
    answer = caller("POST", "/api/jobs", {"job_type": job_type, **options})
    assert answer.status_code == 202, answer.text
    return str(answer.json["job_id"])


def worked(engine: Engine) -> None:
    """What waits has run, a little while ago, and is counted."""
    engine.drain()
    engine.connection.execute(
        "UPDATE ai_job SET completed_at = completed_at - interval '5 seconds' WHERE completed_at IS NOT NULL"
    )
    roll_up_all(engine.connection)


@pytest.mark.parametrize("scope", ["own", "all"])
@pytest.mark.parametrize("span", ["hour", "day"])
def test_the_four_figures_are_what_is(engine: Engine, guest: Caller, staff: Caller, scope: str, span: str) -> None:
    who = with_role(engine, guest, "staff") if scope == "all" else guest
    for _ in range(3):
        submit(guest)
    submit(guest, "sample_fail", max_attempts=1)
    worked(engine)
    for _ in range(4):
        submit(guest)
    engine.claim(1)
    note_gauge(engine.connection)
    found = who("GET", f"/api/jobs/overview?scope={scope}&span={span}").json
    assert (found["running"]["value"], found["waiting"]["value"], found["failed_today"]["value"]) == (1, 3, 1)
    assert 0 <= found["usual_wait"]["value"] < 60
    assert {len(found[name]["points"]) for name in ("running", "waiting", "failed_today", "usual_wait")} == {
        COURSES[span].points
    }
    assert sum(point["value"] for point in found["failed_today"]["points"]) == 1
    assert found["waiting"]["points"][-1]["value"] == pytest.approx(3, abs=3)
    later = (datetime.now(UTC) + timedelta(hours=1)).isoformat().replace("+", "%2B")
    assert who("GET", f"/api/jobs/overview?scope={scope}&day={later}").json["failed_today"]["value"] == 0


def test_everybodys_figures_and_names_are_for_staff(app: Flask, engine: Engine, guest: Caller) -> None:
    for path in (
        "/api/jobs/overview?scope=all",
        "/api/jobs/facets?scope=all",
        "/api/staff/queues",
        "/api/staff/course",
    ):
        assert_problem(guest("GET", path), 403)
        assert with_role(engine, new_guest(app), "staff_readonly")("GET", path).status_code == 200
    assert new_guest(app)("GET", "/api/jobs/overview").json["waiting"]["value"] == 0
    for wrong in ("scope=mine", "span=year", "day=today", "day=2026-01-01T00:00:00"):
        assert_problem(guest("GET", f"/api/jobs/overview?{wrong}"), 422)


def test_levels_follow_from_changes() -> None:
    rows = [{"span": -1, "waiting": 2}, {"span": 1, "waiting": -1}, {"span": 3, "waiting": 5}]
    assert cumulated(rows, 5, "waiting") == [2, 1, 1, 6, 6]


def test_facets_are_what_there_is_to_filter_by(engine: Engine, guest: Caller, app: Flask) -> None:
    submit(guest, tags=["red", "blue"])
    submit(guest, tags=["red"])
    submit(new_guest(app), tags=["secret"])
    found = guest("GET", "/api/jobs/facets").json
    assert found["tags"] == ["red", "blue"]
    assert "ai" in found["queues"]
    assert {"name": "sample_echo", "queue": "default", "access": "user"} in found["types"]


def test_a_group_is_a_tree(app: Flask, engine: Engine, guest: Caller) -> None:
    body = {"jobs": [{"job_type": "sample_echo"}] * 3, "then": {"job_type": "sample_echo"}, "summary": "Three"}
    group = guest("POST", "/api/jobs/batch", body).json["job_id"]
    tree = guest("GET", f"/api/jobs/{group}/tree").json
    assert tree["root_id"] == group and not tree["truncated"]
    root, *children = tree["items"]
    assert (root["job_id"], root["depth"], root["children"]["total"]) == (group, 0, 3)
    assert [child["depth"] for child in children] == [1] * len(children)
    assert set(root["needs"]) <= {child["job_id"] for child in children}
    leaf = guest("GET", f"/api/jobs/{children[0]['job_id']}/tree").json
    assert leaf["root_id"] == group  # whichever job of it one looks at
    single = submit(guest)
    assert len(guest("GET", f"/api/jobs/{single}/tree").json["items"]) == 1
    assert_problem(new_guest(app)("GET", f"/api/jobs/{group}/tree"), 404)
    assert_problem(guest("GET", f"/api/jobs/{NOBODYS}/tree"), 404)


def test_a_job_tells_its_life_without_gaps(engine: Engine, guest: Caller) -> None:
    job = submit(guest, "sample_fail", max_attempts=2, request_data={"times": 5})
    assert [each["reason"] for each in guest("GET", f"/api/jobs/{job}").json["timeline"]] == ["queued"]
    engine.drain()
    engine.until_status(uuid.UUID(job), "failed")
    found = guest("GET", f"/api/jobs/{job}").json
    line = found["timeline"]
    assert [each["kind"] for each in line if each["kind"] == "run"] == ["run", "run"]
    assert [each["outcome"] for each in line if each["kind"] == "run"] == ["retried", "failed"]
    assert "retry" in [each.get("reason") for each in line]
    assert line[0]["start"] == found["created_at"] and line[-1]["end"] is not None
    assert all(one["end"] == other["start"] for one, other in itertools.pairwise(line))
    assert found["actions"] == ["retry", "delete", "run_again"]
    guest("POST", f"/api/jobs/{job}/retry")
    again = guest("GET", f"/api/jobs/{job}").json
    assert again["timeline"][-1]["end"] is None
    assert again["actions"] == ["cancel", "priority"]


def test_a_result_is_shown_unless_it_is_large(engine: Engine, guest: Caller) -> None:
    job = submit(guest)
    engine.drain()
    found = guest("GET", f"/api/jobs/{job}").json
    assert found["result"] == guest("GET", f"/api/jobs/{job}/result").json["result"]
    assert found["result_bytes"] > 0
    engine.connection.execute("UPDATE ai_job SET result_data = jsonb_build_object('text', repeat('x', 200000))")
    found = guest("GET", f"/api/jobs/{job}").json
    assert found["result"] is None and found["result_bytes"] > 200_000


def test_queues_say_how_they_stand_and_went(engine: Engine, guest: Caller, staff: Caller) -> None:
    submit(guest)
    submit(guest, "sample_fail", max_attempts=1)
    worked(engine)
    submit(guest)
    submit(guest, run_at=(datetime.now(UTC) + timedelta(hours=1)).isoformat())
    (queue,) = [each for each in staff("GET", "/api/staff/queues").json["items"] if each["name"] == "default"]
    assert (queue["ready"], queue["delayed"], queue["blocked"], queue["running"]) == (1, 1, 0, 0)
    assert (queue["ended"], queue["failed"], queue["per_minute"]) == (2, 1, pytest.approx(2 / 60))
    assert queue["oldest"] and queue["wait_p50"] is not None


def test_workers_say_what_they_run(engine: Engine, guest: Caller, staff: Caller) -> None:
    job = submit(guest)
    worker_id = engine.register()
    engine.claim(worker_id=worker_id)
    (worker,) = [each for each in staff("GET", "/api/staff/workers").json["items"] if each["id"] == worker_id]
    assert (worker["state"], worker["concurrency"], worker["busy"], worker["mode"]) == ("live", 1, 1, "listening")
    (run,) = worker["runs"]
    assert (run["job_id"], run["job_type"], run["user_id"]) == (job, "sample_echo", str(guest.user_id))
    assert run["user_name"].startswith("Guest")
    engine.connection.execute("UPDATE ai_worker SET stopped_at = now()")
    engine.connection.execute("DELETE FROM ai_job")
    assert staff("GET", "/api/staff/workers").json["items"] == []
    assert len(staff("GET", "/api/staff/workers?all=true").json["items"]) >= 1


@pytest.mark.parametrize("scope", ["own", "all"])
def test_everybody_is_told_whether_anybody_works(engine: Engine, guest: Caller, staff: Caller, scope: str) -> None:
    def workers() -> int:
        caller = staff if scope == "all" else guest
        return int(caller("GET", f"/api/jobs/overview?scope={scope}").json["workers"])

    engine.connection.execute("UPDATE ai_worker SET stopped_at = now()")
    assert workers() == 0
    engine.register()
    engine.register()
    assert workers() == 2
    engine.connection.execute("UPDATE ai_worker SET heartbeat_at = now() - interval '1 hour' WHERE stopped_at IS NULL")
    assert workers() == 0  # silent: they have died, or are cut off


@pytest.mark.parametrize("span", sorted(COURSES))
def test_courses_are_columns_of_what_happened(engine: Engine, guest: Caller, staff: Caller, span: str) -> None:
    submit(guest)
    submit(guest, "sample_fail", max_attempts=1)
    worked(engine)
    note_gauge(engine.connection)
    found = staff("GET", f"/api/staff/course?span={span}").json
    columns = [value for value in found.values() if isinstance(value, list)]
    assert {len(column) for column in columns} == {COURSES[span].points}
    assert (sum(found["completed"]), sum(found["failed"])) == (1, 1)
    assert [value for value in found["run_p50"] if value is not None]
    only = staff("GET", f"/api/staff/course?span={span}&type=sample_fail").json
    assert (sum(only["completed"]), sum(only["failed"])) == (0, 1)
    assert set(only["waiting"]) == {None}
    assert sum(staff("GET", f"/api/staff/course?span={span}&queue=exports").json["failed"]) == 0


def test_types_that_fail_and_are_slow_stand_first(engine: Engine, guest: Caller, staff: Caller) -> None:
    for _ in range(3):
        submit(guest)
    submit(guest, "sample_fail", max_attempts=1)
    worked(engine)
    first, second = staff("GET", "/api/staff/types").json["items"]
    assert (first["job_type"], first["failure_rate"], first["jobs"]) == ("sample_fail", 1.0, 1)
    assert first["errors"][0]["jobs"] == 1 and first["errors"][0]["code"]
    assert (second["job_type"], second["completed"], second["failure_rate"], second["errors"]) == (
        "sample_echo",
        3,
        0.0,
        [],
    )
    assert second["run_p50"] <= second["run_p95"]


def test_limits_are_set_by_staff_alone(app: Flask, engine: Engine, guest: Caller, staff: Caller) -> None:
    path = "/api/staff/limits/queue/ai"
    reader = with_role(engine, new_guest(app), "staff_readonly")
    for somebody in (guest, reader):
        assert_problem(somebody("PUT", path, {"slots": 1}), 403)
        assert_problem(somebody("DELETE", path), 403)
    assert staff("PUT", path, {"slots": 2}).json["slots"] == 2
    for wrong in ({}, {"slots": 0}, {"slots": "2"}, {"slots": 10**9}):
        assert_problem(staff("PUT", path, wrong), 422)
    assert_problem(staff("PUT", "/api/staff/limits/planet/earth", {"slots": 1}), 422)


def test_an_estimate_is_in_lists_pages_and_statuses(engine: Engine, guest: Caller) -> None:
    job, other = submit(guest), submit(guest)
    listed = guest("GET", "/api/jobs").json["items"]
    assert [each["estimate"]["position"] for each in listed] == [2, 1]
    assert guest("GET", f"/api/jobs/{other}").json["estimate"]["position"] == 2
    (status,) = guest("POST", "/api/jobs/bulk-status", {"ids": [job]}).json["items"]
    assert status["estimate"]["why_unknown"] == "no_worker"
    engine.drain()
    assert guest("GET", f"/api/jobs/{job}").json["estimate"] is None
