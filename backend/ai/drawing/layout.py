"""Where the nodes of a graph go and where its edges bend: one function, whichever library does the work.

Cycles are turned by order of mention, disconnected parts are packed side by side. Every label of an edge takes part
as a box of its own in a layer between those of the nodes, so that neither nodes nor other labels are under it; edges
between the same two nodes are kept apart in the same way.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from backend.ai.drawing.engines import Direction, Spacing, place
from backend.ai.drawing.ranking import Pair, backward_edges, components, layers
from backend.ai.drawing.shapes import Point, Rect, union

PLAIN = Spacing(layer_gap=56, node_gap=48)
LABELLED = Spacing(layer_gap=28, node_gap=40)  # twice the gap and the label: label height + 56 between two nodes
PART_GAP = 80  # between disconnected parts
LANE = (14.0, 14.0)  # room in the middle of one of several edges between the same nodes
LOOP_REACH = 48  # of an edge that returns to its own node, beside its label
LOOP_SPREAD = 16  # of its legs from its middle
ASPECT = 1.6  # wished width to height of all parts together

Size = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Wire:
    """An edge between two nodes by their numbers, with the size of its label if it has one."""

    source: int
    target: int
    label: Size | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """The points between an edge's two nodes. ``hub`` is the number of the one where its label is, if any must be kept."""

    bends: tuple[Point, ...] = ()
    hub: int | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """Boxes of the nodes and routes of the edges, in the order given; the top left corner is the origin."""

    boxes: list[Rect]
    routes: list[Route]


@dataclass(slots=True)
class _Part:
    """One connected part while it is laid out; numbers are local to it."""

    sizes: list[Size]
    edges: list[Pair] = field(default_factory=list)
    chains: dict[int, list[int]] = field(default_factory=dict)  # wire → its edges here, in the direction of the layers
    hubs: dict[int, int] = field(default_factory=dict)  # wire → the box of its label


def layout(sizes: Sequence[Size], wires: Sequence[Wire], direction: Direction) -> Layout:
    """Lay out any graph: cycles, self loops, parallel edges and unconnected nodes are all fine.

    ``sizes`` are widths and heights. Deterministic; the time is bounded by the limits in ``engines``.
    """
    boxes = [Rect(0, 0, width, height) for width, height in sizes]
    routes = [Route() for _ in wires]
    blocks: list[tuple[list[int], list[int]]] = []
    for nodes in components(len(sizes), [(wire.source, wire.target) for wire in wires]):
        members = set(nodes)
        inside = [number for number, wire in enumerate(wires) if wire.source in members]
        _lay_part(nodes, inside, wires, direction, boxes, routes)
        blocks.append((nodes, inside))
    _pack(blocks, wires, boxes, routes)
    return Layout(boxes, routes)


def _lay_part(
    nodes: list[int],
    inside: list[int],
    wires: Sequence[Wire],
    direction: Direction,
    boxes: list[Rect],
    routes: list[Route],
) -> None:
    local = {node: position for position, node in enumerate(nodes)}
    loops = [number for number in inside if wires[number].source == wires[number].target]
    across = 0 if direction == "down" else 1
    part = _Part([_with_loops(boxes[node], _loop_room(node, loops, wires, across), across) for node in nodes])
    straight = [number for number in inside if number not in loops]
    pairs = [(local[wires[number].source], local[wires[number].target]) for number in straight]
    turned = {straight[position] for position in backward_edges(len(nodes), pairs)}
    ranks, spacing = _wire(part, straight, turned, pairs, wires)
    placed = place(part.sizes, part.edges, ranks, direction, spacing)
    for node, position in local.items():
        boxes[node] = Rect.around(placed.centers[position], boxes[node].width, boxes[node].height)
    for number in straight:
        routes[number] = _route(
            part.chains[number], part.hubs.get(number), number in turned, placed.ways, placed.centers
        )
    for position, number in enumerate(loops):
        wire = wires[number]
        start = _loop_room(wire.source, loops[:position], wires, across)
        routes[number] = _loop(boxes[wire.source], wire.label, start, across)


