"""A model that is still writing changes: each is on the canvas once it is complete, all are one step, none is made twice."""

from __future__ import annotations

import json
import os
import signal
import threading
from typing import Any

from backend.ai.drawing.geometry import check_geometry
from tests.ai.installation import Installation, Person
from tests.ai.protocol_server import Answer, Body, ProtocolServer
from tests.ai.test_create_canvas import labels

FREE = "make it clearer what happens to an order"
CHUNK = 16


def change(op: str, target: str = "", label: str = "", other: str = "", edge_label: str = "") -> dict[str, str]:
    return {"op": op, "target": target, "other": other, "label": label, "edge_label": edge_label}


MODEL_SAYS = {
    "operations": [
        change("add_after", "Pay", "Pack"),
        change("rename", "Ship", "Hand over to the carrier"),
        change("add_after", "new 1", "Print the label"),
        change("connect", "Order", other="Hand over to the carrier", edge_label="express"),
        change("add_alone", label="Complaints"),
    ]
}
WHOLE = ["Complaints", "Hand over to the carrier", "Order", "Pack", "Pay", "Print the label"]


def chunks_until(text: str) -> int:
    """How many chunks say everything before ``text``, and not ``text`` itself."""
    return json.dumps(MODEL_SAYS).index(text) // CHUNK


def begun(installation: Installation, person: Person, **more: Any) -> dict[str, Any]:
    """A job that asks a model to change a drawing of three steps."""
    canvas_id = person.start("create_canvas", instructions="Order -> Pay -> Ship")["canvas_id"]
    installation.drain()
    return person.start("modify_canvas", canvas_id=canvas_id, instructions=FREE, **more)


def until_there(installation: Installation, person: Person, canvas_id: str, label: str) -> list[dict[str, Any]]:
    installation.until(lambda _: label in labels(person.elements(canvas_id)))
    return person.elements(canvas_id)


def arrows_of(elements: list[dict[str, Any]]) -> int:
    return sum(each["type"] == "arrow" for each in elements)


def test_changes_are_there_before_the_model_has_ended_and_are_one_step(
    with_model: Installation, server: ProtocolServer
) -> None:
    gate = threading.Event()
    server.script(Answer(text=MODEL_SAYS, chunk=CHUNK, gate=gate, gate_after=chunks_until("Print the label")))
    person = with_model.guest()
    accepted = begun(with_model, person)
    canvas_id, before = accepted["canvas_id"], person.elements(accepted["canvas_id"])

    with with_model.worker():
        early = until_there(with_model, person, canvas_id, "Hand over to the carrier")
        running = with_model.job(accepted["job_id"])
        gate.set()
        row = with_model.until_finished(accepted["job_id"])

    assert running["status"] == "processing"
    assert labels(early) == ["Hand over to the carrier", "Order", "Pack", "Pay"]
    assert check_geometry(early) == []
    after = person.elements(canvas_id)
    assert row["status"] == "completed", row["error_message"]
    assert labels(after) == WHOLE
    assert arrows_of(after) == 5
    assert check_geometry(after) == []
    assert row["result_data"]["canvas_version"] == person.get(f"/api/canvases/{canvas_id}/elements").json["version"]
    progress = [event["progress"] for event in with_model.events(accepted["job_id"])]
    assert progress == sorted(progress)
    assert sum(event["type"] == "partial" for event in with_model.events(accepted["job_id"])) >= 5

    undone = person.post(f"/api/canvases/{canvas_id}/changes/{accepted['job_id']}/undo", {})
    assert undone.status_code == 200
    assert same(person.elements(canvas_id), before)


def same(some: list[dict[str, Any]], others: list[dict[str, Any]]) -> bool:
    """Whether they show the same."""
    bookkeeping = ("version", "versionNonce", "updated", "index")
    plain = [
        {each["id"]: {name: value for name, value in each.items() if name not in bookkeeping} for each in elements}
        for elements in (some, others)
    ]
    return plain[0] == plain[1]


