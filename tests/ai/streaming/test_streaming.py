"""A model that is still writing: its drawing grows on the canvas, is shared by equal questions, and survives everything."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from typing import Any

from backend.ai.drawing.geometry import check_geometry
from tests.ai.installation import Installation, Person
from tests.ai.protocol_server import Answer, Body, ProtocolServer
from tests.ai.test_crashes import LONG as LONG_ANSWER
from tests.ai.test_crashes import STEPS
from tests.ai.test_create_canvas import labels

LONG: dict[str, Any] = LONG_ANSWER
FREE = "flow chart of a long process"
ALL = sorted(f"Step {number}" for number in range(1, STEPS + 1))
SLOW: Any = {"chunk": 24, "delay": 0.03}


def the_rest(body: Body) -> dict[str, Any]:
    """What a model says that is asked to go on: the steps that are not in its answer so far."""
    before = json.loads(body["messages"][-2]["content"])
    assert body["messages"][-2]["role"] == "assistant"
    known = {step["step"] for step in before["steps"]}
    return {"title": "", "direction": "down", "steps": [step for step in LONG["steps"] if step["step"] not in known]}


def until_some_are_there(
    installation: Installation, person: Person, canvas_id: str, least: int = STEPS // 3
) -> list[dict[str, Any]]:
    """The elements, once so many of the steps are on the canvas."""
    installation.until(lambda _: len(labels(person.elements(canvas_id))) >= least)
    return person.elements(canvas_id)


def test_parts_are_on_the_canvas_before_the_model_has_ended(with_model: Installation, server: ProtocolServer) -> None:
    gate = threading.Event()
    half = json.dumps(LONG).index(f'"Step {STEPS // 2 + 1}"')  # all that is said before the gate opens
    server.script(Answer(text=LONG, chunk=24, gate=gate, gate_after=half // 24))
    person = with_model.guest()
    accepted = person.start("create_canvas", instructions=FREE)

    with with_model.worker():
        early = until_some_are_there(with_model, person, accepted["canvas_id"], STEPS // 2 - 1)
        running = with_model.job(accepted["job_id"])
        gate.set()
        row = with_model.until_finished(accepted["job_id"])

    assert running["status"] == "processing"
    assert check_geometry(early) == []
    elements = person.elements(accepted["canvas_id"])
    assert row["status"] == "completed"
    assert labels(elements) == ALL
    assert check_geometry(elements) == []
    assert {each["id"] for each in early} <= {each["id"] for each in elements}
    progress = [event["progress"] for event in with_model.events(accepted["job_id"])]
    assert progress == sorted(progress), "it never jumps back"


def test_after_kill_9_in_mid_stream_only_the_rest_is_paid(with_model: Installation, server: ProtocolServer) -> None:
    server.script(Answer(text=LONG, **SLOW), Answer(text=the_rest))
    person = with_model.guest()
    accepted = person.start("create_canvas", instructions=FREE)
    with with_model.worker_process() as process:
        half = until_some_are_there(with_model, person, accepted["canvas_id"])
        os.kill(process.pid, signal.SIGKILL)
        process.wait()

    with with_model.worker():
        row = with_model.until_finished(accepted["job_id"])

    assert row["status"] == "completed"
    elements = person.elements(accepted["canvas_id"])
    assert labels(elements) == ALL, "each step once"
    assert check_geometry(elements) == []
    assert {each["id"] for each in half} <= {each["id"] for each in elements}
    first, second = server.requests
    sent = first.chunks_sent * SLOW["chunk"]
    paid_again = sent + len(json.dumps(the_rest(second.body))) - len(json.dumps(LONG))
    assert paid_again < 0.2 * len(json.dumps(LONG))


def test_a_stream_that_is_cut_goes_on_where_it_broke_off(with_model: Installation, server: ProtocolServer) -> None:
    length = len(json.dumps(LONG))
    server.script(Answer(text=LONG, chunk=24, delay=0.02, cut_after=length // 24 // 2), Answer(text=the_rest))
    person = with_model.guest()
    accepted = person.start("create_canvas", instructions=FREE)

    with with_model.worker():
        row = with_model.until_finished(accepted["job_id"])

    assert row["status"] == "completed"
    assert labels(person.elements(accepted["canvas_id"])) == ALL
    assert 0 < len(the_rest(server.requests[1].body)["steps"]) < STEPS


def test_fifty_equal_requests_are_one_call_and_fifty_drawings(with_model: Installation, server: ProtocolServer) -> None:
    server.script(Answer(text=LONG, chunk=200, delay=0.02))
    people = [with_model.guest() for _ in range(5)]
    accepted = [(person, person.start("create_canvas", instructions=FREE)) for person in people for _ in range(10)]

    with with_model.worker():
        rows = [with_model.until_finished(each["job_id"]) for _, each in accepted]

    assert {row["status"] for row in rows} == {"completed"}
    assert len(server.requests) == 1
    for person, each in accepted:
        assert labels(person.elements(each["canvas_id"])) == ALL
    ids = [{element["id"] for element in person.elements(each["canvas_id"])} for person, each in accepted[:2]]
    assert ids[0].isdisjoint(ids[1])


def test_when_who_asks_is_cancelled_its_stream_is_closed_and_another_goes_on(
    with_model: Installation, server: ProtocolServer
) -> None:
    server.script(Answer(text=LONG, **SLOW), Answer(text=the_rest))
    person, other = with_model.guest(), with_model.guest()
    first = person.start("create_canvas", instructions=FREE)

    with with_model.worker():
        until_some_are_there(with_model, person, first["canvas_id"])
        second = other.start("create_canvas", instructions=FREE)
        with_model.until(lambda _: with_model.job(second["job_id"])["status"] == "processing")
        began = time.monotonic()
        assert person.delete(f"/api/ai-agent/job/{first['job_id']}").status_code == 202
        assert server.requests[0].closed_by_client.wait(10)
        closed_after = (server.requests[0].closed_at or 0.0) - began
        row = with_model.until_finished(second["job_id"])

    assert closed_after < 2.0
    assert with_model.job(first["job_id"])["status"] == "cancelled"
    assert row["status"] == "completed"
    assert labels(other.elements(second["canvas_id"])) == ALL
    assert len(server.requests) == 2


def test_a_variant_is_another_answer(with_model: Installation, server: ProtocolServer) -> None:
    server.script(LONG, LONG, LONG)
    person = with_model.guest()
    first = person.start("create_canvas", instructions=FREE)
    with_model.drain()
    person.start("create_canvas", instructions=FREE)
    with_model.drain()
    assert len(server.requests) == 1, "the same question within minutes"
    person.start("create_canvas", instructions=FREE, variant_of=first["job_id"], canvas_id=first["canvas_id"])
    with_model.drain()
    assert len(server.requests) == 2
