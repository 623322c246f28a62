"""What a job did is one step: kept, undone and done again, sparing what people changed since."""

from __future__ import annotations

import uuid
from typing import Any

from backend.ai.drawing.geometry import check_geometry
from tests.ai.installation import Installation, Person
from tests.ai.test_create_canvas import labels

FLOW = "Order -> Pay -> Ship"
OWN = frozenset({"version", "versionNonce", "updated"})


def content(elements: list[dict[str, Any]]) -> dict[str, Any]:
    """What elements show, by their ids."""
    return {each["id"]: {name: value for name, value in each.items() if name not in OWN} for each in elements}


def drawn(installation: Installation, person: Person, **request: Any) -> dict[str, Any]:
    """A create_canvas job that has ended."""
    accepted = person.start("create_canvas", **{"instructions": FLOW, **request})
    installation.drain()
    return accepted


def changed(installation: Installation, person: Person, canvas_id: str, instructions: str) -> dict[str, Any]:
    """A modify_canvas job that has ended."""
    accepted = person.start("modify_canvas", canvas_id=canvas_id, instructions=instructions)
    installation.drain()
    return accepted


def decide(person: Person, job: dict[str, Any], what: str, **body: Any) -> Any:
    """Keep, undo or redo; the change as it is then."""
    answer = person.post(f"/api/canvases/{job['canvas_id']}/changes/{job['job_id']}/{what}", body)
    assert answer.status_code == 200, answer.text
    return answer.json


def edit(person: Person, canvas_id: str, element: dict[str, Any], **fields: Any) -> None:
    """Change an element as a person does."""
    element = {**element, **fields, "version": element["version"] + 1}
    answer = person.post(f"/api/canvases/{canvas_id}/elements", {"elements": [element]})
    assert answer.status_code == 200, answer.text