def test_after_kill_9_in_mid_stream_no_change_is_made_twice(with_model: Installation, server: ProtocolServer) -> None:
    asked: list[Body] = []

    def the_rest(body: Body) -> dict[str, Any]:
        asked.append(body)
        before = json.loads(body["messages"][-2]["content"])["operations"]
        return {"operations": MODEL_SAYS["operations"][len(before) :]}

    stream = Answer(
        text=MODEL_SAYS, chunk=CHUNK, delay=0.03, gate=threading.Event(), gate_after=chunks_until("Complaints")
    )
    server.script(stream, Answer(text=the_rest))
    person = with_model.guest()
    accepted = begun(with_model, person)
    with with_model.worker_process() as process:
        half = until_there(with_model, person, accepted["canvas_id"], "Print the label")
        os.kill(process.pid, signal.SIGKILL)
        process.wait()

    with with_model.worker():
        row = with_model.until_finished(accepted["job_id"])

    elements = person.elements(accepted["canvas_id"])
    assert row["status"] == "completed", row["error_message"]
    assert labels(elements) == WHOLE
    assert arrows_of(elements) == 5
    assert {each["id"] for each in half} <= {each["id"] for each in elements}
    assert check_geometry(elements) == []
    assert '"nodes": ["Order", "Pay", "Ship"]' in asked[0]["messages"][3]["content"], (
        "asked about what was there at first"
    )


def test_an_answer_that_turns_out_otherwise_is_taken_back_and_made_anew(
    with_model: Installation, server: ProtocolServer
) -> None:
    wrong = {"operations": [*MODEL_SAYS["operations"][:2], change("remove", "Nowhere")]}
    other = {"operations": [change("add_before", "Pay", "Check"), change("rename", "Order", "Order arrives")]}
    server.script(Answer(text=wrong, chunk=CHUNK, delay=0.03), other)
    person = with_model.guest()
    accepted = begun(with_model, person)

    with with_model.worker():
        until_there(with_model, person, accepted["canvas_id"], "Pack")
        row = with_model.until_finished(accepted["job_id"])

    elements = person.elements(accepted["canvas_id"])
    assert row["status"] == "completed", row["error_message"]
    assert labels(elements) == ["Check", "Order arrives", "Pay", "Ship"]
    assert arrows_of(elements) == 3
    assert check_geometry(elements) == []
    person.post(f"/api/canvases/{accepted['canvas_id']}/changes/{accepted['job_id']}/undo", {})
    assert labels(person.elements(accepted["canvas_id"])) == ["Order", "Pay", "Ship"]


def test_what_came_of_an_answer_without_sense_is_taken_back_but_for_what_people_changed_since(
    with_model: Installation, server: ProtocolServer
) -> None:
    wrong = {"operations": [*MODEL_SAYS["operations"][:2], change("remove", "Nowhere")]}
    gate = threading.Event()
    server.script(wrong, Answer(text=wrong, chunk=CHUNK, gate=gate, gate_after=chunks_until("Print the label")))
    person = with_model.guest()
    accepted = begun(with_model, person)
    canvas_id, before = accepted["canvas_id"], person.elements(accepted["canvas_id"])

    with with_model.worker():
        elements = until_there(with_model, person, canvas_id, "Hand over to the carrier")
        until_there(with_model, person, canvas_id, "Pack")
        pack = next(each for each in elements if each.get("originalText") == "Pack")
        mine = {**pack, "x": pack["x"] + 7, "version": pack["version"] + 1}
        assert person.post(f"/api/canvases/{canvas_id}/elements", {"elements": [mine]}).status_code == 200
        gate.set()
        row = with_model.until_finished(accepted["job_id"])

    assert (row["status"], row["error_code"]) == ("failed", "provider_bad_answer")
    assert "Nothing was drawn." in row["error_message"]
    after = {each["id"]: each for each in person.elements(canvas_id)}
    assert labels(list(after.values())) == ["Order", "Pack", "Pay", "Ship"], "what somebody has touched stays"
    assert after[pack["id"]]["x"] == mine["x"]
    look = ("x", "y", "width", "height", "text", "strokeColor")
    assert [[each.get(name) for name in look] for each in before if each["type"] != "arrow"] == [
        [after[each["id"]].get(name) for name in look] for each in before if each["type"] != "arrow"
    ]
    assert person.get(f"/api/canvases/{canvas_id}/changes").json["items"][0]["job_id"] != accepted["job_id"]


