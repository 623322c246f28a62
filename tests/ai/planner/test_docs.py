"""Every example of docs/planner.md does what stands below it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from backend.ai.planner import PlanError, plan_changes, plan_diagram
from tests.ai.planner.sketch import sketch, sketch_operations

PAGE = Path(__file__).parents[3] / "docs" / "planner.md"
CANVAS = ["Sign up", "Draft", "Publish", "Save to disk", "Send mail", "Send invoice"]
EXAMPLE = re.compile(r"^(`{3,})instructions\n(.*?)\n\1\n+```(drawn|changed)\n(.*?)\n```$", re.DOTALL | re.MULTILINE)
EXAMPLES = [match.groups()[1:] for match in EXAMPLE.finditer(PAGE.read_text(encoding="utf-8"))]


def test_every_block_of_instructions_is_an_example_that_is_run() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert len(EXAMPLES) == text.count("```instructions\n") >= 25
    assert ", ".join(f"*{name}*" for name in CANVAS[:-1]) in text


@pytest.mark.parametrize(("instructions", "kind", "expected"), EXAMPLES, ids=[example[0][:40] for example in EXAMPLES])
def test_the_example_does_what_stands_below_it(instructions: str, kind: str, expected: str) -> None:
    try:
        drawn = kind == "drawn"
        found = sketch(plan_diagram(instructions)) if drawn else sketch_operations(plan_changes(instructions, CANVAS))
    except PlanError as error:
        found = f"refused: {error}"
    assert found == expected
