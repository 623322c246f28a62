"""What the pages offer to click is drawn without any model."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from backend.ai.planner import plan_diagram
from backend.config import ROOT

FEATURES = ROOT / "frontend" / "src" / "features"
STRING = re.compile(r'"(?:[^"\\]|\\.)*"')


def strings_of(path: Path, list_name: str) -> list[str]:
    """The string literals of the list that follows ``list_name`` in a catalogue."""
    source = path.read_text()
    start = source.index("[", source.index(list_name))
    return [json.loads(literal) for literal in STRING.findall(source[start : source.index("]", start)])]


HOME = strings_of(FEATURES / "home" / "strings.ts", "examples: [")
PANEL = strings_of(FEATURES / "ai" / "strings.ts", "PLAIN_EXAMPLES = [")


def test_first_page_offers_five_examples_and_the_panel_some() -> None:
    assert len(HOME) == 5
    assert len(PANEL) >= 2


@pytest.mark.parametrize("example", [*HOME, *PANEL])
def test_example_is_drawn_by_the_planner(example: str) -> None:
    assert plan_diagram(example) is not None


def test_examples_of_the_first_page_show_different_kinds() -> None:
    kinds = {diagram.kind for diagram in map(plan_diagram, HOME) if diagram is not None}
    assert len(kinds) >= 4
