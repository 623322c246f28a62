"""Each fault of a provider, as the person who waits for the job sees it."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from backend.jobs.admission import circuit
from tests.ai.installation import Installation, with_providers
from tests.ai.protocol_server import Answer, ProtocolServer
from tests.ai.test_create_canvas import CHART, FREE, labels

USELESS = Answer(text="no JSON at all")


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        (Answer(status=401), "provider_refused_key", "api_key"),
        (Answer(status=404), "provider_unknown_model", "model"),
        (Answer(status=400), "provider_refused_request", "refused"),
        (USELESS, "provider_bad_answer", "unusable"),
    ],
    ids=["wrong key", "unknown model", "refused request", "bad answer"],
)
def test_what_asking_again_cannot_help_fails_at_once(
    with_model: Installation, server: ProtocolServer, answer: Answer, code: str, words: str
) -> None:
    server.otherwise = answer
    person = with_model.guest()
    accepted = person.start("create_canvas", instructions=FREE)

    with_model.drain()

    status = person.status(accepted["job_id"])
    assert (status["status"], status["attempt"]) == ("failed", 1)
    assert status["error"]["code"] == code
    assert words in status["error"]["message"]
    assert "Nothing was drawn" in status["error"]["message"]
    assert person.elements(accepted["canvas_id"]) == []


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (Answer(status=500), "provider_unavailable"),
        (Answer(text=CHART, cut_after=5), "provider_unavailable"),
        (Answer(text=CHART, error_after=5), "provider_unavailable"),
    ],
    ids=["500", "cut stream", "error in the stream"],
)
def test_an_outage_is_tried_again_and_then_drawn_once(
    with_model: Installation, server: ProtocolServer, answer: Answer, code: str
) -> None:
    server.script(answer, CHART)
    person = with_model.guest()
    accepted = person.start("create_canvas", instructions=FREE)

    with with_model.worker():
        row = with_model.until_finished(accepted["job_id"])

    retrying = [event for event in with_model.events(accepted["job_id"]) if event["type"] == "retrying"]
    assert (row["status"], row["attempt"]) == ("completed", 2)
    assert len(retrying) == 1
    assert "tries again by itself" in retrying[0]["message"]
    assert len(person.elements(accepted["canvas_id"])) == row["result_data"]["elements"]
    with with_model.database() as connection:
        attempts = connection.execute("SELECT error_code FROM ai_job_attempt ORDER BY run").fetchall()
    assert attempts[0]["error_code"] == code


def test_a_provider_that_hangs_times_out_and_is_tried_again(environ: dict[str, str], server: ProtocolServer) -> None:
    quick = {**environ, "RETRY_BACKOFF_BASE": "0.01", "RATE_LIMITS": "off"}
    installation = Installation(with_providers(quick, server.provider(timeout=0.5)))
    server.script(Answer(hang_before=True), Answer(text=CHART, chunk=4, hang_after=3), CHART)
    person = installation.guest()
    accepted = person.start("create_canvas", instructions=FREE)

    with installation.worker():
        row = installation.until_finished(accepted["job_id"])

    with installation.database() as connection:
        attempts = connection.execute("SELECT error_code FROM ai_job_attempt ORDER BY run").fetchall()
    installation.close()
    assert (row["status"], row["attempt"]) == ("completed", 3)
    assert [attempt["error_code"] for attempt in attempts] == ["provider_timeout", "provider_timeout", None]
    assert all(request.closed_by_client.is_set() for request in server.requests[:2])


def test_a_stream_that_is_cut_for_good_says_that_what_was_drawn_stays(
    with_model: Installation, server: ProtocolServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(circuit, "FIRST_PAUSE", 0.05)
    half = json.dumps(CHART).index('"Fix it"')
    server.script(Answer(text=CHART, chunk=8, delay=0.01, cut_after=half // 8))
    server.otherwise = Answer(status=500)
    person = with_model.guest()
    accepted = person.start("create_canvas", instructions=FREE)

    with with_model.worker():
        row = with_model.until_finished(accepted["job_id"])

    assert (row["status"], row["error_code"]) == ("failed", "provider_unavailable")
    assert "Report arrives" in labels(person.elements(accepted["canvas_id"]))
    assert "Nothing was drawn" not in row["error_message"]
    assert "stays on the canvas" in row["error_message"]
    undone = person.post(f"/api/canvases/{accepted['canvas_id']}/changes/{accepted['job_id']}/undo", {})
    assert undone.status_code == 200
    assert person.elements(accepted["canvas_id"]) == []


def test_an_outage_that_stays_fails_after_the_last_attempt(
    with_model: Installation, server: ProtocolServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(circuit, "FIRST_PAUSE", 0.05)
    server.otherwise = Answer(status=500)
    person = with_model.guest()
    accepted = person.start("create_canvas", instructions=FREE)

    with with_model.worker():
        row = with_model.until_finished(accepted["job_id"])

    assert (row["status"], row["error_code"]) == ("failed", "provider_unavailable")
    assert row["attempt"] == row["max_attempts"] == len(server.requests) == 4
    assert "attempt 4 of 4" in row["error_message"]
    assert "by itself" not in row["error_message"]


def test_429_waits_as_long_as_the_provider_says_and_spends_no_attempt(
    with_model: Installation, server: ProtocolServer
) -> None:
    server.script(Answer(status=429, retry_after="600"))
    person = with_model.guest()
    accepted = person.start("create_canvas", instructions=FREE)

    with with_model.worker():
        with_model.until(lambda c: c.execute("SELECT FROM ai_job_event WHERE type = 'retrying'").rowcount > 0)

    row = with_model.job(accepted["job_id"])
    assert (row["status"], row["attempt"]) == ("queued", 0)
    assert timedelta(seconds=500) < row["run_at"] - row["created_at"] <= timedelta(seconds=700)
    assert row["progress_message"] == (
        "The provider “test/model-of-the-tests” is asking us to slow down. "
        f"Your job waits until {row['run_at']:%H:%M} UTC and costs nothing meanwhile."
    )


def test_who_comes_while_a_provider_is_left_alone_waits_without_asking_it(
    with_model: Installation, server: ProtocolServer
) -> None:
    server.otherwise = Answer(status=429, retry_after="600")
    person = with_model.guest()
    accepted = [person.start("create_canvas", instructions=f"{FREE} {number}")["job_id"] for number in range(5)]

    with with_model.worker():
        with_model.until(lambda c: c.execute("SELECT FROM ai_job WHERE blocked_on IS NOT NULL").rowcount == 5)

    assert len(server.requests) <= with_model.settings.max_concurrent_jobs  # those that were under way
    for job_id in accepted:
        status = person.get(f"/api/jobs/{job_id}").json
        assert (status["status"], status["attempt"]) == ("queued", 0)
        assert status["waiting_for"][0]["cause"] == "provider"
        assert status["waiting_for"][0]["until"] is not None


def test_many_429s_exhaust_no_job(with_model: Installation, server: ProtocolServer) -> None:
    server.script(*[Answer(status=429, retry_after="0.01")] * 8, CHART)
    person = with_model.guest()
    accepted = person.start("create_canvas", instructions=FREE)

    with with_model.worker():
        row = with_model.until_finished(accepted["job_id"])

    assert (row["status"], row["attempt"]) == ("completed", 1)
    assert len(server.requests) == 9


def test_the_second_provider_draws_when_the_first_is_down(environ: dict[str, str], server: ProtocolServer) -> None:
    gone = {"name": "gone", "base_url": "http://127.0.0.1:9/v1", "model": "m", "api_key": "k"}
    installation = Installation(with_providers({**environ, "RATE_LIMITS": "off"}, gone, server.provider(name="second")))
    server.script(CHART)
    person = installation.guest()
    accepted = person.start("create_canvas", instructions=FREE)

    installation.drain()

    engine = person.result(accepted["job_id"])["engine"]
    installation.close()
    assert engine["name"] == "second"


def test_what_a_provider_says_about_an_error_is_not_shown(with_model: Installation, server: ProtocolServer) -> None:
    server.otherwise = Answer(status=401, message="secret-of-the-provider sk-12345")
    person = with_model.guest()
    accepted = person.start("create_canvas", instructions=FREE)

    with_model.drain()

    assert "sk-12345" not in str(person.status(accepted["job_id"]))
