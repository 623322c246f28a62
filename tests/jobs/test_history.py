"""Searching all jobs: by words, facets and time, wherever a job lies, as it is now, and by indexes alone."""

from __future__ import annotations

import dataclasses
import itertools
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event

from backend.db import db
from backend.jobs import actions
from backend.jobs.history import search
from backend.jobs.history.history_keeper import HistoryKeeper, index_all
from backend.jobs.history.job_filter import JobFilter
from backend.jobs.history.search import SearchTimeout, find_ids, limited_time
from tests.jobs.callers import Caller, assert_problem, new_guest, with_role
from tests.jobs.engine import Engine

WORDS = {"name": "Draw the onboarding flow of Ünïcode Straße", "code": "kangaroo", "times": 7}
Q = [
    "onboarding",
    "ONBOARD",
    "flow onboard",
    "ünïc",
    "straße",
    "kangaroo",
    "sample echo",
    "team-7",
    "e.c.h.o",
    "7 draw",
]


def ended(engine: Engine, count: int, **values: Any) -> list[uuid.UUID]:
    """So many jobs that have ended an hour ago."""
    row = {
        "user_id": engine.user_id,
        "job_type": "sample_echo",
        "queue": "default",
        "priority": "normal",
        "status": "completed",
        "error_code": None,
        "error_message": None,
        "summary": None,
        "tags": [],
        **values,
    }
    names = ", ".join(row)
    marks = ", ".join(f"%({name})s" for name in row)
    found = engine.connection.execute(
        f"INSERT INTO ai_job (id, {names}, virtual_time, sort_key, request_data, max_attempts, started_at, completed_at) "
        f"SELECT uuidv7(), {marks}, 0, 0, '{{}}', 4, now() - interval '1 hour', now() - interval '1 hour' + n * interval '1 ms' "
        f"FROM generate_series(1, {count}) AS n RETURNING id",
        row,
    ).fetchall()
    return sorted((job_id for (job_id,) in found), reverse=True)


