"""Unique jobs: an equal one is not made while the first stands in its way."""

from __future__ import annotations

import threading
import uuid
from typing import Any

import pytest
from flask import Flask

from backend.jobs import Unique, enqueue
from backend.jobs.registry import find_task
from tests.jobs.callers import Caller, assert_problem, new_guest
from tests.jobs.engine import Engine

BY_NAME = Unique(fields=["name"])


def test_an_equal_job_is_not_made_while_the_first_is_unfinished(engine: Engine) -> None:
    first = engine.enqueued("sample_echo", {"name": "a", "times": 1}, unique=BY_NAME)
    again = engine.enqueued("sample_echo", {"name": "a", "times": 2}, unique=BY_NAME)
    assert (first.created, again.created, again.equal) == (True, False, True)
    assert again.job.id == first.job.id
    assert engine.enqueued("sample_echo", {"name": "b"}, unique=BY_NAME).created
    engine.claim()
    assert not engine.enqueued("sample_echo", {"name": "a"}, unique=BY_NAME).created, "running counts too"


@pytest.mark.parametrize("ending", ["completed", "failed", "cancelled"])
def test_a_finished_job_stands_in_nobodys_way(engine: Engine, ending: str) -> None:
    first = engine.enqueue("sample_echo", {"name": "a"}, unique=BY_NAME)
    end(engine, first.id, ending)
    assert engine.enqueued("sample_echo", {"name": "a"}, unique=BY_NAME).created


def test_without_fields_the_whole_request_counts_and_defaults_are_filled_in_first(engine: Engine) -> None:
    unique = Unique()
    first = engine.enqueue("sample_echo", {"name": "a"}, unique=unique)
    assert engine.enqueue("sample_echo", {"times": 1, "name": "a"}, unique=unique).id == first.id
    assert engine.enqueue("sample_echo", {"times": 2, "name": "a"}, unique=unique).id != first.id


def test_jobs_of_other_people_and_other_types_count_only_when_asked(engine: Engine) -> None:
    first = engine.enqueue("sample_echo", {"name": "a"}, unique=BY_NAME)
    other = engine.user()
    assert engine.enqueued("sample_echo", {"name": "a"}, unique=BY_NAME, user_id=other).created
    assert engine.enqueued("sample_other_queue", {"name": "a"}, unique=BY_NAME).created
    everybody = Unique(fields=["name"], per_user=False)
    shared = engine.enqueue("sample_echo", {"name": "a"}, unique=everybody)
    assert shared.id != first.id
    assert engine.enqueue("sample_echo", {"name": "a"}, unique=everybody, user_id=other).id == shared.id


def test_in_a_window_a_completed_job_still_counts_and_in_the_next_one_it_does_not(engine: Engine) -> None:
    hour = Unique(fields=["name"], window=3600)
    # A transaction's now() decides, so both are in one window if they are in one transaction.
    with engine.connection.transaction():
        first = enqueue(engine.connection, "sample_echo", {"name": "a"}, user_id=engine.user_id, unique=hour).job
        end(engine, first.id, "completed")
        again = enqueue(engine.connection, "sample_echo", {"name": "a"}, user_id=engine.user_id, unique=hour)
        assert (again.created, again.job.id) == (False, first.id)
    bucket = int(engine.row(first.id)["unique_key"].rsplit(":", 1)[1])
    engine.connection.execute(
        "UPDATE ai_job SET unique_key = replace(unique_key, %s, %s) WHERE id = %s",
        (f":{bucket}", f":{bucket - 1}", first.id),
    )
    assert engine.enqueued("sample_echo", {"name": "a"}, unique=hour).created
    created = engine.row(first.id)["created_at"].timestamp()
    assert bucket == int(created // 3600), "windows begin at whole hours of UTC"


def test_a_window_may_ask_for_any_states_but_not_for_less_than_the_unfinished(engine: Engine) -> None:
    once = Unique(fields=["name"], window=1e9, states=("queued", "processing", "completed", "failed", "cancelled"))
    first = engine.enqueue("sample_echo", {"name": "a"}, unique=once)
    end(engine, first.id, "cancelled")
    assert engine.enqueue("sample_echo", {"name": "a"}, unique=once).id == first.id
    for wrong in (("queued",), ("processing", "completed"), ("queued", "processing", "asleep")):
        with pytest.raises(ValueError, match="job"):
            Unique(states=wrong)
    with pytest.raises(ValueError, match="window"):
        Unique(window=0)


def test_a_task_declares_what_is_unique_about_its_jobs(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    task = find_task("sample_echo")
    assert task is not None
    monkeypatch.setitem(task.__dict__, "unique", BY_NAME)
    first = engine.enqueue("sample_echo", {"name": "a"})
    assert engine.enqueue("sample_echo", {"name": "a"}).id == first.id


def test_twenty_at_once_make_one_job(engine: Engine) -> None:
    found: list[Any] = []
    start = threading.Barrier(20)

    def ask(connection: Any) -> None:
        start.wait()
        found.append(enqueue(connection, "sample_echo", {"name": "a"}, user_id=engine.user_id, unique=BY_NAME))

    threads = [threading.Thread(target=ask, args=(engine.connect(),)) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({enqueued.job.id for enqueued in found}) == 1
    assert [enqueued.created for enqueued in found].count(True) == 1
    assert engine.count("true") == 1


def test_a_failing_unique_job_retries_although_an_equal_one_is_asked_for(engine: Engine) -> None:
    first = engine.enqueue("sample_fail", {"name": "a", "times": 1, "code": "flaky"}, unique=BY_NAME)
    engine.enqueue("sample_fail", {"name": "a", "times": 0}, unique=BY_NAME)
    with engine.worker():
        assert engine.until_status(first.id)["attempt"] == 2
    assert engine.count("true") == 1


def test_the_api_gives_the_equal_job_and_says_so(
    engine: Engine,
    guest: Caller,
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    task = find_task("sample_echo")
    assert task is not None
    monkeypatch.setitem(task.__dict__, "unique", Unique(fields=["name"], per_user=False))
    body = {"job_type": "sample_echo", "request_data": {"name": "a"}}
    first, again = guest("POST", "/api/jobs", body), guest("POST", "/api/jobs", body)
    assert again.json["job_id"] == first.json["job_id"]
    assert "equal" in again.json["message"]
    problem = assert_problem(new_guest(app)("POST", "/api/jobs", body), 409)
    assert problem["code"] == "not_unique"
    assert first.json["job_id"] not in str(problem), "whose it is stays hidden"


def end(engine: Engine, job_id: uuid.UUID, status: str) -> None:
    """Finish a job that has not started."""
    engine.connection.execute(
        "UPDATE ai_job SET status = %s, completed_at = clock_timestamp() WHERE id = %s", (status, job_id)
    )
