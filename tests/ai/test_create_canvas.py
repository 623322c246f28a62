"""create_canvas end to end: through the route, a real worker and Postgres, to elements on the canvas."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

import pytest

from backend.ai.drawing.geometry import check_geometry
from backend.ai.kinds.forms import BY_NAME
from tests.ai.installation import Installation
from tests.ai.protocol_server import Answer, ProtocolServer

SENTENCE = (
    "Sign up -> Verify e-mail -> Choose plan; if no e-mail -> Resend -> Verify e-mail"  # the example of the first page
)
FREE = "flow chart of how a bug report is handled"
CHART = {
    "title": "Bug report",
    "direction": "down",
    "steps": [
        {"step": "Report arrives", "question": "", "expected": "", "otherwise": []},
        {
            "step": "Reproducible?",
            "question": "",
            "expected": "yes",
            "otherwise": [{"answer": "no", "step": "Ask for details", "then": "again"}],
        },
        {"step": "Fix it", "question": "", "expected": "", "otherwise": []},
    ],
}
SOON = 5.0  # a hang bound


def in_other_words(value: Any) -> Any:
    """An answer of the same form; a copy of the example would be refused."""
    if isinstance(value, dict):
        return {key: in_other_words(inner) for key, inner in value.items()}
    return [in_other_words(inner) for inner in value] if isinstance(value, list) else f"Other {value}"


def labels(elements: list[dict[str, Any]]) -> list[str]:
    """Texts of shapes, without those of arrows and titles."""
    shapes = {e["id"] for e in elements if e["type"] in ("rectangle", "ellipse", "diamond")}
    return sorted(e["originalText"] for e in elements if e["type"] == "text" and e.get("containerId") in shapes)


def test_the_sentence_of_the_first_page_is_drawn_by_the_planner(alone: Installation) -> None:
    person = alone.guest()
    accepted = person.start("create_canvas", instructions=SENTENCE)

    alone.drain()

    result = person.result(accepted["job_id"])
    elements = person.elements(accepted["canvas_id"])
    assert result["engine"] == {"name": "planner"}
    assert result["kind"] == "flowchart"
    assert result["canvas_id"] == accepted["canvas_id"]
    assert result["elements"] == len(elements)
    assert labels(elements) == ["Choose plan", "Resend", "Sign up", "Verify e-mail"]
    assert len([e for e in elements if e["type"] == "arrow"]) == 4
    assert check_geometry(elements) == []
    assert all(e["link"] is None for e in elements)
    assert all(e["customData"]["job"] == accepted["job_id"] for e in elements)


def test_its_events_tell_the_drawing_step_by_step_without_gaps(alone: Installation) -> None:
    person = alone.guest()
    accepted = person.start("create_canvas", instructions=SENTENCE)

    alone.drain()

    events = alone.events(accepted["job_id"])
    partial = [event for event in events if event["type"] == "partial"]
    drawn = [element_id for event in partial for element_id in event["data"]["element_ids"]]
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    assert [events[0]["type"], events[1]["type"], events[-1]["type"]] == ["queued", "processing", "completed"]
    assert len(partial) >= 4, "the drawing must grow, not appear at once"
    assert sorted(drawn) == sorted(e["id"] for e in person.elements(accepted["canvas_id"]))
    versions = [event["data"]["canvas_version"] for event in partial]
    assert versions == sorted(set(versions))
    progress = [event["progress"] for event in events]
    assert progress == sorted(progress)
    assert progress[-1] == 100


def test_a_second_drawing_finds_free_space_beside_the_first(alone: Installation) -> None:
    person = alone.guest()
    first = person.start("create_canvas", instructions=SENTENCE)
    alone.drain()
    before = {e["id"]: e for e in person.elements(first["canvas_id"])}

    person.start("create_canvas", instructions="Plan -> Build", canvas_id=first["canvas_id"])
    alone.drain()

    elements = person.elements(first["canvas_id"])
    assert check_geometry(elements) == []
    assert {e["id"]: e for e in elements if e["id"] in before} == before
    assert len(elements) > len(before)


def test_free_text_is_drawn_by_the_model(with_model: Installation, server: ProtocolServer) -> None:
    server.script(CHART)
    person = with_model.guest()
    accepted = person.start("create_canvas", instructions=FREE)

    with_model.drain()

    result = person.result(accepted["job_id"])
    elements = person.elements(accepted["canvas_id"])
    assert result["engine"] == {"name": "test", "model": server.models[0]}
    assert result["title"] == "Bug report"
    assert labels(elements) == ["Ask for details", "Fix it", "Report arrives", "Reproducible?"]
    assert check_geometry(elements) == []


@pytest.mark.parametrize("form", ["timeline", "board", "list", "outline"])
def test_a_drawing_whose_first_part_is_long_in_coming_is_drawn(
    with_model: Installation, server: ProtocolServer, form: str
) -> None:
    """Its title is there, and a list in which nothing stands yet."""
    answer = in_other_words(BY_NAME[form].kind.example[1])
    text = json.dumps(answer)
    server.script(Answer(text=text, chunk=len(text) // 12, delay=0.06))
    person = with_model.guest()
    accepted = person.start("create_canvas", instructions=f"{form} about something else")

    with_model.drain()

    assert person.result(accepted["job_id"])["title"] == answer["title"]
    assert check_geometry(person.elements(accepted["canvas_id"])) == []


def test_progress_moves_while_the_model_writes(with_model: Installation, server: ProtocolServer) -> None:
    gate = threading.Event()
    server.script(Answer(text=CHART, chunk=40, delay=0.06, gate=gate))
    person = with_model.guest()
    accepted = person.start("create_canvas", instructions=FREE)

    with with_model.worker():
        seen = with_model.until(
            lambda c: c.execute(
                "SELECT progress, progress_message FROM ai_job WHERE progress > 70 AND status = 'processing'"
            ).fetchone()
        )
        gate.set()
        assert with_model.until_finished(accepted["job_id"])["status"] == "completed"

    assert 70 < seen["progress"] < 90
    assert "so far" in seen["progress_message"]


def test_colour_scheme_and_style_are_kept(alone: Installation) -> None:
    person = alone.guest()
    plain = person.start("create_canvas", instructions="A -> B")
    styled = person.start("create_canvas", instructions="A -> B", color_scheme="green", style="sketch")

    alone.drain()

    def look(canvas_id: str) -> set[tuple[Any, ...]]:
        return {(e["strokeColor"], e["backgroundColor"], e["roughness"]) for e in person.elements(canvas_id)}

    assert look(plain["canvas_id"]).isdisjoint(look(styled["canvas_id"]))


def test_free_text_without_a_model_fails_with_a_sentence_that_helps(alone: Installation) -> None:
    person = alone.guest()
    accepted = person.start("create_canvas", instructions="something nice about bees")

    alone.drain()

    error = person.status(accepted["job_id"])["error"]
    assert error["code"] == "needs_model"
    assert "AI_PROVIDERS" in error["message"]
    assert alone.job(accepted["job_id"])["attempt"] == 1
    assert person.elements(accepted["canvas_id"]) == []


def test_a_cancel_while_the_model_writes_closes_its_connection(
    with_model: Installation, server: ProtocolServer
) -> None:
    server.script(Answer(text=CHART, chunk=4, hang_after=3))
    person = with_model.guest()
    accepted = person.start("create_canvas", instructions=FREE)

    with with_model.worker():
        (request,) = server.wait_for_requests(1)
        assert request.streaming.wait(SOON)
        clicked = time.monotonic()
        assert person.delete(f"/api/ai-agent/job/{accepted['job_id']}").status_code == 202
        assert request.closed_by_client.wait(SOON)
        row = with_model.until_finished(accepted["job_id"])

    assert request.closed_at is not None and request.closed_at - clicked < SOON
    assert row["status"] == "cancelled"
    assert person.elements(accepted["canvas_id"]) == []


def test_a_cancel_while_drawing_keeps_what_is_drawn_and_says_so(alone: Installation) -> None:
    person = alone.guest()
    accepted = person.start("create_canvas", instructions=" -> ".join(f"Step {n}" for n in range(1, 31)))

    with alone.worker():
        alone.until(lambda c: c.execute("SELECT FROM ai_draft WHERE written >= 2").rowcount > 0)
        assert person.delete(f"/api/ai-agent/job/{accepted['job_id']}").status_code == 202
        row = alone.until_finished(accepted["job_id"])

    drawn = person.elements(accepted["canvas_id"])
    assert row["status"] == "cancelled"
    assert 0 < len(drawn) < 30
    last = alone.events(accepted["job_id"])[-1]
    assert last["type"] == "cancelled"
    assert f"{len(drawn)} of " in last["message"]
    assert "stay on the canvas" in last["message"]


def test_a_canvas_deleted_meanwhile_ends_the_job(with_model: Installation, server: ProtocolServer) -> None:
    gate = threading.Event()
    server.script(Answer(text=CHART, gate=gate))
    person = with_model.guest()
    accepted = person.start("create_canvas", instructions=FREE)

    with with_model.worker():
        server.wait_for_requests(1)
        assert person.delete(f"/api/canvases/{accepted['canvas_id']}").status_code == 204
        gate.set()
        row = with_model.until_finished(accepted["job_id"])

    assert (row["status"], row["error_code"], row["attempt"]) == ("failed", "canvas_gone", 1)


def test_a_canvas_deleted_before_the_job_runs_costs_no_model_call(
    with_model: Installation, server: ProtocolServer
) -> None:
    person = with_model.guest()
    accepted = person.start("create_canvas", instructions=FREE)
    person.delete(f"/api/canvases/{accepted['canvas_id']}")

    with_model.drain()

    assert with_model.job(accepted["job_id"])["error_code"] == "canvas_gone"
    assert server.requests == []
