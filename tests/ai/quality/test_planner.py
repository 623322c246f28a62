"""The planner does every structured case of both halves without a fault, and leaves the others to a model."""

from __future__ import annotations

import pytest

from backend.ai.generation import NeedsModel
from tests.ai.quality.cases import HALVES, Case, read_cases
from tests.ai.quality.scoring import Drawn, draw_case, problems

CASES = [case for half in HALVES for case in read_cases(half)]
KINDS = {
    *("flowchart", "mind_map", "board", "list", "outline", "table", "timeline", "organisation_chart"),
    *("comparison", "swot", "retrospective", "customer_journey", "changes"),
}  # fmt: skip
# Fixed forms have a scaffold to be filled in by people, where no model is there to fill it.
SCAFFOLDS = {"swot", "retrospective", "customer_journey", "comparison"}


@pytest.mark.parametrize("case", [case for case in CASES if case.structured], ids=lambda case: case.id)
def test_a_structured_case_is_perfect(case: Case) -> None:
    drawn = draw_case(case, None)
    assert drawn.engine == "planner"
    assert problems(case, drawn) == []


@pytest.mark.parametrize("case", [case for case in CASES if not case.structured], ids=lambda case: case.id)
def test_a_vague_case_is_left_to_a_model_or_has_an_empty_form(case: Case) -> None:
    try:
        drawn = draw_case(case, None)
    except NeedsModel:
        return
    assert drawn.kind == case.kind and drawn.kind in SCAFFOLDS


def test_the_cases_are_many_of_every_kind_in_many_languages_and_in_two_halves() -> None:
    halves = [read_cases(half) for half in HALVES]
    assert min(map(len, halves)) >= 20
    assert {case.kind for case in CASES} == KINDS
    assert len({case.language for case in CASES}) >= 6
    assert len({case.id for case in CASES}) == len(CASES)
    assert sum(case.canvas is not None for case in CASES) >= 8


def test_the_score_sees_what_is_wrong() -> None:
    case = next(case for case in CASES if case.id == "modify-add")
    good = draw_case(case, None)
    moved = [{**each, "x": each["x"] + 7} if each in good.before else each for each in good.after]
    for faulty in (
        Drawn("planner", "board", good.before, good.after),
        Drawn("planner", "changes", good.before, good.before),
        Drawn("planner", "changes", good.before, moved),
        Drawn("planner", "changes", good.before, [{**each, "link": "http://x.y"} for each in good.after]),
    ):
        assert problems(case, faulty) != []