def test_an_answer_without_sense_for_a_canvas_that_is_gone_ends_the_job_in_words(
    with_model: Installation, server: ProtocolServer
) -> None:
    wrong = {"operations": [change("remove", "Nowhere")]}
    gate = threading.Event()
    server.script(wrong, Answer(text=wrong, chunk=CHUNK, gate=gate, gate_after=1))
    person = with_model.guest()
    accepted = begun(with_model, person)

    with with_model.worker():
        server.wait_for_requests(2)
        assert person.delete(f"/api/canvases/{accepted['canvas_id']}").status_code == 204
        gate.set()
        row = with_model.until_finished(accepted["job_id"])

    assert (row["status"], row["error_code"], row["attempt"]) == ("failed", "canvas_gone", 1)


def test_what_people_change_meanwhile_is_what_the_next_change_finds(
    with_model: Installation, server: ProtocolServer
) -> None:
    gate = threading.Event()
    server.script(Answer(text=MODEL_SAYS, chunk=CHUNK, gate=gate, gate_after=chunks_until("Print the label")))
    person = with_model.guest()
    accepted = begun(with_model, person)
    path = f"/api/canvases/{accepted['canvas_id']}/elements"

    with with_model.worker():
        elements = until_there(with_model, person, accepted["canvas_id"], "Hand over to the carrier")
        box = next(each["containerId"] for each in elements if each.get("originalText") == "Order")
        moved = [
            {**each, "x": each["x"] - 3000, "version": each["version"] + 1}
            for each in elements
            if box in (each["id"], each.get("containerId"))
        ]
        assert person.post(path, {"elements": moved}).status_code == 200
        gate.set()
        row = with_model.until_finished(accepted["job_id"])

    now = {each["id"]: each for each in person.elements(accepted["canvas_id"])}
    assert row["status"] == "completed", row["error_message"]
    assert now[box]["x"] == next(each["x"] for each in moved if each["id"] == box)
    express = next(each for each in now.values() if each.get("originalText") == "express")
    assert now[express["containerId"]]["startBinding"]["elementId"] == box
    assert now[express["containerId"]]["x"] < -2000


def test_a_cancel_in_mid_stream_leaves_one_step_that_can_be_undone(
    with_model: Installation, server: ProtocolServer
) -> None:
    server.script(
        Answer(text=MODEL_SAYS, chunk=CHUNK, gate=threading.Event(), gate_after=chunks_until("Print the label"))
    )
    person = with_model.guest()
    accepted = begun(with_model, person, preview=True)
    canvas_id, before = accepted["canvas_id"], person.elements(accepted["canvas_id"])

    with with_model.worker():
        early = until_there(with_model, person, canvas_id, "Hand over to the carrier")
        assert person.delete(f"/api/ai-agent/job/{accepted['job_id']}").status_code == 202
        row = with_model.until_finished(accepted["job_id"])

    assert row["status"] == "cancelled"
    old = {each["id"] for each in before}
    new = [each for each in early if each["id"] not in old]
    assert new
    assert all(each["strokeStyle"] == "dashed" and "preview" in each["customData"] for each in new)
    assert labels(person.elements(canvas_id)) == ["Hand over to the carrier", "Order", "Pack", "Pay"]
    path = f"/api/canvases/{canvas_id}/changes/{accepted['job_id']}"
    assert person.post(f"{path}/keep", {}).status_code == 200
    assert not any("preview" in (each.get("customData") or {}) for each in person.elements(canvas_id))
    assert person.post(f"{path}/undo", {}).status_code == 200
    assert same(person.elements(canvas_id), before)
