"""The layout takes any graph, puts nothing on anything, and keeps the order in which the flow was told."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from backend.ai.drawing.engines import Direction
from backend.ai.drawing.layout import Layout, Wire, layout
from backend.ai.drawing.ranking import backward_edges, components, layers
from backend.ai.drawing.shapes import Rect

Size = tuple[float, float]
pairs = st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=30)
label_sizes = st.one_of(st.none(), st.tuples(st.floats(10, 180), st.floats(16, 80)))


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[Size], list[Wire], Direction]:
    sizes = draw(st.lists(st.tuples(st.floats(40, 400), st.floats(30, 300)), min_size=12, max_size=20))
    wires = [Wire(a, b, draw(label_sizes)) for a, b in draw(pairs)]
    directions: tuple[Direction, ...] = ("down", "right")
    return sizes, wires, draw(st.sampled_from(directions))


def labels_of(placed: Layout, wires: list[Wire]) -> list[Rect]:
    return [
        Rect.around(route.bends[route.hub], *wire.label)
        for wire, route in zip(wires, placed.routes, strict=True)
        if wire.label is not None and route.hub is not None
    ]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(graphs())
def test_boxes_and_labels_never_overlap(graph: tuple[list[Size], list[Wire], Direction]) -> None:
    sizes, wires, direction = graph
    placed = layout(sizes, wires, direction)
    labels = labels_of(placed, wires)
    assert [(box.width, box.height) for box in placed.boxes] == sizes
    assert len(labels) == sum(wire.label is not None for wire in wires)
    for one, other in combinations([*placed.boxes, *labels], 2):
        assert not one.overlaps(other, 0.1)
    assert layout(sizes, wires, direction) == placed


@pytest.mark.parametrize("direction", ["down", "right"])
def test_a_flow_runs_in_its_direction_and_only_what_closes_a_cycle_runs_back(direction: Direction) -> None:
    wires = [Wire(0, 1), Wire(1, 2), Wire(2, 0), Wire(2, 3)]
    boxes = layout([(100, 40)] * 4, wires, direction).boxes
    along = [box.center[1] if direction == "down" else box.center[0] for box in boxes]
    assert along == sorted(along) and len(set(along)) == 4


def test_layers_are_far_enough_apart_for_the_label_between_them() -> None:
    boxes = layout([(100, 40)] * 2, [Wire(0, 1, (60, 20))], "down").boxes
    assert boxes[1].y - boxes[0].bottom >= 20 + 40


def test_parts_that_are_not_connected_are_packed_side_by_side_and_in_rows() -> None:
    boxes = layout([(100, 40)] * 30, [], "down").boxes
    rows = {box.y for box in boxes}
    assert 3 < len(rows) < 15
    assert [box.y for box in boxes] == sorted(box.y for box in boxes)


def test_a_self_loop_has_its_way_outside_of_its_node() -> None:
    placed = layout([(100, 40)], [Wire(0, 0, (30, 20)), Wire(0, 0)], "down")
    for route in placed.routes:
        assert all(x > placed.boxes[0].right for x, _ in route.bends)
    assert placed.routes[0].bends != placed.routes[1].bends


@given(st.integers(1, 12), pairs)
def test_components_are_the_connected_parts(count: int, edges: list[tuple[int, int]]) -> None:
    edges = [(a % count, b % count) for a, b in edges]
    found = components(count, edges)
    assert sorted(node for part in found for node in part) == list(range(count))
    where = {node: number for number, part in enumerate(found) for node in part}
    assert all(where[a] == where[b] for a, b in edges)
    assert [part[0] for part in found] == sorted(part[0] for part in found)


@given(st.integers(1, 12), pairs, st.integers(1, 2))
def test_turning_the_backward_edges_leaves_no_cycle_and_every_edge_goes_on(
    count: int, edges: list[tuple[int, int]], step: int
) -> None:
    edges = [(a % count, b % count) for a, b in edges if a % count != b % count]
    back = backward_edges(count, edges)
    forward = [(b, a) if number in back else (a, b) for number, (a, b) in enumerate(edges)]
    layer = layers(count, forward, step)
    assert all(layer[b] - layer[a] >= step for a, b in forward)


def test_a_graph_without_cycles_has_no_backward_edges() -> None:
    assert backward_edges(4, [(0, 1), (0, 2), (1, 3), (2, 3), (0, 3)]) == set()
