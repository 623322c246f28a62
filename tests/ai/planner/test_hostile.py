"""Text that means harm, or nothing: every input ends soon, with a diagram, None or PlanError."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backend.ai.diagram import diagram_problems
from backend.ai.operations import AddDiagram
from backend.ai.planner import PlanError, plan_changes, plan_diagram
from tests.ai.planner.cases import blocks, pairs
from tests.ai.planner.strategies import PATIENT

SIZE = 20_000  # characters
HANG = 5.0  # seconds of processor time; what is accepted takes a fraction of one

PIECES = (
    "->", "-->", "-", "--", "- ", "=>", "→", "<-", "-[", "-[x]->", "--a", "-- a ", "-.a ", "==a ", "->|",
    "a->b;", "a->b\n", "a->{b,", "[", "(", "{", "[[", "((", "])}", '"', '"->', "“", "“->", "“,", "«", "'", "`",
    "\\", '\\"', '"\\', "|", "|a", "|-", "|-|-|\n", ",", ", ", ";", ":", "a:", "a: b;", "a: b\n", "a(", "a(b),",
    "(a,", "#", "# a\n", "- a\n", "  - a\n", "1. ", "1.1.1.", "*", "**a", "_a", "[a](", "![", "<", "&", "&&",
    "\t", "a\t", "a\tb\n", " ", "\n", "a\n\n", "\n\t", "é", "你", "你，", "如果", "if ", "if a->b;", "else ",
    "no->a;", "?", "a?->", "and ", "and add ", "add a after b and ", "rename a to ", "connect a to b to ",
    " to ", "remove a;", "then remove ", "在", "draw a flow chart of ", "compare a, ", "mind map: ",
    "graph TD\n", "A-->B;", "A[", 'A["', "A-- ", "A-->|", "%%", "mindmap\n", "```", "```\n", "---\n",
    "---\ntitle: a\n", ":::", "@{", "\x00", "\ud800", "\u202e",
)  # fmt: skip
STARTS = (
    "graph TD\n", "mindmap\n", "Kanban board: ", "Mind map: ", "Table:\n", "add ", "| a | b |\n|---|---|\n",
    "a -> b\n", '"', "- ",
)  # fmt: skip


@pytest.mark.parametrize(("number", "piece"), [*enumerate(PIECES)])
def test_twenty_thousand_characters_of_the_same_end_soon(number: int, piece: str) -> None:
    for start in ("", STARTS[number % len(STARTS)]):
        text = start + piece * (SIZE // len(piece))
        before = time.process_time()
        with contextlib.suppress(PlanError):
            plan_changes(text, ["a", "b", "a to b"])  # tries plan_diagram, too
        assert time.process_time() - before < HANG, start


@pytest.mark.parametrize("depth", [100, 2_000])
def test_deep_nesting_ends_in_a_sentence_or_nothing(depth: int) -> None:
    nested = "a (" * depth + "b" + ")" * depth
    for text in (f"Mind map: {nested}", "[" * depth + "a" + "]" * depth + " -> b", "{" * depth + " -> " + "}" * depth):
        with contextlib.suppress(PlanError):
            planned = plan_diagram(text)
            assert planned is None or not diagram_problems(planned)


@PATIENT
@given(st.text(max_size=300))
@example("\ud800 -> \udfff")
@example("\x00 -> \x00")
def test_any_text_is_planned_or_left_alone(text: str) -> None:
    _is_sound(text)


notation = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=5)), max_size=40).map("".join)


@PATIENT
@given(notation)
def test_any_mixture_of_notations_is_planned_or_left_alone(text: str) -> None:
    _is_sound(text)


CASES = [said for said, _ in (*pairs("instructions.txt"), *pairs("changes.txt"))] + blocks("prose.txt")


@PATIENT
@given(st.sampled_from(CASES), st.data())
def test_real_instructions_with_damage_are_planned_or_left_alone(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 20)))
    _is_sound(text[:start] + data.draw(st.one_of(st.just(""), st.sampled_from(PIECES))) + text[end:])


def _is_sound(text: str) -> None:
    """Whatever is planned may be drawn; nothing but PlanError is raised."""
    with contextlib.suppress(PlanError):
        planned = plan_diagram(text)
        assert planned is None or diagram_problems(planned) == []
    with contextlib.suppress(PlanError):
        for operation in plan_changes(text, ["a", "b", "Sign up", "a to b", "你"]) or ():
            if isinstance(operation, AddDiagram):
                assert diagram_problems(operation.diagram) == []
