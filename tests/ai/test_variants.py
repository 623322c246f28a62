"""A variant of what the planner drew looks otherwise: the other way round, another form, other colours."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from backend.ai.diagram import Board, Flowchart
from backend.ai.planner import plan_diagram
from backend.ai.variants import variant_of
from tests.ai.installation import Installation, Person
from tests.ai.test_create_canvas import labels

FLOW = "Order -> Pay -> Ship"


def drawn(installation: Installation, person: Person, instructions: str, **more: Any) -> list[dict[str, Any]]:
    """The elements of a job that has ended, with its id in the last place."""
    accepted = person.start("create_canvas", instructions=instructions, **more)
    installation.drain()
    elements = person.elements(accepted["canvas_id"])
    return [each for each in elements if each["customData"]["job"] == accepted["job_id"]]


def look(elements: list[dict[str, Any]]) -> tuple[Any, ...]:
    """What tells drawings apart at a glance: whether they are wide, their colours, their shapes."""
    boxes = [each for each in elements if each["type"] not in ("text", "arrow", "line")]
    wide = max(each["x"] for each in boxes) - min(each["x"] for each in boxes) > 50
    return wide, sorted({each["backgroundColor"] for each in elements}), len(boxes)


@pytest.mark.parametrize(
    "instructions", [FLOW, "kanban board\nTo do: write, print\nDone: plan", "# Garden\n- Beds\n- Paths\n  - Gravel"]
)
def test_every_variant_looks_otherwise_and_says_the_same(alone: Installation, instructions: str) -> None:
    person = alone.guest()
    first = drawn(alone, person, instructions)
    job_id = first[0]["customData"]["job"]
    variants = [drawn(alone, person, instructions, variant_of=job_id) for _ in range(2)]
    variants.append(drawn(alone, person, instructions, variant_of=variants[-1][0]["customData"]["job"]))
    looks = [repr(look(each)) for each in (first, *variants)]
    assert len(set(looks)) == 4, looks
    for variant in variants:
        assert {each["text"] for each in first if each["type"] == "text"} <= {
            each["text"] for each in variant if each["type"] == "text"
        }


def test_a_flow_chart_is_drawn_the_other_way_round(alone: Installation) -> None:
    person = alone.guest()
    first = drawn(alone, person, FLOW)
    other = drawn(alone, person, FLOW, variant_of=first[0]["customData"]["job"])
    assert labels(first) == labels(other)
    assert (look(first)[0], look(other)[0]) == (False, True)


def test_what_has_one_form_only_changes_its_colours() -> None:
    flow, board = plan_diagram(FLOW), plan_diagram("kanban board\nTo do: write, print\nDone: plan")
    assert isinstance(flow, Flowchart)
    assert isinstance(board, Board)
    assert variant_of(flow, 0) == (flow, 0)
    assert variant_of(flow, 1) == (replace(flow, direction="right"), 0)
    assert variant_of(flow, 2) == (flow, 1)
    assert variant_of(board, 1) == (board, 1)