def _wire(
    part: _Part, straight: list[int], turned: set[int], pairs: list[Pair], wires: Sequence[Wire]
) -> tuple[list[int], Spacing]:
    """Add the edges, and a box for each label and lane, to the part; the layers of all its boxes."""
    forward = [pair[::-1] if number in turned else pair for number, pair in zip(straight, pairs, strict=True)]
    groups: dict[Pair, int] = defaultdict(int)
    for pair in forward:
        groups[pair] += 1
    with_box = {
        number: wires[number].label or LANE
        for number, pair in zip(straight, forward, strict=True)
        if wires[number].label is not None or groups[pair] > 1
    }
    ranks = layers(len(part.sizes), forward, 2 if with_box else 1)
    for number, (a, b) in zip(straight, forward, strict=True):
        first = len(part.edges)
        if number not in with_box:
            part.edges.append((a, b))
            part.chains[number] = [first]
            continue
        hub = len(part.sizes)
        part.sizes.append(with_box[number])
        ranks.append(ranks[b] - 1 if number in turned else ranks[a] + 1)  # near the node that the arrow leaves
        part.edges += [(a, hub), (hub, b)]
        part.chains[number] = [first, first + 1]
        part.hubs[number] = hub
    low = min(ranks)
    return [rank - low for rank in ranks], LABELLED if with_box else PLAIN


def _route(
    chain: list[int], hub: int | None, turned: bool, ways: list[tuple[Point, ...]], centers: list[Point]
) -> Route:
    if hub is None:
        points = list(ways[chain[0]])
        return Route(tuple(reversed(points) if turned else points))
    before, after = list(ways[chain[0]][:-1]), list(ways[chain[1]][1:])
    points = [*before, centers[hub], *after]
    if turned:
        return Route(tuple(reversed(points)), len(after))
    return Route(tuple(points), len(before))


def _with_loops(box: Rect, room: float, across: int) -> Size:
    return (box.width + 2 * room, box.height) if across == 0 else (box.width, box.height + 2 * room)


def _loop_room(node: int, loops: Iterable[int], wires: Sequence[Wire], across: int) -> float:
    own = [wires[number].label for number in loops if wires[number].source == node]
    return sum(LOOP_REACH + (label[across] if label else 0.0) for label in own)


def self_loop(box: Rect, label: Size | None) -> tuple[Point, ...]:
    """The bends of an arrow that returns to its own node on the right."""
    return _loop(box, label, 0.0, 0).bends


def _loop(box: Rect, label: Size | None, start: float, across: int) -> Route:
    """Out of the side that is not in the flow's way and back in, around the label; ``start`` is where earlier ones end."""
    length, breadth = (label[across], label[1 - across]) if label else (0.0, 0.0)
    edge, middle = (box.right, box.center[1]) if across == 0 else (box.bottom, box.center[0])
    near = edge + start + LOOP_REACH / 2
    hub = near + LOOP_REACH / 4 + length / 2
    spread = max(LOOP_SPREAD + start / 4, breadth / 2 + LOOP_SPREAD / 2)
    points = ((near, middle - spread), (hub, middle), (near, middle + spread))
    return Route(points if across == 0 else tuple((y, x) for x, y in points), 1)


def _pack(
    blocks: list[tuple[list[int], list[int]]], wires: Sequence[Wire], boxes: list[Rect], routes: list[Route]
) -> None:
    """Move the parts onto shelves, in their order, towards the wished aspect; nothing of one part is in another's box."""
    outlines = [_outline(nodes, inside, wires, boxes, routes) for nodes, inside in blocks]
    area = sum((outline.width + PART_GAP) * (outline.height + PART_GAP) for outline in outlines)
    limit = max(*(outline.width for outline in outlines), math.sqrt(area * ASPECT), 0.0)
    x = y = shelf = 0.0
    for (nodes, inside), outline in zip(blocks, outlines, strict=True):
        if x and x + outline.width > limit:
            x, y, shelf = 0.0, y + shelf + PART_GAP, 0.0
        dx, dy = x - outline.x, y - outline.y
        for node in nodes:
            boxes[node] = boxes[node].moved(dx, dy)
        for number in inside:
            route = routes[number]
            routes[number] = Route(tuple((px + dx, py + dy) for px, py in route.bends), route.hub)
        x, shelf = x + outline.width + PART_GAP, max(shelf, outline.height)


def _outline(
    nodes: list[int], inside: list[int], wires: Sequence[Wire], boxes: list[Rect], routes: list[Route]
) -> Rect:
    covered = [boxes[node] for node in nodes]
    for number in inside:
        route, label = routes[number], wires[number].label
        covered += [Rect(x, y, 0, 0) for x, y in route.bends]
        if label is not None and route.hub is not None:
            covered.append(Rect.around(route.bends[route.hub], *label))
    return union(covered)
