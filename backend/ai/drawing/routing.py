"""The last touch to arrows: as straight as they may be, clear of boxes and labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from backend.ai.drawing.elements import arrow_path
from backend.ai.drawing.layout import Layout, Route, Wire
from backend.ai.drawing.shapes import (
    Point,
    Rect,
    distance_to_segment,
    middle,
    path_bounds,
    path_crosses,
    rounded,
)
from backend.ai.drawing.sketch import Box

CLEARANCE = 8  # of an arrow from boxes that are not its own
LARGEST_SHIFT = 40  # by which a bend may be straightened away; more would run into other arrows


@dataclass(frozen=True, slots=True)
class Routed:
    """The points of an arrow between its ends."""

    bends: tuple[Point, ...]
    curved: bool


def routed(boxes: Sequence[Box], wires: Sequence[Wire], placed: Layout) -> list[Routed]:
    """The final routes: bends taken away where the straight way is free, and a label always in the middle."""
    lanes = _lanes(wires)
    labels = {
        number: Rect.around(route.bends[route.hub], *label)
        for number, route in enumerate(placed.routes)
        if (label := wires[number].label) is not None and route.hub is not None
    }
    found = []
    for number, (wire, route) in enumerate(zip(wires, placed.routes, strict=True)):
        source, target = boxes[wire.source], boxes[wire.target]
        obstacles = [box.rect for box in boxes if box is not source and box is not target]
        obstacles += [rect for other, rect in labels.items() if other != number]
        chosen = (
            None if wire.source == wire.target or lanes[number] else _straight(source, target, wire, route, obstacles)
        )
        if chosen is None:
            chosen = _bent(source, target, wire, route, obstacles)
        elif number in labels:
            path = arrow_path((source.shape, source.rect), (target.shape, target.rect), ())
            labels[number] = Rect.around(middle(path, False), *(wire.label or (0, 0)))
        found.append(chosen)
    return found


def _straight(source: Box, target: Box, wire: Wire, route: Route, obstacles: list[Rect]) -> Routed | None:
    path = arrow_path((source.shape, source.rect), (target.shape, target.rect), ())
    if any(distance_to_segment(bend, path[0], path[-1]) > LARGEST_SHIFT for bend in route.bends):
        return None
    near = _near(path, obstacles)
    if any(path_crosses(path, rect) for rect in near):
        return None
    if wire.label is not None:
        label = Rect.around(middle(path, False), *wire.label)
        if any(
            label.overlaps(rect)
            for rect in (*_near([label.center], obstacles, max(wire.label)), source.rect, target.rect)
        ):
            return None
    return Routed((), True)


def _bent(source: Box, target: Box, wire: Wire, route: Route, obstacles: list[Rect]) -> Routed:
    bends = list(route.bends)
    if wire.label is not None and route.hub is not None:
        bends = _balanced(bends, route.hub, source, target)
    path = arrow_path((source.shape, source.rect), (target.shape, target.rect), bends)
    near = _near(path, obstacles, CLEARANCE)
    curve = rounded(path)
    curved = not any(path_crosses(curve, rect) and not path_crosses(path, rect) for rect in near)
    return Routed(tuple(bends), curved)


def _balanced(bends: list[Point], hub: int, source: Box, target: Box) -> list[Point]:
    """As many points before the label as after it: the editor puts a label on the middle point."""
    before, after = bends[:hub], bends[hub + 1 :]
    start, *_, end = arrow_path((source.shape, source.rect), (target.shape, target.rect), bends)
    while len(before) < len(after):
        before = _with_one_more([start, *before, bends[hub]])[1:-1]
    while len(after) < len(before):
        after = _with_one_more([bends[hub], *after, end])[1:-1]
    return [*before, bends[hub], *after]


def _with_one_more(path: list[Point]) -> list[Point]:
    """Split the longest piece in two."""
    lengths = [abs(b[0] - a[0]) + abs(b[1] - a[1]) for a, b in pairwise(path)]
    at = lengths.index(max(lengths))
    (ax, ay), (bx, by) = path[at], path[at + 1]
    return [*path[: at + 1], ((ax + bx) / 2, (ay + by) / 2), *path[at + 1 :]]


def _near(path: Sequence[Point], obstacles: list[Rect], margin: float = CLEARANCE) -> list[Rect]:
    area = path_bounds(path).grown(margin + 1)
    return [rect.grown(CLEARANCE) for rect in obstacles if area.overlaps(rect.grown(CLEARANCE))]


def _lanes(wires: Sequence[Wire]) -> list[bool]:
    """Which wires share their two nodes with another: straightened, they would lie on each other."""
    count: dict[frozenset[int], int] = {}
    for wire in wires:
        ends = frozenset((wire.source, wire.target))
        count[ends] = count.get(ends, 0) + 1
    return [count[frozenset((wire.source, wire.target))] > 1 for wire in wires]
