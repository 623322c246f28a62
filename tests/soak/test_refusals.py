"""J: a provider that has room for few calls in a window draws for many jobs, and none of them comes to harm.

A real server that speaks the protocol counts the calls, taken and refused, of each window.
"""

from __future__ import annotations

import time

import pytest

from tests.ai.installation import Installation, Person
from tests.ai.protocol_server import Allowance, Answer, ProtocolServer
from tests.ai.test_create_canvas import CHART
from tests.soak.conftest import Nursery, Tally

WORKERS, THREADS = 2, 4
DRAWN = Answer(text=CHART, chunk=100, delay=0.02)


@pytest.mark.parametrize(
    ("jobs", "room", "window", "seconds"),
    [(30, 10, 1.0, 2.0), pytest.param(100, 10, 60.0, 300.0, marks=pytest.mark.soak)],
    ids=["short", "five minutes"],
)
def test_many_jobs_and_little_room(
    priced: Installation,
    workers: Nursery,
    server: ProtocolServer,
    tally: Tally,
    jobs: int,
    room: int,
    window: float,
    seconds: float,
) -> None:
    """Refused for ``seconds``, then there is room for all."""
    server.otherwise = DRAWN
    server.allowance = allowance = Allowance(room, window)
    person = priced.guest()
    ids = [start(person, number) for number in range(jobs)]
    for _ in range(WORKERS):
        workers.start("--concurrency", str(THREADS))
    server.wait_for_requests(1)
    began = time.monotonic()
    while time.monotonic() < began + seconds:
        time.sleep(min(1.0, seconds / 10))
        assert_waiting_jobs_say_so(person, ids)
    server.allowance = None
    for job_id in ids:
        row = priced.until_finished(job_id)
        assert (row["status"], row["attempt"]) == ("completed", 1), row["error_message"]
    wasted = [calls.count(False) for calls in allowance.windows]
    tally(
        f"429: {jobs} jobs, room for {room} calls in {window:g} s, {WORKERS} workers of {THREADS} threads",
        sum(map(len, allowance.windows)),
        f"{sum(wasted)} calls wasted in {len(wasted)} windows, {max(wasted)} at most in one; all jobs drawn, no attempt spent",
    )
    assert max(wasted) <= 1, [(calls.count(True), calls.count(False)) for calls in allowance.windows]
    assert_accounts(priced, server, jobs)


@pytest.mark.soak
def test_workers_that_ask_all_at_once_are_found(
    priced: Installation, workers: Nursery, server: ProtocolServer, tally: Tally
) -> None:
    """Without a lead several calls are on their way when the first is refused: in one of a few openings at the latest."""
    person, wasted = priced.guest(), 0
    server.otherwise = DRAWN
    for _ in range(WORKERS):
        workers.start("--concurrency", str(THREADS), SOAK_FAULT="all at once")
    for turn in range(10):
        server.allowance = Allowance(3, 5.0)
        ids = [start(person, 100 * turn + number) for number in range(12)]
        server.wait_for_requests(len(server.requests) + 4)
        time.sleep(1.0)  # what was under way has come
        wasted = max(calls.count(False) for calls in server.allowance.windows)
        if wasted > 1:
            break
        server.allowance = None
        for job_id in ids:
            priced.until_finished(job_id)
        with priced.database() as connection:
            connection.execute("TRUNCATE provider_circuit, provider_call, provider_lead")
    tally("429, and nobody follows a lead", turn + 1, f"must find: {wasted} calls wasted in one window")
    assert wasted > 1


def start(person: Person, number: int) -> str:
    """One of many jobs, each with a question of its own."""
    job_id: str = person.start("create_canvas", instructions=f"flow chart of how bug {number} is handled")["job_id"]
    return job_id


def assert_waiting_jobs_say_so(person: Person, ids: list[str]) -> None:
    """Whoever is blocked says by what, and until when."""
    for job_id in ids[:: max(1, len(ids) // 10)]:
        job = person.get(f"/api/jobs/{job_id}").json
        waits = [cause for cause in job.get("waiting_for") or () if cause["cause"] == "provider"]
        assert job["status"] in ("queued", "processing", "completed")
        assert all(cause["provider"] for cause in waits)


def assert_accounts(installation: Installation, server: ProtocolServer, jobs: int) -> None:
    """Every call is in the ledger; refusals cost nothing; each drawing is charged once."""
    with installation.database() as connection:
        calls = connection.execute("SELECT * FROM ai_operation").fetchall()
        charged = connection.execute(
            "SELECT -sum(amount)::int AS tokens FROM credit_entry WHERE kind = 'use'"
        ).fetchone()
        holds = connection.execute("SELECT FROM credit_hold").rowcount
    refused = [call for call in calls if not call["success"]]
    answered = [call for call in calls if call["success"]]
    assert (len(calls), len(answered)) == (len(server.requests), jobs)
    assert {call["error_code"] for call in refused} <= {"provider_rate_limited"}
    assert sum(call["cost"] + call["tokens_in"] + call["tokens_out"] for call in refused) == 0
    assert charged is not None
    assert charged["tokens"] == sum(call["tokens_in"] + call["tokens_out"] for call in answered)
    assert holds == 0
