"""The checker of geometry finds what is wrong: each drawing here is good until one thing in it is broken."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

import pytest

from backend.ai.diagram import Board, Column
from backend.ai.drawing.geometry import check_geometry
from tests.ai.drawing.diagrams import by_label, chart, drawn

Element = dict[str, Any]
Break = Callable[[list[Element]], None]


def arrow_of(elements: list[Element]) -> Element:
    return next(element for element in elements if element["type"] == "arrow")


def text_of(elements: list[Element], text: str) -> Element:
    return next(element for element in elements if element.get("originalText") == text)


def overlap(elements: list[Element]) -> None:
    shapes = by_label(elements)
    shapes["b"].update(x=shapes["a"]["x"] + 60, y=shapes["a"]["y"] + 20)


def text_out(elements: list[Element]) -> None:
    text_of(elements, "a")["x"] -= 100


def text_too_large(elements: list[Element]) -> None:
    by_label(elements)["a"]["height"] = text_of(elements, "a")["height"] + 4


def loose_start(elements: list[Element]) -> None:
    arrow_of(elements)["startBinding"] = None


def deleted_target(elements: list[Element]) -> None:
    by_label(elements)["b"]["isDeleted"] = True


def one_sided(elements: list[Element]) -> None:
    by_label(elements)["b"]["boundElements"] = [
        each for each in by_label(elements)["b"]["boundElements"] if each["type"] == "text"
    ]


def holds_a_stranger(elements: list[Element]) -> None:
    by_label(elements)["c"]["boundElements"].append({"type": "arrow", "id": arrow_of(elements)["id"]})


def holds_twice(elements: list[Element]) -> None:
    bound = by_label(elements)["b"]["boundElements"]
    bound.append(dict(bound[-1]))


def far_end(elements: list[Element]) -> None:
    arrow_of(elements)["points"][-1][1] -= 40


def inside_end(elements: list[Element]) -> None:
    arrow_of(elements)["points"][-1][1] += 22


def doubled_index(elements: list[Element]) -> None:
    elements[1]["index"] = elements[0]["index"]


def no_index(elements: list[Element]) -> None:
    elements[1]["index"] = None


def doubled_id(elements: list[Element]) -> None:
    elements.append({**elements[0], "index": "zzz"})


def label_on_shape(elements: list[Element]) -> None:
    text_of(elements, "yes")["y"] = text_of(elements, "c")["y"]


def label_off_its_arrow(elements: list[Element]) -> None:
    text_of(elements, "yes")["x"] += 30


def text_unknown_to_shape(elements: list[Element]) -> None:
    shape = by_label(elements)["a"]
    shape["boundElements"] = [each for each in shape["boundElements"] if each["type"] != "text"]


def text_bound_to_nothing(elements: list[Element]) -> None:
    text_of(elements, "a")["containerId"] = "gone"


def texts_on_each_other(elements: list[Element]) -> None:
    title = text_of(elements, "Title")
    elements.append({**copy.deepcopy(title), "id": "copy", "index": "zz", "x": title["x"] + 10})


@pytest.mark.parametrize(
    ("spoil", "finding"),
    [
        (overlap, "overlap"),
        (text_out, "hangs out"),
        (text_too_large, "too large|hangs out"),
        (loose_start, "start of .* is not bound"),
        (deleted_target, "end of .* is not bound"),
        (one_sided, "does not know the arrow"),
        (holds_a_stranger, "is not bound to it"),
        (holds_twice, "something twice"),
        (far_end, "end of .* is far from"),
        (inside_end, "end of .* is far from"),
        (doubled_index, "index .* is there 2 times"),
        (no_index, "index None is not valid"),
        (doubled_id, "id .* is there 2 times"),
        (label_on_shape, "“yes”.* is on the"),
        (label_off_its_arrow, "not in the middle of its arrow"),
        (text_unknown_to_shape, "does not know its text"),
        (text_bound_to_nothing, "bound to nothing"),
        (texts_on_each_other, "are on each other"),
    ],
)
def test_each_fault_is_found(spoil: Break, finding: str) -> None:
    elements = drawn(chart("a -> b, b -yes-> c", "Title"))
    assert check_geometry(elements) == []
    spoil(elements)
    problems = check_geometry(elements)
    assert problems
    assert any(re.search(finding, problem) for problem in problems), problems


def test_a_card_half_out_of_its_column_is_found_and_one_inside_is_not() -> None:
    elements = drawn(Board("", (Column("To do", ("card",)), Column("Done"))))
    assert check_geometry(elements) == []
    by_label(elements)["card"]["x"] += 150
    assert any("overlap" in problem for problem in check_geometry(elements))


def test_deleted_elements_do_not_count() -> None:
    elements = drawn(chart("a"))
    ghost = {**copy.deepcopy(elements[0]), "id": "ghost", "index": "b0z", "isDeleted": True, "boundElements": []}
    assert check_geometry([*elements, ghost]) == []
