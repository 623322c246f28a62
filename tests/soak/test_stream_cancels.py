"""I: whoever cancels a job closes its provider's connection within a second, and pays for what had come until then.

A real server that speaks the protocol sees the connection close; the clock starts when the cancel is sent.
"""

from __future__ import annotations

import statistics
import time
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import pytest

from tests.ai.installation import Installation, Person
from tests.ai.protocol_server import Answer, ProtocolServer, Recorded
from tests.ai.test_crashes import LONG
from tests.jobs.guards import taken_out
from tests.soak.conftest import Nursery, Tally
from tests.soak.test_cancels import NO_HINT, p95

CHUNK, PAUSE = 24, 0.03
STREAM = Answer(text=LONG, chunk=CHUNK, delay=PAUSE)
SILENCE = Answer(hang_before=True)
KINDS = {"in mid-stream": STREAM, "before the first byte": SILENCE}
PATIENCE = 20.0  # seconds; a hang bound


def under_way(
    installation: Installation, person: Person, server: ProtocolServer, answer: Answer
) -> tuple[str, Recorded]:
    """A job whose provider was asked a moment ago, and writes or hangs."""
    number = len(server.requests) + 1
    server.script(answer)
    job_id: str = person.start("create_canvas", instructions=f"flow chart of a long process, part {number}")["job_id"]
    request = server.wait_for_requests(number)[-1]
    # Where it hangs, its progress is stored: what is left to hear of the cancel by is the hint and the heartbeat.
    waiting = "SELECT FROM ai_job WHERE id = %s AND progress_message = 'Waiting for the model'"
    if answer.hang_before:
        installation.until(lambda c: c.execute(waiting, (job_id,)).rowcount)
    else:
        assert request.streaming.wait(PATIENCE)
    return job_id, request


def closed_after(installation: Installation, person: Person, server: ProtocolServer, answer: Answer) -> float:
    """Seconds from the cancel to the closed connection."""
    job_id, request = under_way(installation, person, server, answer)
    began = time.monotonic()
    assert person.delete(f"/api/ai-agent/job/{job_id}").status_code == 202
    assert request.closed_by_client.wait(PATIENCE), "nobody hung up"
    assert request.closed_at is not None
    return request.closed_at - began


@pytest.mark.parametrize("hints", [True, False], ids=["", "without NOTIFY"])
@pytest.mark.parametrize("cancels", [4, pytest.param(100, marks=pytest.mark.soak)])
def test_a_cancel_closes_the_providers_connection_and_charges_what_had_come(
    priced: Installation, workers: Nursery, server: ProtocolServer, tally: Tally, cancels: int, hints: bool
) -> None:
    workers.start()
    person = priced.guest()
    without: AbstractContextManager[Any] = nullcontext() if hints else taken_out(NO_HINT)
    bar = 1.0 if hints else 3.0
    with without:
        for kind, answer in KINDS.items():
            times = [closed_after(priced, person, server, answer) for _ in range(cancels // 2)]
            tally(
                f"stream closed by a cancel, {kind}" + ("" if hints else ", NOTIFY off"),
                len(times),
                f"p50 {statistics.median(times):.3f} s, p95 {p95(times):.3f} s, slowest {max(times):.3f} s; bar {bar:g} s",
            )
            assert p95(times) < (bar if cancels > 50 else PATIENCE)
    assert_charged(priced, server)


def assert_charged(installation: Installation, server: ProtocolServer) -> None:
    """Each call is in the ledger with no more than had been sent, and the person was charged exactly that."""
    finished = "SELECT FROM ai_job WHERE job_type = 'create_canvas' AND status = 'cancelled'"
    installation.until(lambda c: c.execute(finished).rowcount == len(server.requests))
    with installation.database() as connection:
        calls = connection.execute("SELECT * FROM ai_operation ORDER BY at").fetchall()
        charged = connection.execute(
            "SELECT -sum(amount)::int AS tokens FROM credit_entry WHERE kind = 'use'"
        ).fetchone()
        holds = connection.execute("SELECT FROM credit_hold").rowcount
    assert len(calls) == len(server.requests)
    for call, request in zip(calls, server.requests, strict=True):
        assert (call["success"], call["error_code"]) == (False, "stopped")
        assert call["cost"] == call["tokens_in"] + 10 * call["tokens_out"]
        if request.chunks_sent == 0:
            assert call["tokens_in"] == call["tokens_out"] == 0
        else:
            assert call["tokens_out"] <= -(-request.chunks_sent * CHUNK // 4)
            assert call["tokens_out"] > 0 or request.chunks_sent <= 3  # not read yet when the cancel came
    assert charged is not None
    assert charged["tokens"] == sum(call["tokens_in"] + call["tokens_out"] for call in calls) > 0
    assert holds == 0


@pytest.mark.soak
def test_a_stream_that_nobody_closes_is_found(
    priced: Installation, workers: Nursery, server: ProtocolServer, tally: Tally
) -> None:
    workers.start(SOAK_FAULT="leaves streams open")
    person = priced.guest()
    job_id, request = under_way(priced, person, server, SILENCE)
    assert person.delete(f"/api/ai-agent/job/{job_id}").status_code == 202
    closed = request.closed_by_client.wait(3.0)
    tally(
        "cancel, and nobody hangs up",
        1,
        f"must find: the connection is {'closed' if closed else 'still open after 3 s'}",
    )
    assert not closed