@pytest.fixture
def far(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything but the newest two jobs is far away."""
    monkeypatch.setattr(search, "NEWEST", 2)
    monkeypatch.setattr(search, "NEWEST_TEXTS", 2)
    monkeypatch.setattr(search, "NEAR", 2)


def found(wanted: JobFilter, limit: int = 50, before: uuid.UUID | None = None) -> list[uuid.UUID]:
    return find_ids(db.session, wanted, limit=limit, before=before)


def test_words_are_found_wherever_they_stand(web: Flask, engine: Engine, far: None) -> None:
    job = engine.enqueue("sample_echo", WORDS, tags=["team-7"])
    other = engine.enqueue("sample_fail", {"name": "Draw something else"})
    engine.connection.execute("UPDATE ai_job SET summary = 'E.C.H.O: an answer' WHERE id = %s", (job.id,))
    for q in Q:
        assert found(JobFilter(q=q)) == [job.id], q  # as it waits
    engine.drain()
    engine.connection.execute("UPDATE ai_job SET completed_at = completed_at - interval '1 minute'")
    ended(engine, 10, job_type="sample_slow")
    assert index_all(engine.connection) == 12
    for q in Q:
        assert found(JobFilter(q=q)) == [job.id], q  # in the history
    assert other.id in found(JobFilter(q="sample fail"))


def test_words_that_do_not_stand_there_find_nothing(web: Flask, engine: Engine) -> None:
    engine.enqueue("sample_echo", WORDS)
    for q in ("boarding", "onboarding zebra", "'; DROP TABLE ai_job", "%", "\\", "&|!:*", "=status:queued", "ueued"):
        assert found(JobFilter(q=q)) == []


def test_an_error_is_found_by_its_words_and_its_code(web: Flask, engine: Engine, far: None) -> None:
    (job,) = ended(engine, 1, status="failed", error_code="quota_spent", error_message="The monthly quota is spent.")
    ended(engine, 10)
    index_all(engine.connection)
    assert found(JobFilter(q="monthly quota")) == [job]
    assert found(JobFilter(error_code="quota_spent")) == [job]
    assert found(JobFilter(statuses=["failed"])) == [job]
    assert found(JobFilter(statuses=["completed"], error_code="quota_spent")) == []


def test_a_whole_id_finds_its_job(web: Flask, engine: Engine) -> None:
    job = engine.enqueue()
    engine.enqueue()
    assert found(JobFilter(q=str(job.id))) == [job.id]


FACETS: list[dict[str, Any]] = [
    {"job_type": "sample_fail"},
    {"queue": "exports"},
    {"priority": "urgent"},
    {"tag": 'it\'s \\ a "tag"'},
    {"statuses": ["failed", "cancelled"]},
]


@pytest.mark.parametrize("facet", FACETS, ids=[next(iter(each)) for each in FACETS])
def test_each_facet_is_found_near_and_far_and_paged(
    web: Flask, engine: Engine, monkeypatch: pytest.MonkeyPatch, facet: dict[str, Any]
) -> None:
    name, value = next(iter(facet.items()))
    columns: dict[str, dict[str, Any]] = {"statuses": {"status": "failed"}, "tag": {"tags": [value]}}
    column = columns.get(name, {name: value})
    wanted: list[uuid.UUID] = []
    for _ in range(4):
        wanted += ended(engine, 3, **column)
        ended(engine, 5)
    index_all(engine.connection)
    wanted.sort(reverse=True)
    for newest, near in itertools.product((1, 9, 100), (1, 9, 100)):
        monkeypatch.setattr(search, "NEWEST", newest)
        monkeypatch.setattr(search, "NEAR", near)
        pages: list[uuid.UUID] = []
        while page := found(JobFilter(**facet), 5, pages[-1] if pages else None):
            pages += page
        assert pages == wanted, (newest, near)


def test_a_job_is_found_as_it_is_now_not_as_it_ended(web: Flask, engine: Engine, far: None) -> None:
    (job,) = ended(engine, 1, status="failed", error_code="boom")
    ended(engine, 10)
    index_all(engine.connection)
    assert found(JobFilter(statuses=["failed"])) == [job]
    from backend.jobs import store

    store.requeue(engine.connection, [job])
    assert found(JobFilter(statuses=["failed"])) == []
    assert found(JobFilter(statuses=["queued"])) == [job]
    assert found(JobFilter(statuses=["queued", "failed"])) == [job]


def test_times_bound_what_is_found(web: Flask, engine: Engine) -> None:
    job = engine.enqueue()
    now = datetime.now(UTC)
    assert found(JobFilter(since=now - timedelta(minutes=1))) == [job.id]
    assert found(JobFilter(until=now - timedelta(minutes=1))) == []
    assert found(
        JobFilter(job_type="sample_echo", since=now - timedelta(minutes=1), until=now + timedelta(minutes=1))
    ) == [job.id]


def test_a_deleted_job_leaves_no_words(web: Flask, engine: Engine) -> None:
    ended(engine, 3)
    index_all(engine.connection)
    engine.connection.execute("DELETE FROM ai_job")
    assert engine.connection.execute("SELECT count(*) FROM ai_job_search").fetchone() == (0,)


def test_the_duty_writes_what_has_ended_once(web: Flask, engine: Engine) -> None:
    ended(engine, 700)
    keeper = HistoryKeeper()
    keeper(engine.connection)
    assert engine.connection.execute("SELECT count(*) FROM ai_job_search").fetchone() == (500,)
    assert keeper(engine.connection) == 5.0
    assert engine.connection.execute("SELECT count(*) FROM ai_job_search").fetchone() == (700,)
    assert index_all(engine.connection) == 0


def test_two_megabytes_of_words_are_cut_and_indexed(web: Flask, engine: Engine) -> None:
    (job,) = ended(engine, 1, summary="giant")
    text = " ".join(uuid.uuid4().hex for _ in range(60_000))
    engine.connection.execute("UPDATE ai_job SET request_data = jsonb_build_object('text', %s::text)", (text,))
    assert index_all(engine.connection) == 1
    assert found(JobFilter(q="giant")) == [job]


@pytest.fixture
def plans(web: Flask) -> Iterator[list[str]]:
    """The plans of all statements that were run through the session."""
    seen: list[str] = []

    def explain(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.lstrip().startswith("SELECT") and "ai_job" in statement:
            rows = connection.connection.dbapi_connection.execute(f"EXPLAIN {statement}", parameters).fetchall()
            seen.append("\n".join(line for (line,) in rows))

    event.listen(db.engine, "before_cursor_execute", explain)
    yield seen
    event.remove(db.engine, "before_cursor_execute", explain)


def test_no_list_scans_the_jobs(engine: Engine, plans: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "NEWEST", 50)
    monkeypatch.setattr(search, "NEAR", 50)
    ended(engine, 12_000, job_type="sample_sleep")
    (rare,) = ended(engine, 1, summary="okapi", tags=["zoo"], user_id=engine.user(), queue="exports")
    ended(engine, 12_000)
    index_all(engine.connection)
    engine.connection.execute("VACUUM ANALYZE ai_job")
    engine.connection.execute("VACUUM ANALYZE ai_job_search")
    for wanted in (JobFilter(q="okapi"), JobFilter(tag="zoo"), JobFilter(queue="exports")):
        assert found(wanted) == [rare]
    for wanted in (
        JobFilter(),
        JobFilter(user_id=engine.user_id),
        JobFilter(statuses=["failed"]),
        JobFilter(statuses=["queued"]),
        JobFilter(statuses=["completed"], job_type="sample_sleep"),
        JobFilter(error_code="none"),
        JobFilter(canvas_id=uuid.uuid4()),
        JobFilter(parent_id=uuid.uuid4()),
        JobFilter(until=datetime.now(UTC) - timedelta(days=3)),
    ):
        found(wanted)
    assert len(plans) > 20
    assert [plan for plan in plans if "Seq Scan on ai_job" in plan] == []


def test_a_search_that_takes_too_long_is_given_up(web: Flask) -> None:
    with pytest.raises(SearchTimeout), limited_time(db.session, 20):
        db.session.execute(db.text("SELECT pg_sleep(5)"))


def test_the_time_limit_ends_with_the_search(web: Flask, engine: Engine) -> None:
    found(JobFilter(q="x"))
    assert db.session.execute(db.text("SHOW statement_timeout")).scalar() == "0"


def test_lists_filter_by_everything_and_say_how_many(engine: Engine, guest: Caller) -> None:
    guest("POST", "/api/jobs/batch", {"jobs": [{"job_type": "sample_echo"}] * 2})
    guest("POST", "/api/jobs", {"job_type": "sample_echo", "priority": "low", "request_data": {"name": "walrus"}})
    assert len(guest("GET", "/api/jobs?top_level=true").json["items"]) == 2
    assert len(guest("GET", "/api/jobs?priority=low").json["items"]) == 1
    assert len(guest("GET", "/api/jobs?q=walr").json["items"]) == 1
    assert guest("GET", "/api/jobs?error_code=nothing").json["items"] == []
    assert guest("GET", "/api/jobs").json["total"] == {"jobs": 4, "exact": True}
    first = guest("GET", "/api/jobs?limit=3").json
    assert first["total"]["jobs"] >= 4 and not first["total"]["exact"]
    assert guest("GET", f"/api/jobs?limit=3&cursor={first['next_cursor']}").json["total"] is None


def test_what_is_found_is_ones_own(app: Flask, engine: Engine, guest: Caller, staff: Caller) -> None:
    guest("POST", "/api/jobs", {"job_type": "sample_echo", "request_data": {"name": "walrus"}})
    assert new_guest(app)("GET", "/api/jobs?q=walrus").json["items"] == []
    (seen,) = staff("GET", "/api/jobs?q=walrus").json["items"]
    assert seen["user_name"].startswith("Guest")
    assert "user_name" not in guest("GET", "/api/jobs?q=walrus").json["items"][0]


def test_the_same_filter_counts_and_acts(app: Flask, engine: Engine, guest: Caller) -> None:
    for text in ("walrus one", "walrus two", "okapi"):
        guest("POST", "/api/jobs", {"job_type": "sample_echo", "request_data": {"name": text}})
    body = {"filter": {"q": "walrus"}, "action": "cancel"}
    counted = guest("POST", "/api/jobs/bulk-action", {**body, "dry_run": True}).json
    assert counted == {"done": 2, "skipped": [], "more": False, "dry_run": True}
    assert engine.count("status = 'cancelled'") == 0
    assert guest("POST", "/api/jobs/bulk-action", body).json["done"] == 2
    assert engine.count("status = 'cancelled'") == 2
    ids = [item["job_id"] for item in guest("GET", "/api/jobs?status=cancelled").json["items"]]
    again = guest("POST", "/api/jobs/bulk-action", {"ids": ids, "action": "cancel", "dry_run": True}).json
    assert again["done"] == 0
    assert {each["reason"] for each in again["skipped"]} == {"already_cancelled"}


def test_read_only_staff_count_and_change_only_their_own(app: Flask, engine: Engine, guest: Caller) -> None:
    reader = with_role(engine, new_guest(app), "staff_readonly")
    job = guest("POST", "/api/jobs", {"job_type": "sample_echo"}).json["job_id"]
    body = {"filter": {}, "action": "cancel"}
    for dry_run in (True, False):
        assert reader("POST", "/api/jobs/bulk-action", {**body, "dry_run": dry_run}).json["done"] == 0
    assert_problem(reader("POST", f"/api/jobs/{job}/run-again"), 403)
    assert reader("GET", f"/api/jobs/{job}").json["actions"] == []
    assert dataclasses.asdict(actions.Acted()) == {"done": [], "skipped": {}}


def test_a_search_says_up_to_when_it_finds_what_has_ended(engine: Engine, staff: Caller) -> None:
    ended(engine, 1)
    index_all(engine.connection)
    engine.connection.execute("UPDATE ai_job_duty SET mark = now() - interval '2 hours' WHERE name = 'index_history'")
    late = staff("GET", "/api/jobs?tag=x").json["found_until"]
    assert datetime.fromisoformat(late) < datetime.now(UTC) - timedelta(hours=1)
    assert staff("GET", "/api/jobs").json["found_until"] is None  # every job is looked at, the newest first
    engine.connection.execute("UPDATE ai_job_duty SET mark = '-infinity' WHERE name = 'index_history'")
    assert staff("GET", "/api/jobs?tag=x").json["found_until"].startswith("1970-01-01")
    index_all(engine.connection)
    assert staff("GET", "/api/jobs?tag=x").json["found_until"] is None
