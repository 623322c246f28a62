"""The layout libraries behind one shape: boxes with a layer each in, centres and bends out.

graphlay (MIT or Apache-2.0, Rust, releases the GIL) does the work. grandalf (EPL, Python) takes over when graphlay
refuses a graph, such as one that would need too many bends; it draws every edge straight.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import graphlay
from grandalf.graphs import Edge, Graph, Vertex
from grandalf.layouts import SugiyamaLayout, VertexViewer

from backend.ai.drawing.ranking import Pair
from backend.ai.drawing.shapes import Point

log = logging.getLogger(__name__)

Direction = Literal["down", "right"]
THOROUGH_EDGES = 80  # up to here all effort takes well under 0.1 s; beyond, it grows to seconds
MOST_BENDS = 3_000  # in graphlay's long edges: about 5 s on one core
OFF_BORDER = 12  # pixels
GRANDALF_EDGES = 300  # beyond, only the first edge into each node is laid out


@dataclass(frozen=True, slots=True)
class Spacing:
    """Pixels between layers and between boxes of one layer."""

    layer_gap: float
    node_gap: float


@dataclass(frozen=True, slots=True)
class Placed:
    """Centres of the boxes; for each edge the points of its way from just outside of one box to just outside of the other.

    No points mean the straight way.
    """

    centers: list[Point]
    ways: list[tuple[Point, ...]]


def place(
    sizes: Sequence[tuple[float, float]],
    edges: Sequence[Pair],
    ranks: Sequence[int],
    direction: Direction,
    spacing: Spacing,
) -> Placed:
    """Lay out a connected graph without cycles, self loops or doubled edges. Boxes never overlap."""
    try:
        return _with_graphlay(sizes, edges, ranks, direction, spacing)
    except graphlay.GraphlayError as error:
        log.info("graphlay refused a graph of %d boxes: %s", len(sizes), error)
        return _with_grandalf(sizes, edges, direction, spacing)


def _with_graphlay(
    sizes: Sequence[tuple[float, float]],
    edges: Sequence[Pair],
    ranks: Sequence[int],
    direction: Direction,
    spacing: Spacing,
) -> Placed:
    graph = graphlay.Graph()
    for number, ((width, height), rank) in enumerate(zip(sizes, ranks, strict=True)):
        graph.node(number, width=width, height=height, rank={"fixed": rank})
    for a, b in edges:
        graph.edge(a, b)
    drawing = graphlay.layout(
        graph,
        options={
            "direction": "topbottom" if direction == "down" else "leftright",
            "effort": "balanced" if len(edges) <= THOROUGH_EDGES else "fast",
            "routing": {"style": "diagonal"},
            "spacing": {"layer_gap": spacing.layer_gap, "node_gap": spacing.node_gap},
            "limits": {"max_dummies": MOST_BENDS},
        },
    )
    return Placed(
        [(node["center"]["x"], node["center"]["y"]) for node in drawing.nodes],
        [_way([(point["x"], point["y"]) for point in edge["points"]]) for edge in drawing.edges],
    )


def _way(points: list[Point]) -> tuple[Point, ...]:
    """The points with the outer ones, which are on the borders, moved away from there."""
    return (_towards(points[0], points[1]), *points[1:-1], _towards(points[-1], points[-2]))


def _towards(start: Point, end: Point) -> Point:
    length = math.dist(start, end)
    share = min(OFF_BORDER / length, 0.5) if length else 0.0
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def _with_grandalf(
    sizes: Sequence[tuple[float, float]], edges: Sequence[Pair], direction: Direction, spacing: Spacing
) -> Placed:
    vertices = [Vertex(number) for number in range(len(sizes))]
    for vertex, (width, height) in zip(vertices, sizes, strict=True):
        vertex.view = VertexViewer(width, height) if direction == "down" else VertexViewer(height, width)
    used = list(edges)
    if len(edges) > GRANDALF_EDGES:
        used = list({b: (a, b) for a, b in reversed(edges)}.values())
    graph = Graph(vertices, [Edge(vertices[a], vertices[b]) for a, b in used], directed=True)
    offset, boxes = 0.0, {}
    for part in graph.C:
        sugiyama = SugiyamaLayout(part)
        sugiyama.xspace, sugiyama.yspace = spacing.node_gap, spacing.layer_gap
        sugiyama.init_all(optimize=False)
        sugiyama.draw(1)
        members = list(part.sV)
        left = min(vertex.view.xy[0] - vertex.view.w / 2 for vertex in members)
        for vertex in members:
            boxes[vertex.data] = (vertex.view.xy[0] - left + offset, vertex.view.xy[1])
        offset += max(vertex.view.xy[0] + vertex.view.w / 2 for vertex in members) - left + spacing.node_gap
    centers = [boxes[number] for number in range(len(sizes))]
    if direction == "right":
        centers = [(y, x) for x, y in centers]
    return Placed(_apart(centers, sizes, direction, spacing), [() for _ in edges])


def _apart(
    centers: list[Point], sizes: Sequence[tuple[float, float]], direction: Direction, spacing: Spacing
) -> list[Point]:
    """Push boxes of one layer apart where grandalf let them overlap."""
    along = 0 if direction == "down" else 1
    found = list(centers)
    by_layer: dict[float, list[int]] = {}
    for number in sorted(range(len(found)), key=lambda number: found[number][along]):
        by_layer.setdefault(round(found[number][1 - along], 3), []).append(number)
    for members in by_layer.values():
        edge = float("-inf")
        for number in members:
            half = sizes[number][along] / 2
            position = max(found[number][along], edge + half)
            found[number] = (position, found[number][1]) if along == 0 else (found[number][0], position)
            edge = position + half + spacing.node_gap
    return found
