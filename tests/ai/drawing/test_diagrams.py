"""Every kind of diagram is drawn so that there is nothing to find fault with, whatever is written in it."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from backend.ai.diagram import (
    Board,
    Column,
    Diagram,
    Edge,
    Flowchart,
    Item,
    Node,
    Outline,
    Period,
    Table,
    Timeline,
    labels_of,
)
from backend.ai.drawing.draw import MOST_BATCHES, draw_diagram
from backend.ai.drawing.errors import DrawingError
from backend.ai.drawing.geometry import check_geometry
from backend.ai.drawing.measure import Font, inner_size, wrap
from backend.ai.drawing.placement import element_rect
from backend.ai.drawing.shapes import path_crosses, rounded, union
from backend.ai.drawing.themes import SCHEMES
from backend.ai.drawing.tokens import clean
from backend.ai.drawing.view import read_canvas
from backend.canvases.elements import clean_elements
from tests.ai.drawing.diagrams import (
    JOB,
    OTHER_JOB,
    boards,
    by_label,
    chart,
    diagrams,
    drawn,
    flowcharts,
    outlines,
    tables,
    timelines,
)

Elements = list[dict[str, Any]]
# Without shrinking, which takes minutes on drawings: the failing diagram is printed as it is.
PHASES = (Phase.explicit, Phase.reuse, Phase.generate)
often = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), phases=PHASES)
sometimes = settings(often, max_examples=20)


def check_drawing(diagram: Diagram, elements: Elements) -> None:
    """What holds for any drawing."""
    assert check_geometry(elements) == []
    kinds = {element["id"]: element["type"] for element in elements}
    texts = Counter(
        e["originalText"] for e in elements if e["type"] == "text" and kinds.get(e["containerId"]) != "arrow"
    )
    wanted = Counter(text for text in map(clean, labels_of(diagram)) if text)
    assert wanted <= texts, "every label is written somewhere"
    assert all(element["version"] == 1 and element["index"] for element in elements)
    assert clean_elements(elements[:900])  # the canvas takes them


@often
@given(flowcharts(), st.sampled_from(["clean", "sketch"]))
def test_any_flow_chart_has_perfect_geometry(diagram: Flowchart, style: str) -> None:
    elements = drawn(diagram, style=style)
    check_drawing(diagram, elements)
    arrows = [element for element in elements if element["type"] == "arrow"]
    assert len(arrows) == len(diagram.edges)
    assert [
        arrow["strokeStyle"] == "dashed"
        for arrow in sorted(arrows, key=lambda a: int(a["customData"]["key"].split()[1]))
    ] == [edge.dashed for edge in diagram.edges]


@often
@given(outlines)
def test_any_outline_list_or_mind_map_has_perfect_geometry(diagram: Outline) -> None:
    check_drawing(diagram, drawn(diagram))


@sometimes
@given(boards)
def test_any_board_has_perfect_geometry_and_cards_in_their_columns(diagram: Board) -> None:
    elements = drawn(diagram)
    check_drawing(diagram, elements)
    rects = {element["customData"]["key"]: element_rect(element) for element in elements}
    for number, column in enumerate(diagram.columns):
        for position in range(len(column.cards)):
            assert rects[f"column {number}"].contains(rects[f"column {number} card {position}"])


@sometimes
@given(timelines)
def test_any_timeline_has_perfect_geometry_and_its_dates_in_order(diagram: Timeline) -> None:
    elements = drawn(diagram)
    check_drawing(diagram, elements)
    rects = {element["customData"]["key"]: element_rect(element) for element in elements}
    dates = [rects[f"period {number}"] for number in range(len(diagram.periods))]
    places = [(date.y, date.x) for date in dates]
    assert places == sorted(places)
    assert len([element for element in elements if element["type"] == "arrow"]) == len(dates) - 1


@sometimes
@given(tables())
def test_any_table_is_a_grid_without_gaps(diagram: Table) -> None:
    elements = drawn(diagram)
    check_drawing(diagram, elements)
    cells = {e["customData"]["key"]: element_rect(e) for e in elements if e["type"] == "rectangle"}
    for row in range(len(diagram.rows) + 1):
        for column in range(len(diagram.header) - 1):
            left, right = cells[f"cell {row} {column}"], cells[f"cell {row} {column + 1}"]
            assert left.right == pytest.approx(right.x, abs=0.01) and left.y == right.y and left.height == right.height


@often
@given(diagrams)
def test_the_editor_would_break_every_text_into_the_same_lines(diagram: Diagram) -> None:
    elements = drawn(diagram)
    by_id = {element["id"]: element for element in elements}
    for text in elements:
        container = by_id.get(text.get("containerId") or "")
        if container is None or container["type"] == "arrow":
            continue
        width, height = inner_size(container["type"], container["width"], container["height"])
        font = Font(text["fontFamily"], text["fontSize"])
        assert wrap(text["originalText"], font, width) == text["text"]
        assert text["height"] <= height + 0.01


@sometimes
@given(diagrams)
def test_the_same_job_draws_the_very_same_and_another_job_has_other_ids(diagram: Diagram) -> None:
    first, second = drawn(diagram), drawn(diagram)
    assert first == second
    assert {e["id"] for e in first}.isdisjoint(e["id"] for e in drawn(diagram, job_id=OTHER_JOB))


@sometimes
@given(diagrams, diagrams)
def test_a_second_drawing_goes_beside_and_behind_the_first(one: Diagram, other: Diagram) -> None:
    before = drawn(one)
    after = drawn(other, job_id=OTHER_JOB, origin=before)
    assert not union(map(element_rect, before)).overlaps(union(map(element_rect, after)))
    assert max(e["index"] for e in before) < min(e["index"] for e in after)
    assert check_geometry(before + after) == []


@sometimes
@given(diagrams, st.data())
def test_a_second_run_after_a_crash_completes_the_first_in_its_place(diagram: Diagram, data: st.DataObject) -> None:
    people = [{**element, "x": element["x"] - 5_000} for element in drawn(chart("a -> b"), job_id=OTHER_JOB)]
    batches = draw_diagram(diagram, job_id=JOB, origin=people)
    written = [e for batch in batches[: data.draw(st.integers(1, len(batches)))] for e in batch]
    later = {**people[0], "id": "later", "index": "c000", "x": 90_000.0, "boundElements": []}
    again = drawn(diagram, origin=[*people, *written, later])
    whole = {e["id"]: e for batch in batches for e in batch}
    assert {e["id"] for e in again} == set(whole)
    assert [(e["x"], e["y"]) for e in again] == [(whole[e["id"]]["x"], whole[e["id"]]["y"]) for e in again]
    assert all(e["index"] == earlier["index"] for earlier in written for e in again if e["id"] == earlier["id"])
    indices = [e["index"] for e in again] + [later["index"]]
    assert len(indices) == len(set(indices))


@sometimes
@given(diagrams)
def test_batches_are_in_the_order_in_which_one_would_draw(diagram: Diagram) -> None:
    batches = draw_diagram(diagram, job_id=JOB)
    assert 0 < len(batches) <= MOST_BATCHES
    seen: set[str] = set()
    for batch in batches:
        seen |= {element["id"] for element in batch}
        for element in batch:
            ends = [element[side]["elementId"] for side in ("startBinding", "endBinding") if element.get(side)]
            texts = [each["id"] for each in element["boundElements"] if each["type"] == "text"]
            assert {*ends, *texts} <= seen


def test_an_origin_is_the_top_left_corner_of_the_drawing() -> None:
    area = union(map(element_rect, drawn(chart("a -> b", "Title"), origin=(300.0, -40.0))))
    assert (area.x, area.y) == pytest.approx((300, -40), abs=1)


def test_the_title_stands_above_everything_and_a_mind_map_has_it_in_the_centre() -> None:
    elements = drawn(chart("a -> b", "How it works"))
    title = next(element for element in elements if element.get("originalText") == "How it works")
    assert title["containerId"] is None
    assert all(e["y"] >= title["y"] + title["height"] for e in elements if e is not title and e["type"] != "text")
    assert "Plans" in by_label(drawn(Outline("Plans", (Item("a"), Item("b")), "mind_map")))


def test_a_mind_map_has_branches_on_both_sides_in_colours_of_their_own() -> None:
    shapes = by_label(drawn(Outline("Centre", tuple(Item(name) for name in "abcd"), "mind_map")))
    middle = element_rect(shapes["Centre"]).center[0]
    sides = [element_rect(shapes[name]).center[0] > middle for name in "abcd"]
    assert sides == [True, True, False, False]
    assert len({shapes[name]["strokeColor"] for name in "abcd"}) == 4


def test_a_chain_runs_straight_down_or_to_the_right_with_arrows_of_two_points() -> None:
    down = drawn(chart("a -> b, b -> c"))
    assert len({element_rect(shape).center[0] for shape in by_label(down).values()}) == 1
    right = drawn(Flowchart("", chart("a -> b, b -> c").nodes, chart("a -> b, b -> c").edges, "right"))
    assert len({element_rect(shape).center[1] for shape in by_label(right).values()}) == 1
    assert all(len(e["points"]) == 2 for e in down + right if e["type"] == "arrow")


def test_sparse_flow_charts_have_no_arrow_through_a_foreign_shape() -> None:
    elements = drawn(
        chart("a -> b, b -no-> c, c -> b, b -yes-> d, d -> e?, e? -paid-> f, e? -not paid-> g, g -> e?, a -> f, f -> f")
    )
    shapes = [element for element in elements if element["type"] in ("rectangle", "diamond")]
    for arrow in (element for element in elements if element["type"] == "arrow"):
        path = rounded([(arrow["x"] + x, arrow["y"] + y) for x, y in arrow["points"]])
        own = {arrow["startBinding"]["elementId"], arrow["endBinding"]["elementId"]}
        assert [s["id"] for s in shapes if s["id"] not in own and path_crosses(path, element_rect(s))] == []


def test_a_timeline_has_each_event_below_its_date_and_a_long_one_beside_it() -> None:
    short = by_label(drawn(Timeline("", (Period("2020", ("begin",)), Period("2024", ("end",))))))
    assert short["begin"]["x"] == short["2020"]["x"] and short["begin"]["y"] > short["2020"]["y"]
    assert short["2024"]["y"] == short["2020"]["y"]
    long = by_label(drawn(Timeline("", tuple(Period(f"{1990 + n}", (f"event {n}",)) for n in range(12)))))
    assert long["event 3"]["y"] == long["1993"]["y"] and long["event 3"]["x"] > long["1993"]["x"]


def test_the_parts_of_a_swot_analysis_are_two_by_two() -> None:
    columns = tuple(Column(name, ("x",)) for name in ("S", "W", "O", "T"))
    rects = {e["customData"]["key"]: element_rect(e) for e in drawn(Board("", columns, "swot"))}
    s, w, o, t = (rects[f"column {number}"] for number in range(4))
    assert (s.y, o.x, t.x, t.y) == (w.y, s.x, w.x, o.y) and s.bottom < o.y and s.right < w.x


def test_numbers_in_a_table_are_aligned_right() -> None:
    elements = drawn(Table("", ("Plan", "Price"), (("Free", "$0"), ("Team", "12 €"))))
    aligns = {e["originalText"]: e["textAlign"] for e in elements if e["type"] == "text"}
    assert aligns == {"Plan": "left", "Price": "right", "Free": "left", "$0": "right", "Team": "left", "12 €": "right"}


def test_an_ordered_list_is_numbered_beside_its_entries() -> None:
    diagram = Outline("", (Item("Milk"), Item("Eggs")), "list", ordered=True)
    shapes = by_label(drawn(diagram))
    assert element_rect(shapes["1"]).center[1] == element_rect(shapes["Milk"]).center[1]
    assert shapes["2"]["x"] + shapes["2"]["width"] < shapes["Eggs"]["x"]


def test_an_empty_column_has_room_and_no_text_where_there_is_none() -> None:
    elements = drawn(Board("", (Column("Later"), Column("", ("card",)))))
    assert min(e["height"] for e in elements if e["customData"]["key"] in ("column 0", "column 1")) > 100
    assert all(e["text"] for e in elements if e["type"] == "text")


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_scheme_has_colours_of_its_own(scheme: str) -> None:
    def colours(name: str) -> set[str]:
        return {e["backgroundColor"] for e in drawn(chart("a -> b?, b? -> c"), scheme=name)}

    assert all(colours(scheme) != colours(other) for other in SCHEMES if other != scheme)


def test_the_styles_differ_in_font_and_line_and_an_unknown_name_is_refused() -> None:
    clean_one, sketchy = drawn(chart("a"), style="clean"), drawn(chart("a"), style="sketch")
    assert [(e["fontFamily"], e["lineHeight"]) for e in clean_one + sketchy if e["type"] == "text"] == [
        (6, 1.35),
        (5, 1.25),
    ]
    assert clean_one[0]["roughness"] < sketchy[0]["roughness"]
    with pytest.raises(DrawingError, match="default, blue"):
        draw_diagram(chart("a"), job_id=JOB, scheme="plaid")
    with pytest.raises(DrawingError, match="clean, sketch"):
        draw_diagram(chart("a"), job_id=JOB, style="baroque")


def test_a_view_gives_back_what_was_drawn() -> None:
    view = read_canvas(drawn(chart("a -> b, b -yes-> c, c -> a", "Title")))
    assert view.labels == ["Title", "a", "b", "c"]
    assert sorted(view.arrows) == [("a", "b", ""), ("b", "c", "yes"), ("c", "a", "")]


def test_very_long_keys_do_not_make_heavy_elements() -> None:
    keys = ("k" * 9_000 + "1", "k" * 9_000 + "2")
    elements = drawn(Flowchart("", tuple(Node(key, "a") for key in keys), (Edge(*keys),)))
    assert check_geometry(elements) == []
    assert max(len(element["customData"]["key"]) for element in elements) < 300


def test_the_time_in_the_elements_is_that_of_the_job() -> None:
    assert {e["updated"] for e in drawn(chart("a -> b"))} == {JOB.int >> 80}
    assert UUID(drawn(chart("a"))[0]["customData"]["job"]) == JOB


@pytest.mark.parametrize("labels", [False, True])
def test_three_hundred_nodes_are_drawn_in_bounded_time(labels: bool) -> None:
    nodes = tuple(Node(f"n{i}", f"Step {i}") for i in range(300))
    edges = tuple(Edge(f"n{i}", f"n{(i * 7 + 3) % 300}", "yes" if labels and i % 3 == 0 else "") for i in range(0, 300))
    chain = tuple(Edge(f"n{i}", f"n{i + 1}") for i in range(0, 299, 4))
    started = time.monotonic()
    elements = drawn(Flowchart("Large", nodes, edges + chain))
    assert time.monotonic() - started < 60
    assert check_geometry(elements) == []


def test_a_graph_that_the_first_engine_refuses_is_laid_out_by_the_second(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.ai.drawing.engines.MOST_BENDS", 0)
    diagram = chart("a -> b, b -> c, c -> d, a -yes-> d, d -> a, c -> c, e -> f, g, a -> h, h -> d, b -> b")
    for direction in ("down", "right"):
        elements = drawn(Flowchart("", diagram.nodes, diagram.edges, direction))
        assert check_geometry(elements) == []
        assert len([e for e in elements if e["type"] == "arrow"]) == len(diagram.edges)


@settings(often, max_examples=15)
@given(flowcharts(most_nodes=25))
def test_the_second_engine_never_lets_boxes_overlap(diagram: Flowchart) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("backend.ai.drawing.engines.MOST_BENDS", 0)
        assert [problem for problem in check_geometry(drawn(diagram)) if "overlap" in problem] == []
