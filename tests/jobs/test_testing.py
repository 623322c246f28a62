"""The helpers by which tests run jobs in their own thread."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from backend.config import Settings
from backend.db import db
from backend.jobs import RetryableError, enqueue
from backend.jobs.admission.limits import set_limit
from backend.jobs.outcome import Completed, Snoozed
from backend.jobs.testing import Ran, drain, eager, run_job
from tests.jobs.engine import PATIENCE, Engine


def test_a_job_is_run_in_the_callers_thread_and_leaves_what_a_worker_leaves(engine: Engine) -> None:
    engine.enqueue()  # an older job of the same queue is not the one that was asked for
    before = threading.active_count()
    ran = run_job(engine.settings, "sample_effect", {"name": "x"}, user_id=engine.user_id)
    assert threading.active_count() == before
    assert (ran.status, ran.result, ran.error_code, ran.error) == ("completed", {}, None, None)
    assert isinstance(ran.outcome, Completed)
    assert engine.event_types(ran.job.id) == ["queued", "processing", "partial", "completed"]
    assert [attempt["outcome"] for attempt in engine.attempts(ran.job.id)] == ["completed"]
    assert engine.effects() == {ran.job.id: 1}
    assert engine.count("status = 'queued'") == 1


def test_what_a_handler_raises_is_raised_when_asked_and_written_in_any_case(engine: Engine) -> None:
    with pytest.raises(KeyError, match="secret inner detail"):
        run_job(engine.settings, "sample_fail", {"times": 9, "code": "bug"}, user_id=engine.user_id, max_attempts=1)
    assert engine.count("status = 'failed' AND error_code = 'unexpected'") == 1
    ran = run_job(engine.settings, "sample_fail", {"times": 9}, user_id=engine.user_id, raise_errors=False)
    assert (ran.status, ran.error_code) == ("queued", "flaky")
    assert isinstance(ran.error, RetryableError)
    snoozed = run_job(engine.settings, "sample_fail", {"times": 9, "code": "snooze"}, user_id=engine.user_id)
    assert isinstance(snoozed.outcome, Snoozed)


def test_a_job_that_cannot_run_now_says_so(engine: Engine) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)
    with pytest.raises(RuntimeError, match="cannot run now"):
        run_job(engine.settings, "sample_echo", {}, user_id=engine.user_id, run_at=later)


def test_draining_runs_all_that_can_run_and_with_hurry_what_waits_for_a_time(engine: Engine) -> None:
    now = engine.enqueue("sample_fail", {"times": 2, "code": "retry_after"})
    later = engine.enqueue("sample_echo", {}, run_at=datetime.now(UTC) + timedelta(hours=1))
    ran = drain(engine.settings, hurry=True)
    assert [(run.job.id, run.status) for run in ran if run.job.id == now.id] == [
        (now.id, "queued"),
        (now.id, "queued"),
        (now.id, "completed"),
    ]
    assert engine.row(later.id)["status"] == "completed"
    delayed = engine.enqueue("sample_echo", {}, run_at=datetime.now(UTC) + timedelta(hours=1))
    assert drain(engine.settings) == []
    assert engine.row(delayed.id)["status"] == "queued"
    assert drain(engine.settings, queues=["reports"], hurry=True) == []


def test_jobs_run_under_limits_as_a_worker_would_run_them(engine: Engine) -> None:
    set_limit(engine.connection, "type", "sample_echo", 1)
    assert run_job(engine.settings, "sample_echo", {}, user_id=engine.user_id).status == "completed"
    for _ in range(3):
        engine.enqueue()
    assert [run.status for run in drain(engine.settings)] == ["completed"] * 3


def test_a_job_that_a_limit_keeps_back_says_so_and_what_was_taken_instead_is_given_back(engine: Engine) -> None:
    set_limit(engine.connection, "type", "sample_echo", 1)
    engine.enqueue()
    engine.claim()  # has the only slot
    other = engine.enqueue("sample_effect", {"name": "x"})
    with pytest.raises(RuntimeError, match="cannot run now"):
        run_job(engine.settings, "sample_echo", {}, user_id=engine.user_id)
    assert (engine.row(other.id)["status"], engine.row(other.id)["attempt"]) == ("queued", 0)


def test_draining_ends_however_often_workers_look(engine_environ: dict[str, str]) -> None:
    """Also if they look more often than at those who wait for a run."""
    engine = Engine({**engine_environ, "JOB_PROCESSING_INTERVAL": "0.05"})
    engine.enqueue()
    ran: list[Ran] = []
    thread = threading.Thread(target=lambda: ran.extend(drain(engine.settings)), daemon=True)
    thread.start()
    thread.join(PATIENCE)
    assert [run.status for run in ran] == ["completed"]
    engine.close()


def test_a_task_for_a_child_process_runs_here_too(engine: Engine) -> None:
    from tests.jobs import child_tasks

    assert child_tasks
    ran = run_job(engine.settings, "child_fail", {"code": "snooze"}, user_id=engine.user_id)
    assert isinstance(ran.outcome, Snoozed)


def test_eagerly_a_commit_runs_what_it_enqueued_and_a_rollback_nothing(
    app: Flask, settings: Settings, engine: Engine
) -> None:
    with app.app_context(), eager(settings) as ran:
        enqueue(db.session, "sample_echo", {"name": "never"}, user_id=engine.user_id)
        db.session.rollback()
        assert ran == []
        enqueue(db.session, "sample_echo", {"name": "at once"}, user_id=engine.user_id)
        assert ran == []
        db.session.commit()
        assert [(run.status, run.result and run.result["name"]) for run in ran] == [("completed", "at once")]
    with app.app_context():
        enqueue(db.session, "sample_echo", {}, user_id=engine.user_id)
        db.session.commit()
    assert len(ran) == 1
