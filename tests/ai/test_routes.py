"""The AI routes: what is accepted, what is refused, and what is left behind (nothing)."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.ai.installation import Installation, Person

FLOW = {"instructions": "A -> B"}


def rows(installation: Installation) -> tuple[int, int]:
    """How many jobs and canvases there are."""
    with installation.database() as connection:
        found = connection.execute(
            "SELECT (SELECT count(*) FROM ai_job) AS jobs, (SELECT count(*) FROM canvas) AS canvases"
        ).fetchone()
    assert found is not None
    return found["jobs"], found["canvases"]


@pytest.fixture
def person(alone: Installation) -> Person:
    return alone.guest()


def test_a_drawing_is_accepted_with_everything_needed_to_follow_it(person: Person) -> None:
    answer = person.post("/api/ai-agent/create-canvas", FLOW)

    body = answer.json
    assert answer.status_code == 202
    assert body.keys() == {
        "success",
        "message",
        "job_id",
        "canvas_id",
        "status",
        "status_url",
        "result_url",
        "events_url",
    }
    assert (body["success"], body["status"]) == (True, "queued")
    assert answer.headers["Location"].endswith(body["status_url"])
    assert person.get(body["status_url"]).json["status"] == "queued"
    assert person.get(body["result_url"]).status_code == 409
    assert person.get(body["events_url"]).status_code == 200
    assert person.get(f"/api/jobs/{body['job_id']}").status_code == 200


def test_a_new_canvas_is_named_after_the_instructions(person: Person) -> None:
    words = "Draw how a letter travels from the writer through the post office to the reader"
    canvas_id = person.start("create_canvas", instructions=words)["canvas_id"]

    name = person.get(f"/api/canvases/{canvas_id}").json["name"]

    assert name.endswith("…")
    assert words.startswith(name[:-1])
    assert len(name) <= 60


def test_an_unnamed_canvas_gets_a_name_and_a_named_one_keeps_it(person: Person) -> None:
    unnamed = person.post("/api/canvases", {}).json["id"]
    named = person.post("/api/canvases", {"name": "Mine"}).json["id"]

    person.start("create_canvas", canvas_id=unnamed, **FLOW)
    person.start("create_canvas", canvas_id=named, **FLOW)

    assert person.get(f"/api/canvases/{unnamed}").json["name"] == "A -> B"
    assert person.get(f"/api/canvases/{named}").json["name"] == "Mine"


def test_the_same_key_gives_the_same_job_and_no_second_canvas(alone: Installation, person: Person) -> None:
    first = person.post("/api/ai-agent/create-canvas", FLOW, **{"Idempotency-Key": "k1"})
    again = person.post("/api/ai-agent/create-canvas", FLOW, **{"Idempotency-Key": "k1"})

    assert again.status_code == 202
    assert {**again.json, "message": ""} == {**first.json, "message": ""}
    assert rows(alone) == (1, 1)


def test_the_same_key_with_another_body_is_a_conflict(alone: Installation, person: Person) -> None:
    person.post("/api/ai-agent/create-canvas", FLOW, **{"Idempotency-Key": "k1"})

    other = person.post("/api/ai-agent/create-canvas", {"instructions": "A -> C"}, **{"Idempotency-Key": "k1"})

    assert other.status_code == 409
    assert rows(alone) == (1, 1)


def test_the_twins_of_a_job_are_the_same_resource(alone: Installation, person: Person) -> None:
    job_id = person.start("create_canvas", **FLOW)["job_id"]
    alone.drain()

    result = person.get(f"/api/ai-agent/job/{job_id}/result")
    assert result.json == person.get(f"/api/jobs/{job_id}/result").json
    status, detail = person.status(job_id), person.get(f"/api/jobs/{job_id}").json
    assert status == {key: detail[key] for key in status}
    assert {
        "job_id",
        "job_type",
        "status",
        "progress",
        "message",
        "attempt",
        "max_attempts",
        "last_seq",
    } <= status.keys()
    assert person.delete(f"/api/ai-agent/job/{job_id}").status_code == 409


def test_a_queued_job_is_cancelled_and_never_drawn(alone: Installation, person: Person) -> None:
    accepted = person.start("create_canvas", **FLOW)

    assert person.delete(f"/api/ai-agent/job/{accepted['job_id']}").status_code == 202
    alone.drain()

    assert person.status(accepted["job_id"])["status"] == "cancelled"
    assert person.get(accepted["result_url"]).status_code == 409
    assert person.elements(accepted["canvas_id"]) == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "instructions"),
        ({"instructions": ""}, "instructions"),
        ({"instructions": " \n\t "}, "instructions"),
        ({"instructions": 7}, "instructions"),
        ({"instructions": None}, "instructions"),
        ({"instructions": "x" * 20_001}, "instructions"),
        ({**FLOW, "style": "baroque"}, "style"),
        ({**FLOW, "color_scheme": "infrared"}, "color_scheme"),
        ({**FLOW, "priority": "now"}, "priority"),
        ({**FLOW, "canvas_id": "not a uuid"}, "canvas_id"),
        ({**FLOW, "speed": 3}, "speed"),
    ],
)
def test_bad_input_names_the_field_and_leaves_no_row(
    alone: Installation, person: Person, body: dict[str, Any], field: str
) -> None:
    answer = person.post("/api/ai-agent/create-canvas", body)

    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert field in str(answer.json["errors"])
    assert rows(alone) == (0, 0)


def test_instructions_that_are_too_long_say_how_long_they_may_be(person: Person) -> None:
    answer = person.post("/api/ai-agent/create-canvas", {"instructions": "x" * 20_001})

    assert "20,000" in answer.text


@pytest.mark.parametrize(
    "raw", [b"", b"{", b"[]", b'"x"', b'{"instructions": "a\\u0000b"}', b'{"instructions": "\\ud800"}']
)
def test_bodies_that_are_no_request_are_refused(alone: Installation, person: Person, raw: bytes) -> None:
    answer = person.post("/api/ai-agent/create-canvas", raw)

    assert 400 <= answer.status_code < 500
    assert answer.content_type == "application/problem+json"
    assert rows(alone) == (0, 0)


def test_instructions_are_stored_without_the_space_around_them(alone: Installation, person: Person) -> None:
    job_id = person.start("create_canvas", instructions="  A -> B \n")["job_id"]

    assert alone.job(job_id)["request_data"]["instructions"] == "A -> B"


@pytest.mark.parametrize("route", ["create-canvas", "modify-canvas"])
def test_nobody_draws_on_a_strangers_or_an_unknown_canvas(alone: Installation, person: Person, route: str) -> None:
    theirs = alone.guest().post("/api/canvases", {}).json["id"]

    for canvas_id in (theirs, str(uuid.uuid4())):
        answer = person.post(f"/api/ai-agent/{route}", {**FLOW, "canvas_id": canvas_id})
        assert answer.status_code == 404
    assert rows(alone) == (0, 1)


def test_nobody_draws_on_a_canvas_in_the_trash(person: Person) -> None:
    canvas_id = person.post("/api/canvases", {}).json["id"]
    person.delete(f"/api/canvases/{canvas_id}")

    assert person.post("/api/ai-agent/modify-canvas", {**FLOW, "canvas_id": canvas_id}).status_code == 404


def test_a_modification_needs_a_canvas(person: Person) -> None:
    answer = person.post("/api/ai-agent/modify-canvas", FLOW)

    assert answer.status_code == 422
    assert "canvas_id" in answer.json["errors"]


@pytest.mark.parametrize("job_id", ["00000000-0000-4000-8000-000000000000", "nonsense"])
def test_unknown_jobs_are_not_found(person: Person, job_id: str) -> None:
    assert person.get(f"/api/ai-agent/job/{job_id}/status").status_code == 404
    assert person.get(f"/api/ai-agent/job/{job_id}/result").status_code == 404
    assert person.delete(f"/api/ai-agent/job/{job_id}").status_code == 404


def test_a_strangers_job_is_not_found(alone: Installation, person: Person) -> None:
    accepted = alone.guest().start("create_canvas", **FLOW)

    assert person.get(accepted["status_url"]).status_code == 404
    assert person.get(accepted["result_url"]).status_code == 404
    assert person.delete(f"/api/ai-agent/job/{accepted['job_id']}").status_code == 404
    assert alone.job(accepted["job_id"])["status"] == "queued"


def test_who_is_not_signed_in_draws_nothing(alone: Installation) -> None:
    answer = alone.app.test_client(use_cookies=False).post("/api/ai-agent/create-canvas", json=FLOW)

    assert answer.status_code == 401
    assert rows(alone) == (0, 0)


def test_the_same_checks_hold_for_the_general_route(alone: Installation, person: Person) -> None:
    theirs = alone.guest().post("/api/canvases", {}).json["id"]

    foreign = {"job_type": "modify_canvas", "request_data": {**FLOW, "canvas_id": theirs}}
    long = {"job_type": "create_canvas", "request_data": {"instructions": "x" * 20_001}}

    assert person.post("/api/jobs", foreign).status_code == 404
    assert person.post("/api/jobs", long).status_code == 422
    assert rows(alone) == (0, 1)


def test_the_general_route_draws_too(alone: Installation, person: Person) -> None:
    answer = person.post("/api/jobs", {"job_type": "create_canvas", "request_data": FLOW})

    alone.drain()

    assert answer.status_code == 202
    result = person.get(f"/api/jobs/{answer.json['job_id']}/result").json["result"]
    assert person.elements(result["canvas_id"]) != []
