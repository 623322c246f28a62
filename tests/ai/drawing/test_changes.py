"""Changes touch what they speak of and nothing else."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from backend.ai.diagram import Board, Column, Item, Outline
from backend.ai.drawing.changes import apply_operations
from backend.ai.drawing.errors import DrawingError
from backend.ai.drawing.geometry import check_geometry
from backend.ai.drawing.measure import Font, inner_size, wrap
from backend.ai.drawing.placement import element_rect
from backend.ai.drawing.shapes import union
from backend.ai.drawing.view import read_canvas
from backend.ai.operations import (
    AddDiagram,
    AddNode,
    Connect,
    Disconnect,
    Operation,
    Recolour,
    Remove,
    Rename,
    ReplaceText,
)
from tests.ai.drawing.diagrams import JOB, OTHER_JOB, by_label, chart, drawn, flowcharts, label, merged

Element = dict[str, Any]
Elements = list[Element]


def changed(before: Elements, *operations: Operation) -> Elements:
    """The canvas after the operations, after checking what holds for all of them."""
    frozen = copy.deepcopy(before)
    changes = apply_operations(before, operations, job_id=OTHER_JOB)
    assert before == frozen, "what was given is left alone"
    there = {element["id"]: element for element in before}
    for element in changes:
        old = there.get(element["id"])
        assert element["version"] == (old["version"] + 1 if old else 1)
        if old is not None:
            assert element["versionNonce"] != old["versionNonce"]
            assert element["index"] == old["index"]
            assert {**element, "version": 0, "versionNonce": 0, "updated": 0} != {
                **old,
                "version": 0,
                "versionNonce": 0,
                "updated": 0,
            }
        else:
            assert element["index"] > max(other["index"] for other in before)
            assert element["customData"]["job"] == str(OTHER_JOB)
    assert changes == apply_operations(before, operations, job_id=OTHER_JOB), "the same twice"
    return merged(before, changes)


def ids_changed(before: Elements, after: Elements) -> set[str]:
    old = {element["id"]: element for element in before}
    return {element["id"] for element in after if old.get(element["id"]) != element}


def arrows(elements: Elements) -> set[tuple[str, str, str]]:
    return set(read_canvas(elements).arrows)


def positions(elements: Elements) -> dict[str, tuple[float, float]]:
    return {name: (shape["x"], shape["y"]) for name, shape in by_label(elements).items()}


def test_a_node_after_one_with_a_single_arrow_is_spliced_into_it() -> None:
    before = drawn(chart("a -> b, b -> c"))
    after = changed(before, AddNode("new", after="a"))
    assert arrows(after) == {("a", "new", ""), ("new", "b", ""), ("b", "c", "")}
    assert check_geometry(after) == []
    untouched = by_label(before)["c"]["id"]
    assert untouched not in ids_changed(before, after)
    assert positions(before).items() <= positions(after).items(), "nothing moves"


def test_a_node_between_two_takes_over_the_arrow_and_its_label_stays_with_the_first_half() -> None:
    before = drawn(chart("a -yes-> b, a -no-> c"))
    after = changed(before, AddNode("check", after="a", before="b"))
    assert arrows(after) == {("a", "check", "yes"), ("check", "b", ""), ("a", "c", "no")}
    assert check_geometry(after) == []
    labelled = changed(before, AddNode("check", after="a", before="b", edge_label="perhaps"))
    assert ("a", "check", "perhaps") in arrows(labelled)


def test_a_node_after_one_with_several_arrows_is_a_further_branch_beside_the_others() -> None:
    before = drawn(chart("a? -x-> b, a? -y-> c"))
    after = changed(before, AddNode("d", after="a?", edge_label="z"))
    assert arrows(after) == arrows(before) | {("a?", "d", "z")}
    shapes = by_label(after)
    assert element_rect(shapes["d"]).center[1] == pytest.approx(element_rect(shapes["c"]).center[1], abs=31)
    assert check_geometry(after) == []


def test_a_node_before_another_likewise_with_the_arrows_in() -> None:
    before = drawn(chart("a -> b"))
    assert arrows(changed(before, AddNode("new", before="b"))) == {("a", "new", ""), ("new", "b", "")}
    first = changed(before, AddNode("new", before="a", edge_label="first"))
    assert arrows(first) == {("new", "a", "first"), ("a", "b", "")}
    assert by_label(first)["new"]["y"] < by_label(first)["a"]["y"]


def test_a_node_with_neither_stands_free_and_an_empty_canvas_takes_one_too() -> None:
    before = drawn(chart("a -> b"))
    after = changed(before, AddNode("new", shape="ellipse"))
    assert len(after) == len(before) + 2 and by_label(after)["new"]["type"] == "ellipse"
    assert check_geometry(after) == []
    assert check_geometry(apply_operations([], [AddNode("alone")], job_id=JOB)) == []


def test_a_new_node_looks_like_its_neighbour() -> None:
    before = drawn(chart("a -> b"), scheme="warm", style="sketch")
    for element in before:
        if element["id"] == by_label(before)["a"]["id"]:
            element.update(backgroundColor="#123456", strokeStyle="dotted", roughness=2)
    after = by_label(changed(before, AddNode("new", after="a")))
    fields = ("backgroundColor", "strokeColor", "strokeStyle", "roughness", "roundness")
    assert [after["new"][field] for field in fields] == [after["a"][field] for field in fields]
    texts = {
        e["containerId"]: e["fontFamily"] for e in changed(before, AddNode("new", after="a")) if e["type"] == "text"
    }
    assert texts[after["new"]["id"]] == 5


def test_an_entry_added_to_a_list_goes_to_its_end_without_an_arrow() -> None:
    before = drawn(Outline("", (Item("Milk"), Item("Bread"), Item("Eggs")), "list"))
    after = changed(before, AddNode("Butter", after="Milk"))
    shapes = by_label(after)
    assert [element for element in after if element["type"] == "arrow"] == []
    assert (shapes["Butter"]["x"], shapes["Butter"]["width"]) == (shapes["Eggs"]["x"], shapes["Eggs"]["width"])
    assert shapes["Butter"]["y"] > shapes["Eggs"]["y"] + shapes["Eggs"]["height"]
    assert check_geometry(after) == []


@pytest.mark.parametrize("after", ["Done", "Sign in", "Blocked"])
def test_a_card_goes_into_its_column_which_grows_for_it(after: str) -> None:
    cards = ("Sign in", "Sign out", "Sign up")
    before = drawn(Board("", (Column("To do", ("x",)), Column("Done", cards), Column("Blocked"))))
    canvas = changed(before, AddNode("Card", after=after), AddNode("Second", after="Card"))
    column = by_label(canvas)["Blocked" if after == "Blocked" else "Done"]
    for name in ("Card", "Second"):
        assert element_rect(column).contains(element_rect(by_label(canvas)[name]))
        assert by_label(canvas)[name]["backgroundColor"] == by_label(canvas)["x"]["backgroundColor"]
    assert check_geometry(canvas) == []


def test_connect_binds_both_sides_and_avoids_what_is_in_the_way() -> None:
    before = drawn(chart("a -> b, b -> c"))
    after = changed(before, Connect("a", "c", "at once"))
    assert ("a", "c", "at once") in arrows(after)
    assert check_geometry(after) == []
    new = next(e for e in after if e["type"] == "arrow" and e["customData"]["job"] == str(OTHER_JOB))
    assert len(new["points"]) > 2, "b is between them"


def test_connect_where_there_is_an_arrow_changes_its_label_alone() -> None:
    before = drawn(chart("a -> b, b -old-> c"))
    after = changed(before, Connect("b", "c", "new"))
    assert arrows(after) == {("a", "b", ""), ("b", "c", "new")}
    assert len(ids_changed(before, after)) == 1
    assert arrows(changed(before, Connect("a", "b", "first"))) == {("a", "b", "first"), ("b", "c", "old")}
    assert changed(before, Connect("b", "c")) == before


def test_connect_to_itself_and_back_again_keeps_arrows_apart() -> None:
    after = changed(drawn(chart("a -> b")), Connect("b", "a", "back"), Connect("b", "b", "again"))
    assert arrows(after) == {("a", "b", ""), ("b", "a", "back"), ("b", "b", "again")}
    assert check_geometry(after) == []


def test_disconnect_removes_the_arrows_in_both_directions_and_their_labels() -> None:
    before = drawn(chart("a -there-> b, b -back-> a, b -> c"))
    after = changed(before, Disconnect("a", "b"))
    assert arrows(after) == {("b", "c", "")}
    assert len([e for e in after if e["isDeleted"]]) == 4
    assert check_geometry(after) == []
    with pytest.raises(DrawingError, match="no arrow between “a” and “c”"):
        apply_operations(before, [Disconnect("a", "c")], job_id=OTHER_JOB)


def test_remove_takes_the_node_its_text_and_its_arrows_and_bridges_nothing() -> None:
    before = drawn(chart("a -> b, b -yes-> c, c -> d"))
    after = changed(before, Remove("b"))
    assert arrows(after) == {("c", "d", "")}
    assert "b" not in read_canvas(after).labels
    assert check_geometry(after) == []
    assert by_label(before)["d"]["id"] not in ids_changed(before, after)


def test_rename_to_a_short_name_touches_the_text_alone() -> None:
    before = drawn(chart("a -> b"))
    after = changed(before, Rename("a", "A!"))
    assert len(ids_changed(before, after)) == 1
    assert check_geometry(after) == []


def test_rename_to_a_long_name_makes_the_shape_grow_and_keeps_its_arrows_attached() -> None:
    before = drawn(chart("a -> b?, b? -> c"))
    after = changed(before, Rename("b?", "Has the customer paid all of the invoices that were sent last year?"))
    assert check_geometry(after) == []
    assert by_label(before)["c"]["id"] not in ids_changed(before, after)
    shape = next(shape for name, shape in by_label(after).items() if name.startswith("Has"))
    assert shape["width"] > by_label(before)["b?"]["width"] or shape["height"] > by_label(before)["b?"]["height"]


def test_rename_where_there_is_no_room_makes_the_text_smaller_instead() -> None:
    before = drawn(Outline("", tuple(Item(name) for name in "abc"), "list"))
    long = "a text that is much too long for one line of this list and so must be made smaller than the others are"
    after = changed(before, Rename("b", long))
    assert check_geometry(after) == []
    assert positions(after)[long] == positions(before)["b"]
    sizes = {e["originalText"]: e["fontSize"] for e in after if e["type"] == "text"}
    assert sizes[long] < sizes["a"]


def test_rename_of_a_title_measures_it_again() -> None:
    after = changed(drawn(chart("a -> b", "Old")), Rename("Old", "A new and longer title"))
    title = next(e for e in after if e.get("originalText") == "A new and longer title")
    assert (title["width"], title["height"]) == pytest.approx(Font(6, 28).extent(title["text"]))


def test_a_further_diagram_goes_beside_what_is_there() -> None:
    before = drawn(chart("a -> b", "First"))
    after = changed(before, AddDiagram(chart("x -> y", "Second")), AddDiagram(chart("x -> y", "Third")))
    assert check_geometry(after) == []
    assert ids_changed(before, after).isdisjoint(e["id"] for e in before)
    for number in (0, 1):
        block = [e for e in after if e["customData"]["key"].startswith(f"change {number} ")]
        others = [e for e in after if e not in block]
        assert len(block) == 6
        assert not any(union(map(element_rect, block)).overlaps(element_rect(other)) for other in others)


def test_later_operations_find_what_earlier_ones_made() -> None:
    after = changed(
        drawn(chart("a -> b")),
        AddNode("new", after="b"),
        Rename("new", "newer"),
        Connect("newer", "a", "again"),
        AddNode("gone"),
        Remove("gone"),
    )
    assert arrows(after) == {("a", "b", ""), ("b", "newer", ""), ("newer", "a", "again")}
    assert [e for e in after if e["isDeleted"]] == [], "what was never there leaves no trace"
    assert check_geometry(after) == []


@pytest.mark.parametrize("spelling", ["Verify e-mail", "verify E-MAIL", "  Verify   e-mail ", "Verify\ne-mail"])
def test_targets_are_found_whatever_their_case_and_spaces(spelling: str) -> None:
    before = drawn(chart("Sign up -> Verify e-mail"))
    assert read_canvas(changed(before, Remove(spelling))).labels == ["Sign up"]


def test_an_exact_name_goes_before_one_in_another_case_and_a_shape_before_a_title() -> None:
    before = drawn(chart("Plan -> plan", "plan"))
    after = changed(before, Rename("plan", "found"))
    assert read_canvas(after).labels == ["plan", "Plan", "found"]


def test_unknown_and_ambiguous_targets_are_refused_with_the_nearest_names() -> None:
    before = drawn(chart("Sign up -> Verify e-mail"))
    with pytest.raises(DrawingError, match=r"no node named “Verifi email”.*Did you mean “Verify e-mail”"):
        apply_operations(before, [Remove("Verifi email")], job_id=OTHER_JOB)
    with pytest.raises(DrawingError, match=r"no node named “zzz”.*There is “Sign up” or “Verify e-mail”"):
        apply_operations(before, [AddNode("x", after="zzz")], job_id=OTHER_JOB)
    with pytest.raises(DrawingError, match="It is empty"):
        apply_operations([], [Remove("a")], job_id=OTHER_JOB)
    twice = drawn(chart("a -> b"), job_id=JOB) + drawn(chart("a -> b"), job_id=OTHER_JOB, origin=(900.0, 0.0))
    with pytest.raises(DrawingError, match="There are 2 nodes named “a”"):
        apply_operations(twice, [Remove("a")], job_id=OTHER_JOB)


def test_a_name_must_not_be_empty() -> None:
    before = drawn(chart("a -> b"))
    for operation in (AddNode("  "), Rename("a", "\n")):
        with pytest.raises(DrawingError, match="needs a name"):
            apply_operations(before, [operation], job_id=OTHER_JOB)


def test_elements_of_other_clients_that_lack_fields_are_understood() -> None:
    bare: Elements = [
        {"id": "s", "type": "rectangle", "x": 0, "y": 0, "width": -140, "height": 50, "version": 3, "versionNonce": 1}
        | {"index": "a0"},
        {"id": "t", "type": "text", "x": 9, "y": 9, "width": 9, "height": 9, "version": 3, "versionNonce": 1, "index": "a1"}
        | {"text": "Bare", "fontSize": 0, "containerId": "s", "fontFamily": "?", "textAlign": 7, "boundElements": None},
        {"id": "r", "type": "arrow", "x": 0, "y": 0, "width": 9, "height": 9, "version": 1, "versionNonce": 1, "index": "a2"}
        | {"points": [], "startBinding": {"elementId": "s"}, "endBinding": {"elementId": "gone"}},
        {"id": "f", "type": "freedraw", "x": 900, "y": 0, "width": 9, "height": 9, "version": 1, "versionNonce": 1}
        | {"points": [[0, 0], [5, 5]], "boundElements": [{"odd": 1}], "index": None},
    ]  # fmt: skip
    operations: list[Operation] = [AddNode("new", after="Bare"), Rename("Bare", "Renamed"), Connect("new", "Renamed")]
    after = merged(bare, apply_operations(bare, operations, job_id=OTHER_JOB))
    assert arrows(after) == {("Renamed", "new", ""), ("new", "Renamed", "")}
    assert apply_operations(bare, [Remove("Bare")], job_id=OTHER_JOB)


LONG_LABEL = 200  # characters


@st.composite
def operations(draw: st.DrawFn, names: list[str]) -> Operation:
    name = st.sampled_from(names)
    other = st.one_of(st.none(), name)
    shape = st.sampled_from(["rectangle", "ellipse", "diamond"])
    return draw(
        st.one_of(
            st.builds(
                AddNode,
                st.sampled_from(["fresh", "a longer name for a node"]),
                other,
                other,
                shape,
                st.sampled_from(["", "if so"]),
            ),
            st.builds(Connect, name, name, st.sampled_from(["", "then"])),
            st.builds(Rename, name, label),
            st.builds(Remove, name),
        )
    )


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck), phases=(Phase.reuse, Phase.generate))
@given(flowcharts(most_nodes=12), st.data())
def test_any_change_to_any_chart_leaves_the_rest_as_it_was_and_nothing_unbound(
    diagram: Any, data: st.DataObject
) -> None:
    before = drawn(diagram)
    view = read_canvas(before)
    names = [
        node.label for node in view.nodes if sum(n.label.casefold() == node.label.casefold() for n in view.nodes) == 1
    ]
    if not names:
        return
    operation = data.draw(operations(names))
    try:
        after = changed(before, operation)
    except DrawingError as error:
        assert "needs a name" in str(error)
        return
    # The label of a new arrow may find no free place in a dense chart, and a shape that gets a text too long for all the
    # room around it grows over its neighbours, as when somebody types it. Nothing else may be amiss.
    faults = [fault for fault in check_geometry(after) if " is on " not in fault and "on each other" not in fault]
    if isinstance(operation, Rename) and len(operation.label) > LONG_LABEL:
        grown = next(node.id for node in view.nodes if node.label == operation.target)
        faults = [fault for fault in faults if not (fault.endswith(" overlap") and f"({grown[:8]})" in fault)]
    assert faults == []
    moved = {n: at for n, at in positions(before).items() if n in by_label(after) and positions(after)[n] != at}
    assert len(moved) <= 1, "only a shape that was renamed may grow"
    for text in after:
        shape = next((e for e in after if e["id"] == text.get("containerId") and e["type"] != "arrow"), None)
        if shape is not None and not text["isDeleted"]:
            width, _ = inner_size(shape["type"], shape["width"], shape["height"])
            assert wrap(text["originalText"], Font(text["fontFamily"], text["fontSize"]), width) == text["text"]


def test_another_colour_is_that_of_one_node_alone() -> None:
    before = drawn(chart("a -> b, b -> c"))
    after = changed(before, Recolour("b", "red"))
    shape = by_label(after)["b"]
    assert ids_changed(before, after) == {shape["id"]}
    assert (shape["strokeColor"], shape["backgroundColor"], shape["fillStyle"]) == ("#e03131", "#ffe3e3", "solid")
    with pytest.raises(DrawingError):
        apply_operations(before, [Recolour("z", "red")], job_id=OTHER_JOB)


def test_a_text_is_replaced_wherever_it_stands() -> None:
    before = drawn(Board("B", (Column("open", ("milk", "tea")), Column("done", ("milk",)))))
    after = changed(before, ReplaceText("milk", "Milch"), ReplaceText("not there", "x"))
    texts = [each["originalText"] for each in after if each["type"] == "text"]
    assert (texts.count("Milch"), texts.count("milk")) == (2, 0)
    assert check_geometry(after) == []
    flow = drawn(chart("a -yes-> b, a -no-> c"))
    assert arrows(changed(flow, ReplaceText("yes", "ja"), ReplaceText("b", "B?"))) == {
        ("a", "B?", "ja"),
        ("a", "c", "no"),
    }
