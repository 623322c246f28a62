"""Every call of a model in the ledger, and every token charged once: by real jobs, with faults, cancels and kills."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.ai.installation import Installation, Person, with_providers
from tests.ai.protocol_server import Answer, ProtocolServer
from tests.ai.test_create_canvas import CHART, FREE

MONEY = {
    "BILLING": "on",
    "FREE_TOKENS": "50000",
    "GUEST_TOKENS": "20000",
    "RATE_LIMITS": "off",
    "RETRY_BACKOFF_BASE": "0.01",
}
PRICED = {"price_in": 1.0, "price_out": 10.0, "timeout": 60}
Opened = Callable[..., Installation]


@pytest.fixture
def opened(environ: dict[str, str]) -> Iterator[Opened]:
    """Makes the installation of a test, of providers and settings."""
    made: list[Installation] = []

    def make(*providers: dict[str, Any], **settings: str) -> Installation:
        made.append(Installation(with_providers({**environ, **MONEY, **settings}, *providers)))
        return made[-1]

    yield make
    for installation in made:
        installation.close()


def ledger(installation: Installation) -> list[dict[str, Any]]:
    with installation.database() as connection:
        return connection.execute("SELECT * FROM ai_operation ORDER BY at").fetchall()


def balance(installation: Installation) -> int:
    """Of the one person: what the entries sum up to, which is what the account says."""
    with installation.database() as connection:
        row = connection.execute(
            "SELECT balance, (SELECT sum(amount)::int FROM credit_entry) AS total, "
            "(SELECT count(*) FROM credit_hold) AS held FROM credit_account"
        ).fetchone()
    assert row is not None
    assert row["balance"] == row["total"]
    assert row["held"] == 0
    return int(row["balance"])


def spent(installation: Installation) -> int:
    """What the installation's budget of the day has lost, in micro-dollars."""
    with installation.database() as connection:
        row = connection.execute("SELECT cost FROM spending WHERE who = 'all' AND period = 'day'").fetchone()
    return 0 if row is None else int(row["cost"])


def drawn(person: Person, installation: Installation, instructions: str = FREE) -> dict[str, Any]:
    """A job that is done with, however it ended."""
    job_id = person.start("create_canvas", instructions=instructions)["job_id"]
    installation.drain()
    return person.status(job_id)


def test_a_call_is_in_the_ledger_with_its_cost_and_is_charged(opened: Opened, server: ProtocolServer) -> None:
    server.script(CHART)
    installation = opened(server.provider(**PRICED))
    person = installation.guest()
    job = drawn(person, installation)
    assert job["status"] == "completed"

    (call,) = ledger(installation)
    assert (str(call["job_id"]), str(call["user_id"])) == (job["job_id"], job["user_id"])
    assert (call["operation"], call["module"][:3], call["provider"], call["model"]) == (
        *("create_canvas", "ai.", "test", "model-of-the-tests"),
    )
    assert (call["success"], call["cached"], call["billable"], call["estimated"]) == (True, False, True, False)
    assert call["cost"] == call["tokens_in"] * 1 + call["tokens_out"] * 10 > 0
    assert call["latency_ms"] >= 0
    used = call["tokens_in"] + call["tokens_out"]
    assert balance(installation) == 20_000 - used

    cost = person.get(f"/api/jobs/{job['job_id']}").json["cost"]
    assert (cost["calls"], cost["tokens_in"] + cost["tokens_out"], cost["usd"]) == (1, used, call["cost"] / 1e6)


def test_the_planner_costs_nothing_and_needs_no_credit(opened: Opened, server: ProtocolServer) -> None:
    installation = opened(server.provider(**PRICED), FREE_TOKENS="0")
    person = installation.guest()
    assert drawn(person, installation, "A -> B")["status"] == "completed"
    assert ledger(installation) == []
    refused = drawn(person, installation)
    assert (refused["status"], refused["error"]["code"]) == ("failed", "insufficient_tokens")
    assert server.requests == []


def test_failures_are_in_the_ledger_and_cost_the_person_nothing(opened: Opened, server: ProtocolServer) -> None:
    server.script(Answer(status=500), CHART)
    installation = opened(server.provider(**PRICED))
    person = installation.guest()
    job_id = person.start("create_canvas", instructions=FREE)["job_id"]
    with installation.worker():
        assert installation.until_finished(job_id)["status"] == "completed"
    failed, done = ledger(installation)
    assert (failed["success"], failed["error_code"], failed["billable"]) == (False, "provider_unavailable", False)
    assert balance(installation) == 20_000 - done["tokens_in"] - done["tokens_out"]


