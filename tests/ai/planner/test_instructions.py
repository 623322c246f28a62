"""What people paste, and what is drawn of it: instructions.txt in many languages, and prose.txt, which is for a model."""

from __future__ import annotations

import pytest

from backend.ai.diagram import Board, Flowchart, Outline, Table
from backend.ai.planner import PlanError, plan_diagram
from tests.ai.planner.cases import blocks, pairs
from tests.ai.planner.sketch import sketch

INSTRUCTIONS = pairs("instructions.txt")


@pytest.mark.parametrize(
    ("instructions", "expected"), INSTRUCTIONS, ids=[said.split("\n")[0][:50] for said, _ in INSTRUCTIONS]
)
def test_structured_instructions_are_drawn_exactly(instructions: str, expected: str) -> None:
    assert sketch(plan_diagram(instructions)) == expected


def test_the_cases_cover_every_kind_and_many_languages() -> None:
    assert len(INSTRUCTIONS) >= 60
    kinds = {expected.split("\n")[0].split(" “")[0].removesuffix(" in order") for _, expected in INSTRUCTIONS}
    assert {"flowchart", "list", "outline", "mind map", "board", "table"} <= kinds


@pytest.mark.parametrize("instructions", blocks("prose.txt"))
def test_prose_is_left_to_a_model(instructions: str) -> None:
    assert sketch(plan_diagram(instructions)) == "nothing"


def test_a_list_in_prose_is_prose_and_a_list_alone_is_one() -> None:
    listed = "Our goals:\n- fast\n- cheap"
    assert isinstance(plan_diagram(listed), Outline)
    assert plan_diagram(f"{listed}\n\nDraw them as a journey of a customer.") is None
    assert plan_diagram(f"I have thought about it. We need a chart.\n\n{listed}") is None


def test_a_list_of_chains_is_a_chart_and_a_list_with_an_arrow_in_an_entry_is_a_list() -> None:
    assert isinstance(plan_diagram("- A -> B\n- B -> C"), Flowchart)
    assert isinstance(plan_diagram("- migrate v1 -> v2\n- write docs"), Outline)


def test_the_same_lines_become_what_the_introduction_names() -> None:
    lines = "\n- Plan\n  - Goals\n- Build\n  - Code"
    assert sketch(plan_diagram(f"Kanban board:{lines}")) == "board “Kanban board”\nPlan: Goals\nBuild: Code"
    assert sketch(plan_diagram(f"Mind map of work:{lines}")).startswith("mind map “Work”\n- Plan\n  - Goals")
    assert sketch(plan_diagram(f"Outline:{lines}")).startswith("outline “Outline”")
    assert sketch(plan_diagram(f"Organisation chart:{lines}")).endswith("Plan ─→ Goals\nBuild ─→ Code")
    assert plan_diagram(f"Draw a flow chart:{lines}") is None
    assert plan_diagram(f"Make a table:{lines}") is None


def test_indentation_nests_whatever_its_width() -> None:
    for step in (" " * 2, " " * 3, " " * 4, " " * 8, "\t"):
        text = f"- A\n{step}- B\n{step}{step}- C\n{step}- D\n- E"
        assert sketch(plan_diagram(text)) == "outline\n- A\n  - B\n    - C\n  - D\n- E"


def test_numbers_aligned_to_the_right_are_one_level() -> None:
    text = "\n".join(f"{number:3}. step {number}" for number in range(8, 12))
    assert sketch(plan_diagram(text)) == "list in order\n- step 8\n- step 9\n- step 10\n- step 11"


def test_a_line_indented_below_an_item_goes_on_with_it() -> None:
    assert sketch(plan_diagram("- first\n  goes on\n- second")) == "list\n- first goes on\n- second"


def test_markdown_in_labels_is_read_and_other_punctuation_kept() -> None:
    text = "- **bold** and `code`\n- [link](http://x.y) \\*no\\*\n- AT&amp;T <b>\n- 2 * 3 * 4 snake_case_name"
    assert sketch(plan_diagram(text)) == "list\n- bold and code\n- link *no*\n- AT&T <b>\n- 2 * 3 * 4 snake_case_name"


def test_groups_without_cards_are_columns() -> None:
    assert sketch(plan_diagram("To do:\n- a\nDoing:\n\nDone:\n- b")) == "board\nTo do: a\nDoing:\nDone: b"
    assert isinstance(plan_diagram("- To do: a, b\n- Doing: c\n- Done: d"), Board)


def test_a_row_wider_than_the_header_is_refused_where_it_certainly_is_a_table() -> None:
    with pytest.raises(PlanError, match="Row 2 of the table has 3 cells, its header has 2"):
        plan_diagram("```csv\na,b\n1,2\n1,2,3\n```")
    assert plan_diagram("a,b\n1,2\n1,2,3") is None


def test_shorter_rows_are_filled_up() -> None:
    planned = plan_diagram("| a | b |\n|---|---|\n| 1 |")
    assert isinstance(planned, Table)
    assert planned.rows == (("1", ""),)


def test_sentences_with_commas_are_no_csv() -> None:
    assert plan_diagram("Anna came, saw the board\nBen left, said nothing") is None
    assert isinstance(plan_diagram("a, b, c\n1, 2, 3\n4, 5, 6"), Table)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("flowchart TD\nA[open --> B", "line 2"),
        ("flowchart TD\nA --> B\nB --> ", "line 3"),
        ("```mermaid\nA[x --> B[y]\n```", "Mermaid"),
        ("mindmap\n  A\n  B", "exactly one root"),
        ("\n".join(f"{'  ' * level}- level {level}" for level in range(60)), "nested deeper than 50"),
        ("\n".join(f"- item {number}" for number in range(501)), "at most 500"),
        ("a -> b\n" * 20_000, "longer than"),
        ("Start -> " + "x" * 10_001, "longer than 10000 characters"),
        ("\t".join(str(number) for number in range(60)) + "\n" + "\t".join("x" * 60), "at most 50"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(text: str, message: str) -> None:
    with pytest.raises(PlanError, match=message) as refused:
        plan_diagram(text)
    assert str(refused.value).endswith(".")


def test_fences_introductions_and_smart_quotes_may_surround_any_notation() -> None:
    expected = "flowchart\n(a b) [c] (d)\na b ─→ c\nc ─→ d"
    fenced = ("```\n“a b” -> c -> d\n```", "~~~text\r\n„a b“ → c → d\r\n~~~")
    for text in ("“a b” -> c -> d", *fenced, "\ufeff\n\n  'a b' -> c -> d  \n"):
        assert sketch(plan_diagram(text)) == expected
    assert sketch(plan_diagram("Draw this:\n\n```\na b -> c -> d\n```\n")) == expected


def test_the_same_instructions_give_the_same_diagram() -> None:
    for instructions, _ in INSTRUCTIONS:
        assert plan_diagram(instructions) == plan_diagram(instructions)
