"""The diagnostic tasks: what they are told to do, they do."""

from __future__ import annotations

import uuid

import psycopg
import pytest

from backend.config import Settings
from backend.jobs import RetryableError
from backend.jobs.testing import drain, run_job
from backend.monitoring import tasks

assert tasks


@pytest.fixture
def user_id(database_url: str) -> uuid.UUID:
    found = uuid.uuid4()
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("INSERT INTO app_user (id, name, is_guest) VALUES (%s, 'Somebody', true)", (found,))
    return found


def test_doing_nothing_succeeds(settings: Settings, user_id: uuid.UUID) -> None:
    ran = run_job(settings, "diagnostic_noop", user_id=user_id)
    assert (ran.status, ran.result) == ("completed", {})


def test_a_sleep_reports_its_steps_and_carries_the_payload(
    settings: Settings, user_id: uuid.UUID, database_url: str
) -> None:
    request = {"seconds": 0, "steps": 3, "payload_bytes": 5}
    ran = run_job(settings, "diagnostic_sleep", request, user_id=user_id)
    assert ran.result == {"slept": 0.0, "attempt": 1, "payload": "xxxxx"}
    with psycopg.connect(database_url) as connection:
        progress = connection.execute(
            "SELECT progress, message FROM ai_job_event WHERE job_id = %s AND type = 'progress'", (ran.job.id,)
        ).fetchall()
    assert progress == [(100, "Step 3 of 3")]  # nothing is stored between: only the last report counts


def test_a_sleep_fails_as_often_as_it_was_told_to(settings: Settings, user_id: uuid.UUID) -> None:
    request = {"seconds": 0, "steps": 2, "fail_attempts": 2}
    with pytest.raises(RetryableError, match="Attempt 1 failed"):
        run_job(settings, "diagnostic_sleep", request, user_id=user_id)
    assert [(run.status, run.error_code) for run in drain(settings, hurry=True)] == [
        ("queued", "diagnostic_failure"),
        ("completed", None),
    ]