def by_text(elements: list[dict[str, Any]], text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The shape with this text, and the text."""
    inside = next(each for each in elements if each.get("text") == text)
    return next(each for each in elements if each["id"] == inside["containerId"]), inside


def test_undo_takes_back_a_whole_drawing_and_redo_brings_it_again(alone: Installation) -> None:
    person = alone.guest()
    job = drawn(alone, person)
    before = person.elements(job["canvas_id"])
    assert decide(person, job, "undo")["status"] == "undone"
    assert person.elements(job["canvas_id"]) == []
    assert decide(person, job, "redo")["status"] == "open"
    after = person.elements(job["canvas_id"])
    assert content(after) == content(before)
    assert check_geometry(after) == []
    assert decide(person, job, "undo")["message"] == "Undone."
    assert person.elements(job["canvas_id"]) == []


def test_undo_of_a_modification_restores_what_it_changed_and_nothing_else(alone: Installation) -> None:
    person = alone.guest()
    job = drawn(alone, person)
    before = person.elements(job["canvas_id"])
    for instructions in (
        "add Check after Order",
        "remove Pay",
        "rename Ship to Send it by train",
        "connect Ship to Order",
    ):
        change = changed(alone, person, job["canvas_id"], instructions)
        assert content(person.elements(job["canvas_id"])) != content(before), instructions
        decide(person, change, "undo")
        assert content(person.elements(job["canvas_id"])) == content(before), instructions


def test_undo_spares_what_people_changed_since_and_names_it(alone: Installation) -> None:
    person = alone.guest()
    job = drawn(alone, person)
    shape, text = by_text(person.elements(job["canvas_id"]), "Pay")
    edit(person, job["canvas_id"], shape, strokeColor="#e03131")
    found = decide(person, job, "undo")
    left = person.elements(job["canvas_id"])
    assert {each["id"] for each in left} == {shape["id"], text["id"]} == set(found["spared"])
    assert found["message"] == "Undone. 2 elements were changed by somebody since and left as they are: “Pay”."
    assert check_geometry(left) == [], "nothing holds on to what is gone"
    decide(person, job, "undo", spare_changed=False)
    assert person.elements(job["canvas_id"]) == []


def test_an_arrow_that_somebody_drew_to_what_goes_lets_go(alone: Installation) -> None:
    person = alone.guest()
    job = drawn(alone, person)
    elements = person.elements(job["canvas_id"])
    shape, _ = by_text(elements, "Ship")
    model = next(each for each in elements if each["type"] == "arrow")
    arrow = {**model, "id": "drawn-by-hand", "version": 1, "boundElements": [], "startBinding": None}
    arrow = {**arrow, "endBinding": {"elementId": shape["id"], "focus": 0, "gap": 4}, "index": "zz", "customData": None}
    answer = person.post(f"/api/canvases/{job['canvas_id']}/elements", {"elements": [arrow]})
    assert answer.status_code == 200, answer.text
    decide(person, job, "undo")
    (left,) = person.elements(job["canvas_id"])
    assert (left["id"], left["endBinding"]) == ("drawn-by-hand", None)


def test_decisions_are_idempotent_and_leave_no_new_versions(alone: Installation) -> None:
    person = alone.guest()
    job = drawn(alone, person)
    for what in ("keep", "undo", "redo"):
        decide(person, job, what)
        version = person.get(f"/api/canvases/{job['canvas_id']}").json["version"]
        first = decide(person, job, what)
        assert first == decide(person, job, what) or what == "keep"
        assert person.get(f"/api/canvases/{job['canvas_id']}").json["version"] == version


def test_a_preview_is_dashed_until_it_is_kept_and_can_still_be_undone(alone: Installation) -> None:
    person = alone.guest()
    plain = content(person.elements(drawn(alone, person)["canvas_id"]))
    job = drawn(alone, person, preview=True)
    elements = person.elements(job["canvas_id"])
    assert {each["strokeStyle"] for each in elements} == {"dashed"}
    assert all(each["opacity"] < 100 for each in elements)
    assert decide(person, job, "keep")["status"] == "kept"
    kept = person.elements(job["canvas_id"])
    assert {each["strokeStyle"] for each in kept} == {"solid"}
    assert {each["opacity"] for each in kept} == {100}
    assert all("preview" not in each["customData"] for each in kept)
    assert len(kept) == len(plain)
    decide(person, job, "undo")
    assert person.elements(job["canvas_id"]) == []


def test_the_changes_of_a_canvas_are_listed_with_who_asked(alone: Installation) -> None:
    person = alone.guest()
    job = drawn(alone, person)
    second = changed(alone, person, job["canvas_id"], "add Check after Order")
    decide(person, job, "keep")
    page = person.get(f"/api/canvases/{job['canvas_id']}/changes?limit=1").json
    (newest,) = page["items"]
    assert (newest["job_id"], newest["status"]) == (second["job_id"], "open")
    assert newest["author"] and "add Check after Order" in newest["summary"]
    rest = person.get(f"/api/canvases/{job['canvas_id']}/changes?cursor={page['next_cursor']}").json
    assert [(each["job_id"], each["status"]) for each in rest["items"]] == [(job["job_id"], "kept")]


def test_others_neither_see_nor_decide(alone: Installation) -> None:
    person, stranger = alone.guest(), alone.guest()
    job = drawn(alone, person)
    base = f"/api/canvases/{job['canvas_id']}/changes"
    own = drawn(alone, stranger)["canvas_id"]
    assert stranger.get(base).status_code == 404
    for what in ("keep", "undo", "redo"):
        assert stranger.post(f"{base}/{job['job_id']}/{what}", {}).status_code == 404
        assert stranger.post(f"/api/canvases/{own}/changes/{job['job_id']}/{what}", {}).status_code == 404
        assert person.post(f"{base}/{uuid.uuid4()}/{what}", {}).status_code == 404
    assert labels(person.elements(job["canvas_id"])) == ["Order", "Pay", "Ship"]
