"""GET /api/jobs/stats and the forced clean-up over HTTP; percentiles from histograms; counts that do not grow with the queue."""

from __future__ import annotations

import math
import random
import uuid
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from backend.jobs import store
from backend.jobs.upkeep import statistics, vacuum
from backend.jobs.upkeep.rollup import roll_up_all
from backend.jobs.upkeep.statistics import TooBusy, installation_statistics, percentile
from tests.clients import Browser
from tests.jobs.engine import Engine


def settled(engine: Engine) -> None:
    """Count what has ended."""
    engine.connection.execute("UPDATE ai_job SET completed_at = completed_at - interval '1 minute'")
    roll_up_all(engine.connection)


def person(app: Flask, engine: Engine, role: str = "user") -> tuple[Browser, uuid.UUID]:
    browser = Browser(app)
    user_id = uuid.UUID(browser.sign_up()["id"])
    engine.connection.execute("UPDATE app_user SET role = %s WHERE id = %s", (role, user_id))
    return browser, user_id


def stats(browser: Browser, query: str = "") -> dict[str, Any]:
    answer = browser.get(f"/api/jobs/stats{query}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json or {})


def test_people_see_counts_of_their_own_jobs_and_staff_of_all(app: Flask, engine: Engine) -> None:
    somebody, user_id = person(app, engine)
    watcher, _ = person(app, engine, "staff_readonly")
    for _ in range(2):
        engine.enqueue(user_id=user_id)
    engine.enqueue("sample_fail", {"times": 9, "code": "final"})
    engine.drain()
    settled(engine)
    engine.enqueue(user_id=user_id)
    engine.enqueue("sample_other_queue")
    own, everything = stats(somebody), stats(watcher)
    assert (own["scope"], everything["scope"]) == ("own", "all")
    assert [(row["state"], row["queue"], row["jobs"]) for row in own["live"]] == [("ready", "default", 1)]
    assert [(row["job_type"], row["status"], row["jobs"]) for row in own["finished"]] == [
        ("sample_echo", "completed", 2)
    ]
    assert {(row["state"], row["queue"], row["jobs"]) for row in everything["live"]} == {
        ("ready", "default", 1),
        ("ready", "reports", 1),
    }
    assert {(row["job_type"], row["error_code"], row["jobs"]) for row in everything["finished"]} == {
        ("sample_echo", "", 2),
        ("sample_fail", "no_way", 1),
    }
    for found, jobs in ((own, (2, 0)), (everything, (2, 1))):
        assert len(found["throughput"]) == 25
        assert (
            sum(hour["completed"] for hour in found["throughput"]),
            sum(hour["failed"] for hour in found["throughput"]),
        ) == jobs
    (times,) = [row for row in everything["times"] if row["job_type"] == "sample_echo"]
    assert times["jobs"] == 2
    assert 0 <= times["run_p50"] <= times["run_p95"]


def test_every_state_of_waiting_is_told_apart(app: Flask, engine: Engine) -> None:
    watcher, _ = person(app, engine, "staff")
    somebody, user_id = person(app, engine)
    jobs = [engine.enqueue(user_id=user_id).id for _ in range(4)]
    engine.claim(1)
    left = [job_id for job_id in jobs if engine.row(job_id)["status"] == "queued"]
    engine.connection.execute(
        "UPDATE ai_job SET runnable = false, run_at = now() + interval '1 h' WHERE id = %s", (left[0],)
    )
    engine.connection.execute("UPDATE ai_job SET runnable = false, blocked_on = 'limit:x' WHERE id = %s", (left[1],))
    for browser in (watcher, somebody):
        assert {row["state"]: row["jobs"] for row in stats(browser)["live"]} == {
            "ready": 1,
            "delayed": 1,
            "blocked": 1,
            "processing": 1,
        }


def test_counting_stops_at_a_bound_and_reads_no_more_rows(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(statistics, "BOUND", 50)
    engine.connection.execute(
        """
        INSERT INTO ai_job (id, user_id, job_type, queue, virtual_time, sort_key, request_data, max_attempts)
        SELECT gen_random_uuid(), %s, 'sample_echo', queue, n, n, '{}', 1
        FROM generate_series(1, 20000) AS n CROSS JOIN (VALUES ('default'), ('reports')) AS known (queue)
        """,
        (engine.user_id,),
    )
    engine.connection.execute("ANALYZE ai_job")
    found = installation_statistics(engine.connection, 24)
    assert [(row["queue"], row["jobs"]) for row in found["live"]] == [("default", 50), ("reports", 50)]
    plan = engine.connection.execute(
        "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + store.statement("count_live_jobs"), {"bound": 50}
    ).fetchone()
    assert plan is not None
    root = plan[0][0]["Plan"]
    assert root["Shared Hit Blocks"] + root["Shared Read Blocks"] < 1000


def test_a_count_that_takes_too_long_is_given_up(app: Flask, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    watcher, _ = person(app, engine, "staff")
    monkeypatch.setattr(statistics, "TIME_LIMIT", 50)
    monkeypatch.setattr(statistics, "statement", lambda _name: "SELECT pg_sleep(30)")
    with pytest.raises(TooBusy):
        installation_statistics(engine.connection, 24)
    answer = watcher.get("/api/jobs/stats")
    assert (answer.status_code, answer.json["code"]) == (503, "statistics_timeout")  # type: ignore[index]


def test_staff_are_warned_of_what_holds_vacuum_back(
    app: Flask, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vacuum.find_holders, "__kwdefaults__", {"seconds": 0.0})
    watcher, _ = person(app, engine, "staff_readonly")
    somebody, _ = person(app, engine)
    session = engine.connect()
    session.autocommit = False
    session.execute("UPDATE app_user SET name = name")
    (warning,) = stats(watcher)["warnings"]
    assert f"process {session.info.backend_pid}" in warning
    assert stats(somebody)["warnings"] == []


def test_staff_clean_up_over_http_and_nobody_else(app: Flask, engine: Engine) -> None:
    boss, boss_id = person(app, engine, "staff")
    watcher, _ = person(app, engine, "staff_readonly")
    somebody, _ = person(app, engine)
    engine.enqueue()
    engine.drain()
    body = {"older_than_days": 0}
    for browser in (watcher, somebody):
        assert browser.post("/api/admin/jobs/cleanup", json=body).status_code == 403
    assert engine.count("job_type = 'clean_up_jobs'") == 0
    answer = boss.post("/api/admin/jobs/cleanup", json=body, headers={"Idempotency-Key": "once"})
    again = boss.post("/api/admin/jobs/cleanup", json=body, headers={"Idempotency-Key": "once"})
    assert answer.status_code == again.status_code == 202
    assert answer.json["job_id"] == again.json["job_id"]  # type: ignore[index]
    engine.drain()
    (row,) = engine.connection.execute("SELECT user_id, status, result_data FROM ai_job").fetchall()
    assert row == (boss_id, "completed", {"removed": 1})


@given(st.lists(st.floats(0.002, 3000), min_size=30, max_size=300), st.sampled_from([0.5, 0.95]))
def test_a_percentile_from_the_histogram_is_within_its_bucket(seconds: list[float], share: float) -> None:
    histogram: dict[int, int] = {}
    for value in seconds:
        bucket = math.floor(2 * math.log2(value * 1000))
        histogram[bucket] = histogram.get(bucket, 0) + 1
    exact = sorted(seconds)[math.ceil(share * len(seconds)) - 1]
    assert exact / 1.42 <= percentile(histogram, share) <= exact * 1.42


def test_the_percentile_of_many_spread_times_is_close_and_of_none_zero() -> None:
    draw = random.Random(5)
    seconds = [draw.lognormvariate(0, 1) for _ in range(5000)]
    histogram: dict[int, int] = {}
    for value in seconds:
        bucket = max(0, math.floor(2 * math.log2(value * 1000)))
        histogram[bucket] = histogram.get(bucket, 0) + 1
    for share in (0.5, 0.95):
        exact = sorted(seconds)[math.ceil(share * 5000) - 1]
        assert percentile(histogram, share) == pytest.approx(exact, rel=0.05)
    assert percentile({}, 0.5) == 0.0
