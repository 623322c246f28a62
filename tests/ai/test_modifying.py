"""What a change is about: the selection, the drawing that it follows, order; all else stays as it is to the last bit."""

from __future__ import annotations

from typing import Any

import pytest

from backend.ai.drawing.changes import apply_operations
from backend.ai.drawing.geometry import check_geometry
from backend.ai.operations import TidyUp
from backend.ai.planner import plan_changes
from tests.ai.drawing.diagrams import OTHER_JOB, by_label, chart, drawn
from tests.ai.installation import Installation, Person
from tests.ai.protocol_server import ProtocolServer
from tests.ai.test_create_canvas import labels


def draw(installation: Installation, person: Person, instructions: str, **more: Any) -> dict[str, Any]:
    """A create_canvas job that has ended."""
    accepted = person.start("create_canvas", instructions=instructions, **more)
    installation.drain()
    return accepted


def modify(
    installation: Installation, person: Person, canvas_id: str, instructions: str, **more: Any
) -> dict[str, Any]:
    """A modify_canvas job that has ended."""
    accepted = person.start("modify_canvas", canvas_id=canvas_id, instructions=instructions, **more)
    installation.drain()
    return accepted


def operation(op: str, target: str, label: str) -> dict[str, Any]:
    return {"operations": [{"op": op, "target": target, "other": "", "label": label, "edge_label": ""}]}


def test_of_two_of_one_name_the_selected_one_is_meant_and_the_other_stays_to_the_last_bit(alone: Installation) -> None:
    person = alone.guest()
    first = draw(alone, person, "Order -> Pay -> Ship")
    before = person.elements(first["canvas_id"])
    draw(alone, person, "Order -> Pay -> Ship", canvas_id=first["canvas_id"])
    old = {each["id"]: each for each in before}
    new = [each for each in person.elements(first["canvas_id"]) if each["id"] not in old]
    text = next(each for each in new if each.get("text") == "Pay")

    modify(alone, person, first["canvas_id"], "rename Pay to Settle", selection=[text["id"]])

    now = {each["id"]: each for each in person.elements(first["canvas_id"])}
    assert now[text["id"]]["originalText"] == "Settle"
    assert {name: now[name] for name in old} == old
    assert check_geometry(list(now.values())) == []


def test_a_follow_up_means_the_drawing_that_it_follows(alone: Installation) -> None:
    person = alone.guest()
    first = draw(alone, person, "Order -> Pay -> Ship")
    second = draw(alone, person, "Order -> Pay -> Ship", canvas_id=first["canvas_id"])
    change = modify(alone, person, first["canvas_id"], "add Check after Pay", follow_up_of=second["job_id"])
    assert person.status(change["job_id"])["status"] == "completed"
    elements = person.elements(first["canvas_id"])
    joined = [each for each in elements if each["type"] == "arrow" and each["customData"]["job"] == change["job_id"]]
    owners = {each["id"]: each["customData"]["job"] for each in elements}
    assert {owners[arrow["endBinding"]["elementId"]] for arrow in joined} <= {second["job_id"], change["job_id"]}


def test_the_model_is_told_what_was_asked_for_before(with_model: Installation, server: ProtocolServer) -> None:
    person = with_model.guest()
    first = draw(with_model, person, "Cart -> Checkout")
    server.script(operation("add_after", "Checkout", "Price list"), operation("rename", "Price list", "Prices in euro"))
    second = modify(
        with_model, person, first["canvas_id"], "now add what it costs somewhere", follow_up_of=first["job_id"]
    )
    modify(with_model, person, first["canvas_id"], "it should be in euro, please", follow_up_of=second["job_id"])
    assert "Cart -> Checkout" in server.requests[0].prompt
    assert "now add what it costs somewhere" in server.requests[1].prompt
    assert "Prices in euro" in labels(person.elements(first["canvas_id"]))


@pytest.mark.parametrize("field", ["follow_up_of", "variant_of"])
def test_nobody_goes_on_from_what_is_running_elsewhere_or_a_strangers(alone: Installation, field: str) -> None:
    person, stranger = alone.guest(), alone.guest()
    first = draw(alone, person, "a -> b -> c")
    other = draw(alone, person, "a -> b -> c")
    waiting = person.start("create_canvas", instructions="a -> b -> c")
    body = {"canvas_id": first["canvas_id"], "instructions": "add x after a"}
    for job, status in ((other, 422), (waiting, 422), (first, 202)):
        assert person.post("/api/ai-agent/modify-canvas", {**body, field: job["job_id"]}).status_code == status
    own = {"canvas_id": draw(alone, stranger, "a -> b")["canvas_id"], "instructions": "add x after a"}
    assert stranger.post("/api/ai-agent/modify-canvas", {**own, field: first["job_id"]}).status_code == 404


@pytest.mark.parametrize(
    "words", ["tidy up", "Please tidy this up.", "Räume alles auf", "整理", "arrange everything", "ordena el diagrama"]
)
def test_order_is_asked_for_in_many_words(words: str) -> None:
    assert plan_changes(words, ["a", "b"]) == [TidyUp()]
    assert plan_changes(f"{words} and add prices to each step", ["a", "b"]) != [TidyUp()]


def test_tidying_up_lays_out_what_arrows_join_and_leaves_alone_what_they_do_not() -> None:
    elements = drawn(chart("a -> b, b -yes-> c, b -no-> d, d -> a"))
    alone = drawn(chart("lonely"), job_id=OTHER_JOB, origin=elements)
    shapes = by_label(elements)
    for number, name in enumerate("abcd"):  # thrown on one heap
        shapes[name]["x"], shapes[name]["y"] = 40.0 * number, 25.0 * number
    changed = apply_operations([*elements, *alone], [TidyUp()], job_id=OTHER_JOB)
    now = {**{each["id"]: each for each in elements}, **{each["id"]: each for each in changed}}
    assert check_geometry([*now.values(), *alone]) == []
    assert not {each["id"] for each in changed} & {each["id"] for each in alone}
    ignored = {"x", "y", "width", "height", "points", "version", "versionNonce", "updated", "roundness"}
    for element in elements:
        after = now[element["id"]]
        assert {name for name in element if element[name] != after[name]} <= ignored
