"""The end of a job is told to its owner, once, whatever happened on the way."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import psycopg
import pytest
from flask import Flask

from backend.db import db
from backend.jobs import JobSpec, chain
from tests.jobs.engine import Engine
from tests.notifications.conftest import WITHOUT_MODEL, NewPerson, Person, wanting

RUNNING = """
UPDATE ai_job SET status = 'processing', claim_token = gen_random_uuid(), worker_id = 1, lease_until = now() WHERE id = %s
"""
STOPPED = """
UPDATE ai_job
SET status = 'cancelled', claim_token = NULL, worker_id = NULL, lease_until = NULL, completed_at = now()
WHERE id = %s AND cancel_requested_at IS NOT NULL
"""


def test_a_drawing_that_is_done_is_told_with_what_a_link_needs(ada: Person) -> None:
    asked = ada.draw("A -> B")
    assert ada.page() == {"items": [], "next_cursor": None, "unread": 0}
    ada.run()
    (notice,) = ada.page()["items"]
    assert notice["kind"] == "job_completed" and "A -> B" in notice["title"]
    assert (notice["job_id"], notice["canvas_id"]) == (asked["job_id"], asked["canvas_id"])
    assert notice["read_at"] is None and ada.page()["unread"] == 1


def test_nobody_is_told_of_the_jobs_of_others(ada: Person, new_person: NewPerson, staff: Person) -> None:
    ada.draw()
    ada.run()
    assert new_person().told() == [] and staff.told() == []


def test_a_failure_says_why_and_a_retry_by_hand_is_told_again(ada: Person) -> None:
    job_id = ada.draw(WITHOUT_MODEL)["job_id"]
    ada.run()
    (notice,) = ada.page()["items"]
    assert notice["kind"] == "job_failed" and notice["body"] == ada.get(f"/api/jobs/{job_id}").json["error"]["message"]  # type: ignore[index]
    assert ada.post(f"/api/jobs/{job_id}/retry").status_code == 202
    ada.run()
    assert [kind for kind, _ in ada.told()] == ["job_failed", "job_failed"]


def test_attempts_that_failed_on_the_way_are_no_news(staff: Person) -> None:
    staff.submit("diagnostic_sleep", seconds=0, fail_attempts=2)
    staff.run()
    assert staff.told() == [("job_completed", "Sleep 0 s")]


def test_jobs_without_a_title_for_people_are_nobodys_news(staff: Person) -> None:
    staff.submit("diagnostic_noop")
    staff.run()
    assert staff.told() == []


def test_a_group_is_told_as_one(staff: Person) -> None:
    jobs = [{"job_type": "diagnostic_sleep", "request_data": {"seconds": 0}}] * 3
    assert staff.post("/api/jobs/batch", json={"jobs": jobs}).status_code == 202
    staff.run()
    assert staff.told() == [("job_completed", "3 jobs")]


def test_who_cancels_knows_it_already(ada: Person) -> None:
    job_id = ada.draw()["job_id"]
    assert ada.send("DELETE", f"/api/jobs/{job_id}").status_code == 202
    ada.run()
    assert ada.told() == []


def test_whose_job_is_cancelled_by_somebody_else_is_told_by_whom(ada: Person, staff: Person) -> None:
    job_id = ada.draw()["job_id"]
    assert staff.send("DELETE", f"/api/jobs/{job_id}").status_code == 202
    ada.run()
    (notice,) = ada.page()["items"]
    assert (notice["kind"], notice["body"], notice["job_id"]) == ("job_cancelled", "Cancelled by Program", job_id)
    assert staff.told() == []


def test_whose_running_job_is_stopped_by_somebody_else_is_told_once(
    ada: Person, staff: Person, database_url: str
) -> None:
    job_id = ada.draw()["job_id"]
    with psycopg.connect(database_url) as connection:
        connection.execute(RUNNING, [job_id])
    assert staff.send("DELETE", f"/api/jobs/{job_id}").status_code == 202
    with psycopg.connect(database_url) as connection:
        connection.execute(STOPPED, [job_id])
    assert [notice["body"] for notice in ada.page()["items"]] == ["Program asked it to stop"]


def test_many_cancels_at_once_are_told_to_each_owner_who_wants_to_know(
    ada: Person, new_person: NewPerson, staff: Person
) -> None:
    deaf, own = new_person(), staff.submit("diagnostic_sleep", seconds=1)
    jobs = [ada.draw()["job_id"], ada.draw("C -> D")["job_id"], deaf.draw()["job_id"], own]
    events = {"job_completed": True, "job_failed": True, "job_cancelled": False}
    with wanting(deaf, events=events):
        answer = staff.post("/api/jobs/bulk-action", json={"ids": jobs, "action": "cancel"})
        assert answer.status_code == 200, answer.text
    assert [kind for kind, _ in ada.told()] == ["job_cancelled", "job_cancelled"]
    assert deaf.told() == [] and staff.told() == []


def test_a_job_that_could_not_go_on_is_told_with_the_reason(app: Flask, staff: Person) -> None:
    with app.app_context():
        fails = JobSpec("diagnostic_sleep", {"seconds": 0, "fail_attempts": 9}, max_attempts=1)
        chain(db.session, [fails, JobSpec("diagnostic_sleep", {"seconds": 1})], user_id=staff.me["id"])
        db.session.commit()
    staff.run()
    assert staff.told() == [("job_failed", "Sleep 0 s"), ("job_cancelled", "Sleep 1 s")]
    assert staff.page()["items"][0]["body"]


@pytest.fixture
def engine(environ: dict[str, str]) -> Iterator[Engine]:
    """Worker processes on this test's database."""
    found = Engine({**environ, "LOG_LEVEL": "WARNING"})
    yield found
    found.close()


def test_a_worker_that_is_killed_at_the_end_of_its_job_makes_no_second_notice(engine: Engine) -> None:
    """The job runs again on another worker, and one end is written: by whoever holds the claim."""
    job = engine.enqueue("diagnostic_sleep", {"seconds": 0.5, "steps": 10})
    with engine.process() as first:
        engine.until(lambda: engine.row(job.id)["progress"] > 0)
        first.send_signal(signal.SIGKILL)
        with engine.process():
            assert engine.until_status(job.id)["status"] == "completed"
    notices = "SELECT kind, job_id FROM notice WHERE user_id = %s"
    assert engine.connection.execute(notices, [engine.user_id]).fetchall() == [("job_completed", job.id)]


def test_an_end_that_is_not_committed_is_not_told(ada: Person, database_url: str) -> None:
    job_id = ada.draw()["job_id"]
    with psycopg.connect(database_url) as connection:
        end = "UPDATE ai_job SET status = 'failed', completed_at = now(), error_message = 'no' WHERE id = %s"
        connection.execute(end, [job_id])
        assert connection.execute("SELECT kind FROM notice").fetchall() == [("job_failed",)]
        connection.rollback()
    assert ada.told() == []
