"""Making many jobs at once: all or none, in order, each with its event and its own place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from backend.db import db
from backend.errors import Unprocessable
from backend.jobs import enqueue_many
from backend.jobs.enqueue_many import MAX_JOBS
from tests.jobs.engine import Engine

SECOND = 1_000_000  # microseconds of virtual time


def requests(count: int) -> list[dict[str, Any]]:
    """So many requests, numbered."""
    return [{"name": str(number)} for number in range(count)]


def test_jobs_come_back_in_the_order_of_their_requests_and_run(engine: Engine) -> None:
    ids = enqueue_many(engine.connection, "sample_echo", requests(250), user_id=engine.user_id)
    assert len(set(ids)) == 250
    assert [engine.row(job_id)["request_data"]["name"] for job_id in ids[:3]] == ["0", "1", "2"]
    assert engine.event_types(ids[200]) == ["queued"]
    assert [job.id for job, _ in engine.claim(20)] == ids[:20]
    engine.connection.execute(
        "UPDATE ai_job SET status = 'queued', claim_token = NULL, lease_until = NULL, worker_id = NULL"
    )
    engine.drain()
    assert engine.count("status = 'completed'") == 250


def test_each_job_advances_its_owner_by_one_place(engine: Engine) -> None:
    other = engine.user()
    enqueue_many(engine.connection, "sample_echo", requests(300), user_id=engine.user_id)
    enqueue_many(engine.connection, "sample_echo", requests(10), user_id=other)
    owners = [job.user_id for job, _ in engine.claim(20)]
    assert owners.count(other) == 10
    after = engine.enqueue()
    row = engine.connection.execute("SELECT max(virtual_time) FROM ai_job WHERE id <> %s", (after.id,)).fetchone()
    assert row is not None
    assert engine.row(after.id)["virtual_time"] == row[0] + SECOND


def test_one_wrong_request_is_named_and_nothing_is_made(engine: Engine) -> None:
    wrong = [*requests(3), {"name": 5}, *requests(2), {"unknown": True}]
    with pytest.raises(Unprocessable) as refused:
        enqueue_many(engine.connection, "sample_echo", wrong, user_id=engine.user_id)
    assert sorted(refused.value.errors) == ["3", "6"]
    assert engine.count("true") == 0


def test_what_cannot_be_stored_is_refused_and_nothing_is_made(engine: Engine) -> None:
    with pytest.raises(Unprocessable):
        enqueue_many(engine.connection, "sample_echo", [*requests(3), {"name": "\x00"}], user_id=engine.user_id)
    assert engine.count("true") == 0


def test_more_than_the_limit_is_refused(engine: Engine) -> None:
    with pytest.raises(Unprocessable) as refused:
        enqueue_many(engine.connection, "sample_echo", requests(MAX_JOBS + 1), user_id=engine.user_id)
    assert refused.value.code == "too_many"
    assert enqueue_many(engine.connection, "sample_echo", [], user_id=engine.user_id) == []
    assert engine.count("true") == 0


def test_they_exist_exactly_if_the_caller_commits(engine: Engine) -> None:
    other = engine.connect()
    with pytest.raises(ZeroDivisionError), other.transaction():
        enqueue_many(other, "sample_echo", requests(3), user_id=engine.user_id)
        raise ZeroDivisionError
    assert engine.count("true") == 0
    with other.transaction():
        enqueue_many(other, "sample_echo", requests(3), user_id=engine.user_id)
        assert engine.count("true") == 0
    assert engine.count("true") == 3


def test_options_hold_for_all(engine: Engine) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)
    ids = enqueue_many(
        engine.connection,
        "sample_echo",
        requests(2),
        user_id=engine.user_id,
        priority="high",
        queue="reports",
        run_at=later,
        max_attempts=7,
        tags=["a"],
        correlation_id="trace-1",
    )
    for job_id in ids:
        row = engine.row(job_id)
        assert (row["priority"], row["queue"], row["run_at"], row["runnable"]) == ("high", "reports", later, False)
        assert (row["max_attempts"], row["tags"], row["correlation_id"]) == (7, ["a"], "trace-1")


def hints_until(listener: psycopg.Connection[Any], channels: set[str]) -> list[psycopg.Notify]:
    """What was heard until every one of the channels had said something."""
    heard = []
    for hint in listener.notifies(timeout=30):
        heard.append(hint)
        if {each.channel for each in heard} >= channels:
            break
    return heard


@pytest.mark.usefixtures("web")
@pytest.mark.parametrize("count", [3, 400])
def test_a_session_sends_one_hint_for_all_with_its_commit(engine: Engine, count: int) -> None:
    listener = engine.connect()
    listener.execute("LISTEN job_ready")
    listener.execute("LISTEN job_event")
    ids = enqueue_many(db.session, "sample_echo", requests(count), user_id=engine.user_id)
    assert list(listener.notifies(timeout=0.2)) == []
    db.session.commit()
    ready, event = sorted(
        hints_until(listener, {"job_ready", "job_event"}), key=lambda hint: hint.channel, reverse=True
    )
    assert ready.payload == "default"
    assert event.payload == ("*" if count > 150 else ",".join(f"{job_id}:1" for job_id in ids))