def test_a_final_failure_gives_everything_back(opened: Opened, server: ProtocolServer) -> None:
    server.otherwise = Answer(status=401)
    installation = opened(server.provider(**PRICED))
    assert drawn(installation.guest(), installation)["error"]["code"] == "provider_refused_key"
    assert balance(installation) == 20_000


def test_who_cancels_pays_for_what_had_come(opened: Opened, server: ProtocolServer) -> None:
    server.script(Answer(text=CHART, chunk=8, hang_after=6))
    installation = opened(server.provider(**PRICED))
    person = installation.guest()
    job_id = person.start("create_canvas", instructions=FREE)["job_id"]
    with installation.worker():
        (request,) = server.wait_for_requests(1)
        assert request.streaming.wait(30)
        installation.until(
            lambda c: c.execute("SELECT FROM ai_job WHERE progress_message LIKE 'Generating:%'").rowcount
        )
        person.delete(f"/api/ai-agent/job/{job_id}")
        assert installation.until_finished(job_id)["status"] == "cancelled"
        installation.until(lambda c: not c.execute("SELECT FROM credit_hold").rowcount)
    (call,) = ledger(installation)
    assert (call["success"], call["error_code"], call["billable"], call["estimated"]) == (False, "stopped", True, True)
    assert 0 < call["tokens_out"] <= 6 * 8 // 4 + 1
    assert balance(installation) == 20_000 - call["tokens_in"] - call["tokens_out"]


def test_what_a_killed_worker_had_received_is_in_the_ledger_and_charged_to_nobody(
    opened: Opened, server: ProtocolServer
) -> None:
    server.script(Answer(text=CHART, chunk=8, delay=0.04, hang_after=30), CHART)
    installation = opened(server.provider(**PRICED))
    person = installation.guest()
    job_id = person.start("create_canvas", instructions=FREE)["job_id"]
    with installation.worker_process() as process:
        installation.until(lambda c: c.execute("SELECT FROM ai_operation WHERE tokens_out >= 20").rowcount)
        process.kill()
        process.wait()
    with installation.database() as connection:
        assert connection.execute("SELECT FROM credit_hold").rowcount == 1
    with installation.worker():
        assert installation.until_finished(job_id)["status"] == "completed"
    killed, done = ledger(installation)
    assert (killed["success"], killed["error_code"], killed["estimated"], killed["billable"]) == (
        *(False, "lost", True, False),
    )
    assert 20 <= killed["tokens_out"] <= 30 * 8 // 4
    assert killed["cost"] == killed["tokens_in"] + 10 * killed["tokens_out"]
    assert spent(installation) == killed["cost"] + done["cost"]
    assert balance(installation) == 20_000 - done["tokens_in"] - done["tokens_out"]
    cost = person.get(f"/api/jobs/{job_id}").json["cost"]
    assert (cost["calls"], cost["failed"], cost["usd"]) == (2, 1, (killed["cost"] + done["cost"]) / 1e6)


def test_a_worker_killed_before_the_first_word_has_cost_nothing(opened: Opened, server: ProtocolServer) -> None:
    server.script(Answer(hang_before=True), CHART)
    installation = opened(server.provider(**PRICED))
    job_id = installation.guest().start("create_canvas", instructions=FREE)["job_id"]
    with installation.worker_process() as process:
        server.wait_for_requests(1)
        process.kill()
        process.wait()
    with installation.worker():
        assert installation.until_finished(job_id)["status"] == "completed"
    killed, done = ledger(installation)
    assert (killed["error_code"], killed["tokens_in"], killed["tokens_out"], killed["cost"]) == ("lost", 0, 0, 0)
    assert spent(installation) == done["cost"]


def test_a_fall_back_in_mid_stream_pays_both_providers_and_the_ledger_shows_both(
    opened: Opened, server: ProtocolServer
) -> None:
    server.script(Answer(text=CHART, chunk=8, cut_after=30), CHART)
    first, second = server.provider(name="first", **PRICED), server.provider(name="second", **PRICED)
    installation = opened(first, second)
    job = drawn(installation.guest(), installation)
    assert (job["status"], job["attempt"]) == ("completed", 1)
    broken, done = ledger(installation)
    assert [broken["provider"], done["provider"]] == ["first", "second"]
    assert (broken["success"], broken["error_code"], broken["estimated"], broken["billable"]) == (
        *(False, "provider_unavailable", True, False),
    )
    assert 0 < broken["tokens_out"] <= 30 * 8 // 4
    assert broken["cost"] == broken["tokens_in"] + 10 * broken["tokens_out"]
    assert (done["success"], done["billable"]) == (True, True)
    assert spent(installation) == broken["cost"] + done["cost"]
    assert balance(installation) == 20_000 - done["tokens_in"] - done["tokens_out"]


