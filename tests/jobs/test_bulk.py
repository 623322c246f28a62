"""Many jobs in one request, and the same request once more."""

from __future__ import annotations

import threading
import uuid
from typing import Any, LiteralString

import psycopg
import pytest

from backend.jobs import bulk, registry, store
from backend.jobs.engine_settings import current_settings
from backend.jobs.upkeep.retention import forget_bulk_answers
from tests.jobs import unique_tasks
from tests.jobs.callers import Caller, assert_problem
from tests.jobs.engine import Engine
from tests.jobs.test_unique import end

__all__ = ["unique_tasks"]

ONE = {"job_type": "bulk_unique", "request_data": {"name": "a"}}
PLAIN = {"job_type": "sample_echo", "request_data": {"name": "p"}}


def send(caller: Caller, jobs: list[dict[str, Any]], key: str | None = None) -> Any:
    headers = {} if key is None else {"Idempotency_Key": key}
    return caller("POST", "/api/jobs/bulk", {"jobs": jobs}, **headers)


def ids(answer: Any) -> list[str]:
    assert answer.status_code == 202, answer.text
    return [job["job_id"] for job in answer.json["jobs"]]


@pytest.mark.parametrize("position", [0, 1])
def test_a_request_that_met_an_equal_job_gets_the_same_answer_again_even_when_that_has_ended(
    engine: Engine, guest: Caller, position: int
) -> None:
    (standing,) = ids(send(guest, [ONE]))
    jobs = [PLAIN, PLAIN]
    jobs.insert(position, ONE)
    first = send(guest, jobs, "k")
    assert ids(first)[position] == standing
    end(engine, uuid.UUID(standing), "completed")
    again = send(guest, jobs, "k")
    assert ids(again) == ids(first)
    assert again.json["jobs"][position]["message"] == first.json["jobs"][position]["message"]
    assert again.json["jobs"][position]["status"] == "completed"
    assert engine.count("true") == 3


def test_a_request_of_nothing_but_equal_jobs_is_known_again(engine: Engine, guest: Caller) -> None:
    (standing,) = ids(send(guest, [ONE]))
    assert ids(send(guest, [ONE], "k")) == [standing]
    end(engine, uuid.UUID(standing), "completed")
    assert ids(send(guest, [ONE], "k")) == [standing]
    assert engine.count("true") == 1


def test_the_same_job_twice_in_one_request_is_one(guest: Caller) -> None:
    first = send(guest, [ONE, ONE], "k")
    assert len(set(ids(first))) == 1
    assert ids(send(guest, [ONE, ONE], "k")) == ids(first)


@pytest.mark.parametrize(
    "option", [{"priority": "high"}, {"tags": ["t"]}, {"queue": "ai"}, {"max_attempts": 2}, {"fresh": True}]
)
def test_other_options_are_another_request(guest: Caller, option: dict[str, Any]) -> None:
    send(guest, [PLAIN], "k")
    problem = assert_problem(send(guest, [{**PLAIN, **option}], "k"), 409)
    assert problem["code"] == "idempotency_key_reused"


def test_a_key_of_somebody_else_is_another_key(engine: Engine, guest: Caller, staff: Caller) -> None:
    assert ids(send(guest, [PLAIN], "k")) != ids(send(staff, [PLAIN], "k"))


def test_what_is_removed_is_not_made_again_under_its_key(engine: Engine, guest: Caller) -> None:
    ids(send(guest, [PLAIN, PLAIN], "k"))
    engine.connection.execute("DELETE FROM ai_job WHERE id = (SELECT min(id::text)::uuid FROM ai_job)")
    assert_problem(send(guest, [PLAIN, PLAIN], "k"), 409)


def test_an_answer_is_forgotten_when_all_jobs_of_its_time_are(engine: Engine, guest: Caller) -> None:
    ids(send(guest, [PLAIN], "k"))
    assert forget_bulk_answers(engine.connection, 10) == 0
    days = max(current_settings().job_cleanup_days, current_settings().failed_job_cleanup_days)
    engine.connection.execute("UPDATE ai_job_bulk SET created_at = now() - %s * interval '1 day'", (days + 1,))
    assert forget_bulk_answers(engine.connection, 10) == 1


def test_a_replay_asks_the_database_a_handful_of_times(
    engine: Engine, guest: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = [PLAIN] * 100
    first = ids(send(guest, jobs, "k"))
    asked: list[str] = []
    real = store.statement

    def counted(name: str) -> LiteralString:
        asked.append(name)
        return real(name)

    monkeypatch.setattr(store, "statement", counted)
    assert ids(send(guest, jobs, "k")) == first
    assert len(asked) <= 5


def test_the_same_request_twice_at_once_makes_its_jobs_once(engine: Engine, guest: Caller) -> None:
    answers: list[list[str]] = []
    start = threading.Barrier(2)

    def request() -> None:
        start.wait()
        answers.append(ids(send(guest, [PLAIN, ONE], "k")))

    threads = [threading.Thread(target=request) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers[0] == answers[1]
    assert engine.count("true") == 2


def test_two_requests_that_wait_for_each_others_unique_jobs_both_succeed(
    engine: Engine, guest: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, unlucky = bulk._insert, [1]

    def once(*arguments: Any) -> Any:
        if unlucky:
            unlucky.pop()
            raise psycopg.errors.DeadlockDetected
        return real(*arguments)

    monkeypatch.setattr(bulk, "_insert", once)
    assert len(ids(send(guest, [ONE, PLAIN], "k"))) == 2
    assert engine.count("true") == 2


def test_a_batch_parses_each_request_once_and_names_the_wrong_one(
    guest: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[object] = []
    real = registry.Task.parse

    def counted(task: registry.Task, raw: Any) -> Any:
        parsed.append(raw)
        return real(task, raw)

    monkeypatch.setattr(registry.Task, "parse", counted)
    assert guest("POST", "/api/jobs/batch", {"jobs": [PLAIN, PLAIN], "then": PLAIN}).status_code == 202
    assert len(parsed) == 3
    wrong = {"job_type": "sample_echo", "request_data": {"times": "x"}}
    problem = assert_problem(guest("POST", "/api/jobs/batch", {"jobs": [PLAIN, wrong]}), 422)
    assert list(problem["errors"]["jobs"]) == ["1"]
    assert list(problem["errors"]["jobs"]["1"]) == ["request_data"]
    problem = assert_problem(guest("POST", "/api/jobs/batch", {"jobs": [PLAIN], "then": wrong}), 422)
    assert list(problem["errors"]["then"]) == ["request_data"]
