"""Prompt generation on its published paths: started, watched, waited for, refused; by a model and without one."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from backend.ai.enhancing.tasks import PHASES
from tests.ai.installation import Installation, Person, with_providers
from tests.ai.protocol_server import Answer, ProtocolServer

START = "/api/v1/web-knowledge/generate-prompt-async/"
WAIT = "/api/v1/web-knowledge/generate-prompt/"
ROUGH = "something about how new people join us"
BETTER = {"prompt": "Draw how a new colleague joins the team, step by step."}


@pytest.fixture
def billed(environ: dict[str, str], server: ProtocolServer) -> Iterator[Installation]:
    """An installation where credits count and a guest has 1,000 tokens."""
    money = {"BILLING": "on", "FREE_TOKENS": "1000", "RATE_LIMITS": "off"}
    installation = Installation(with_providers({**environ, **money}, server.provider(timeout=60)))
    yield installation
    installation.close()


def started(person: Person, prompt: str = ROUGH, **headers: str) -> dict[str, Any]:
    answer = person.post(START, {"manual_prompt": prompt}, **headers)
    assert answer.status_code == 202, answer.text
    body: dict[str, Any] = answer.json
    assert (body["success"], body["status"]) == (True, "queued")
    assert body["status_url"] == f"{START}status/{body['task_id']}/"
    assert answer.headers["Location"] == body["status_url"]
    return body


def read(person: Person, url: str) -> dict[str, Any]:
    answer = person.get(url)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json
    return body


def test_a_model_makes_it_and_all_phases_are_seen(with_model: Installation, server: ProtocolServer) -> None:
    server.script(Answer(text=BETTER))
    person = with_model.guest()
    body = started(person)
    assert read(person, body["status_url"]) == {
        "status": "queued",
        "progress": 0,
        "message": "Task queued, waiting to start...",
    }

    with with_model.worker():
        with_model.until_finished(body["task_id"])

    assert read(person, body["status_url"]) == {
        "status": "completed",
        "progress": 100,
        "message": "Prompt generated successfully",
        "prompt": BETTER["prompt"],
        "generated_by": "test/model-of-the-tests",
    }
    seen = {event["progress"]: event["message"] for event in with_model.events(body["task_id"]) if event["message"]}
    assert seen == {percent: message for percent, message in PHASES.items() if percent}
    assert ROUGH in server.requests[0].prompt
    assert person.status(body["task_id"])["job_type"] == "generate_prompt"


@pytest.mark.parametrize("fault", [Answer(status=500), Answer(status=429, retry_after="300"), Answer(text="no JSON")])
def test_a_providers_failure_becomes_the_built_in_rewrite_at_once(
    with_model: Installation, server: ProtocolServer, fault: Answer
) -> None:
    server.otherwise = fault
    person = with_model.guest()
    body = started(person)

    with_model.drain()

    status = read(person, body["status_url"])
    assert (status["status"], status["generated_by"]) == ("completed", "built-in")
    assert ROUGH in status["prompt"].lower()
    assert len(status["prompt"]) > 2 * len(ROUGH)


def test_without_a_provider_the_rewrite_is_the_same_each_time(alone: Installation) -> None:
    person = alone.guest()
    tasks = [started(person) for _ in range(2)]
    alone.drain()
    first, second = (read(person, task["status_url"]) for task in tasks)
    assert first == second
    assert first["generated_by"] == "built-in"


def test_the_twin_waits_and_answers_with_the_prompt(with_model: Installation, server: ProtocolServer) -> None:
    server.script(Answer(text=BETTER))
    person = with_model.guest()
    with with_model.worker():
        answer = person.post(WAIT, {"manual_prompt": ROUGH})
    assert answer.status_code == 200, answer.text
    assert answer.json["prompt"] == BETTER["prompt"]
    assert answer.json["generated_by"] == "test/model-of-the-tests"


def test_the_twin_says_where_to_look_when_it_takes_longer_than_one_waits(alone: Installation) -> None:
    person = alone.guest()
    answer = person.post(f"{WAIT}?wait=0", {"manual_prompt": ROUGH})
    assert answer.status_code == 202
    assert read(person, answer.json["status_url"])["status"] == "queued"


def test_a_key_makes_it_once(alone: Installation) -> None:
    person = alone.guest()
    key = {"Idempotency-Key": "one"}
    assert started(person, **key)["task_id"] == started(person, **key)["task_id"]
    assert person.post(START, {"manual_prompt": "another"}, **key).status_code == 409


def test_what_is_no_prompt_is_refused_and_leaves_no_job(alone: Installation) -> None:
    person = alone.guest()
    wrong: list[Any] = [{}, {"manual_prompt": ""}, {"manual_prompt": "  \n"}, {"manual_prompt": 7}, [], b"no JSON"]
    for body in (*wrong, {"manual_prompt": "x" * 20_001}, {"manual_prompt": "a\x00b"}):
        for path in (START, WAIT):
            answer = person.post(path, body)
            assert 400 <= answer.status_code < 500, body
            assert answer.content_type == "application/problem+json"
    with alone.database() as connection:
        assert connection.execute("SELECT FROM ai_job").rowcount == 0


def test_somebody_elses_task_and_one_that_is_none_are_not_there(alone: Installation) -> None:
    theirs = started(alone.guest())
    other = alone.guest()
    assert other.get(theirs["status_url"]).status_code == 404
    assert other.get(f"{START}status/{uuid.uuid4()}/").status_code == 404
    assert other.get(f"{START}status/no-id/").status_code == 404


def test_a_paid_answer_is_kept_over_a_crash(with_model: Installation, server: ProtocolServer) -> None:
    server.script(Answer(text=BETTER))
    person = with_model.guest()
    body = started(person)
    with with_model.worker_process() as process:
        with_model.until(lambda c: c.execute("SELECT FROM ai_job_step").rowcount)
        process.kill()
    with with_model.worker():
        with_model.until_finished(body["task_id"])
    assert read(person, body["status_url"])["prompt"] == BETTER["prompt"]
    assert len(server.requests) == 1


def test_many_equal_prompts_at_once_are_one_call(with_model: Installation, server: ProtocolServer) -> None:
    gate = threading.Event()
    server.script(Answer(text=BETTER, gate=gate))
    tasks = [started(person) for person in (with_model.guest(), with_model.guest()) for _ in range(10)]
    with with_model.worker():
        server.wait_for_requests(1)
        with_model.until(lambda c: c.execute("SELECT FROM ai_job WHERE status = 'processing'").rowcount > 1)
        gate.set()
        rows = [with_model.until_finished(task["task_id"]) for task in tasks]
    assert {(row["status"], row["result_data"]["prompt"]) for row in rows} == {("completed", BETTER["prompt"])}
    assert {row["result_data"]["generated_by"] for row in rows} == {"test/model-of-the-tests"}
    assert len(server.requests) == 1
    with with_model.database() as connection:
        shared = connection.execute("SELECT count(*) AS calls FROM ai_operation WHERE cached AND saved >= 0").fetchone()
    assert shared == {"calls": 19}


# Credit


def test_without_enough_credit_the_start_is_202_and_the_twin_402(billed: Installation, server: ProtocolServer) -> None:
    person = billed.guest()
    with billed.database() as connection:
        connection.execute("INSERT INTO credit_account (user_id) SELECT id FROM app_user")
        connection.execute(
            "INSERT INTO credit_entry (user_id, kind, amount, key) SELECT id, 'sign_up_grant', 120, 'guest' FROM app_user"
        )
    answer = person.post(WAIT, {"manual_prompt": ROUGH})
    assert (answer.status_code, answer.json["code"]) == (402, "insufficient_tokens")
    assert (answer.json["needed"], answer.json["available"]) == (700, 120)

    body = started(person)
    billed.drain()
    status = read(person, body["status_url"])
    assert (status["status"], status["error"]["code"]) == ("failed", "insufficient_tokens")
    assert "700" in status["message"]
    assert "120" in status["message"]
    assert server.requests == []


def test_a_plan_that_has_ended_stops_it(billed: Installation, server: ProtocolServer) -> None:
    person = billed.guest()
    with billed.database() as connection:
        connection.execute(
            "INSERT INTO plan (user_id, name, starts_at, ends_at) "
            "SELECT id, 'Team', now() - interval '2 days', now() - interval '1 day' FROM app_user"
        )
    answer = person.post(WAIT, {"manual_prompt": ROUGH})
    assert (answer.status_code, answer.json["code"]) == (402, "subscription_expired")
    body = started(person)
    billed.drain()
    assert read(person, body["status_url"])["error"]["code"] == "subscription_expired"
    assert server.requests == []


def test_it_starts_in_a_blink(alone: Installation) -> None:
    person = alone.guest()
    started(person)  # what is loaded once
    times = []
    for _ in range(20):
        began = time.perf_counter()
        started(person)
        times.append(time.perf_counter() - began)
    assert sorted(times)[10] < 0.1