def test_a_budget_that_is_used_up_stops_what_costs_and_says_until_when(opened: Opened, server: ProtocolServer) -> None:
    server.otherwise = Answer(text=CHART)
    installation = opened(server.provider(price_out=100_000.0), AI_GUEST_DAILY_BUDGET="2", BILLING="off")
    person = installation.guest()
    assert drawn(person, installation)["status"] == "completed"  # passes the budget by the call that was under way
    refused = drawn(person, installation, f"{FREE}, and who is told")
    assert (refused["status"], refused["error"]["code"]) == ("failed", "budget_exceeded")
    assert "starts anew" in refused["error"]["message"]
    assert drawn(person, installation, "A -> B")["status"] == "completed"
    assert len(server.requests) == 1
    with installation.database() as connection:
        told = connection.execute("SELECT result_data FROM ai_job WHERE job_type = 'send_budget_alert'").fetchall()
    assert len(told) == 1  # the person; there is no staff to be told of the installation's
    assert told[0]["result_data"]["amount"] == 2.0


def test_what_costs_nothing_does_it_when_the_budget_is_used_up(opened: Opened, server: ProtocolServer) -> None:
    server.otherwise = Answer(text=CHART)
    dear = server.provider(name="dear", price_out=1.0)
    installation = opened(dear, server.provider(name="free"), AI_DAILY_BUDGET="0", BILLING="off")
    assert drawn(installation.guest(), installation)["status"] == "completed"
    assert [call["provider"] for call in ledger(installation)] == ["free"]


def test_an_enhanced_prompt_is_charged_and_the_built_in_rewrite_is_not(opened: Opened, server: ProtocolServer) -> None:
    server.script({"prompt": "A better one."}, Answer(status=500))
    installation = opened(server.provider(**PRICED))
    person = installation.guest()
    for rough in ("something rough", "something else"):
        path = "/api/v1/web-knowledge/generate-prompt-async/"
        assert person.post(path, {"manual_prompt": rough}).status_code == 202
        installation.drain()
    done, failed = ledger(installation)
    assert (done["operation"], done["module"]) == ("generate_prompt", "ai.prompt")
    assert (failed["success"], failed["billable"]) == (False, False)
    assert balance(installation) == 20_000 - done["tokens_in"] - done["tokens_out"]


def test_equal_requests_pay_for_one_call_and_the_others_say_what_they_saved(
    opened: Opened, server: ProtocolServer
) -> None:
    server.script(CHART)
    installation = opened(server.provider(**PRICED))
    person = installation.guest()
    for _ in range(4):
        person.start("create_canvas", instructions=FREE)
    installation.drain()
    calls = ledger(installation)
    (paid,) = (call for call in calls if not call["cached"])
    shared = [call for call in calls if call["cached"]]
    assert len(shared) == 3
    for call in shared:
        assert (call["success"], call["billable"], call["cost"], call["tokens_in"], call["tokens_out"]) == (
            True,
            False,
            0,
            0,
            0,
        )
        assert 0 < call["saved"] < 4 * paid["cost"]
    assert balance(installation) == 20_000 - paid["tokens_in"] - paid["tokens_out"]


def test_an_estimate_says_who_will_do_it_and_keeps_nothing(opened: Opened, server: ProtocolServer) -> None:
    installation = opened(server.provider(**PRICED))
    person = installation.guest()
    path = "/api/ai-agent/estimate"
    assert person.post(path, {"instructions": "A -> B"}).json == {"tokens": 0, "usd": 0.0, "engine": "planner"}
    estimate = person.post(path, {"instructions": FREE}).json
    assert estimate["engine"] == "provider"
    assert estimate["tokens"] > 700
    assert estimate["usd"] > 0
    assert person.post(path, {}).status_code == 422
    assert server.requests == []
    assert ledger(installation) == []


def test_without_a_model_an_estimate_says_that_nobody_can(alone: Installation) -> None:
    answer = alone.guest().post("/api/ai-agent/estimate", {"instructions": FREE})
    assert answer.json == {"tokens": 0, "usd": 0.0, "engine": None}
