"""Flow charts: boxes in layers, arrows between them."""

from __future__ import annotations

from dataclasses import replace

from backend.ai.diagram import Edge, Flowchart, Node
from backend.ai.drawing.layout import Layout, Wire, layout
from backend.ai.drawing.measure import Font, arrow_label_width, wrap
from backend.ai.drawing.routing import routed
from backend.ai.drawing.shapes import Rect
from backend.ai.drawing.sizing import shape_size
from backend.ai.drawing.sketch import Box, Link, Part, Sketch
from backend.ai.drawing.themes import Paint, Theme
from backend.ai.drawing.tokens import clean

NODE_SIZE = 16
LABEL_SIZE = 14
LABEL_AIR = 6  # around the label of an arrow


def sketch_flowchart(chart: Flowchart, theme: Theme) -> Sketch:
    """Lay the chart out; each arrow follows when both of its boxes are there."""
    font, label_font = Font(theme.family, NODE_SIZE), Font(theme.family, LABEL_SIZE)
    numbers = {node.key: number for number, node in enumerate(chart.nodes)}
    nodes = [replace(node, label=clean(node.label)) for node in chart.nodes]
    edges = [replace(edge, label=clean(edge.label)) for edge in chart.edges]
    wires = [
        Wire(numbers[edge.source], numbers[edge.target], _label_size(edge.label, label_font) if edge.label else None)
        for edge in edges
    ]
    placed = layout([shape_size(node.label, node.shape, font) for node in nodes], wires, chart.direction)
    boxes = [
        Box(f"node {node.key}", rect, node.label, _paint(node, theme), font, node.shape)
        for node, rect in zip(nodes, placed.boxes, strict=True)
    ]
    links = _links(edges, wires, placed, boxes, theme, label_font)
    return Sketch(tuple(_in_order(boxes, links, edges)))


def _links(
    edges: list[Edge], wires: list[Wire], placed: Layout, boxes: list[Box], theme: Theme, font: Font
) -> list[Link]:
    found = []
    for number, (edge, route) in enumerate(zip(edges, routed(boxes, wires, placed), strict=True)):
        found.append(
            Link(
                f"edge {number}",
                f"node {edge.source}",
                f"node {edge.target}",
                theme.scheme.arrow,
                font,
                route.bends,
                edge.label,
                edge.dashed,
                curved=route.curved,
            )
        )
    return found


def _in_order(boxes: list[Box], links: list[Link], edges: list[Edge]) -> list[Part]:
    waiting: dict[str, list[tuple[Link, str]]] = {}
    for link, _ in zip(links, edges, strict=True):
        waiting.setdefault(link.source, []).append((link, link.target))
        if link.source != link.target:
            waiting.setdefault(link.target, []).append((link, link.source))
    parts: list[Part] = []
    drawn: set[str] = set()
    for box in boxes:
        parts.append(box)
        drawn.add(box.key)
        parts.extend(link for link, other in waiting.get(box.key, ()) if other in drawn)
    return parts


def _paint(node: Node, theme: Theme) -> Paint:
    scheme = theme.scheme
    return {"rectangle": scheme.step, "diamond": scheme.decision, "ellipse": scheme.terminal}[node.shape]


def _label_size(label: str, font: Font) -> tuple[float, float]:
    width, height = font.extent(wrap(label, font, arrow_label_width(font)))
    return Rect(0, 0, width, height).grown(LABEL_AIR).width, height + LABEL_AIR
