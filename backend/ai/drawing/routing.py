"""The last touch to arrows: as straight as they may be, clear of boxes, labels and each other."""

from __future__ import annotations

import math
from collections import defaultdict
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
    segments_cross,
)
from backend.ai.drawing.sketch import Box

CLEARANCE = 8  # of an arrow or a label from boxes; the labels of others have air of their own
BOWS = (20, -20, 40, -40, 60, -60)  # how far an arrow may bow out around what is in its straight way
LANE_GAP = 48  # between arrows of the same two boxes, where they are furthest apart
LABEL_GAP = 10  # between the labels of such arrows
SMALL_SHIFT = 24  # a bend is always straightened by this much; by more if no more arrows are crossed then
LARGEST_SWING = 20  # pixels by which a curve may leave the straight pieces between its points
MOST_COUNTED = 250  # arrows, up to which crossings are counted


@dataclass(frozen=True, slots=True)
class Routed:
    """The points of an arrow between its ends."""

    bends: tuple[Point, ...]
    curved: bool


def routed(boxes: Sequence[Box], wires: Sequence[Wire], placed: Layout) -> list[Routed]:
    """The final routes: bends taken away where the way is free, and a label always in the middle of its arrow."""
    router = _Router(boxes, wires, placed)
    groups: dict[frozenset[int], list[int]] = defaultdict(list)
    for number, wire in enumerate(wires):
        groups[frozenset((wire.source, wire.target))].append(number)
    for ends, group in groups.items():
        if len(ends) == 1:
            continue
        if len(group) > 1:
            router.spread(group)
        else:
            router.straighten(group[0])
    return [router.result(number) for number in range(len(wires))]


class _Router:
    """The routes while they change: what is straightened early frees the way for later ones."""

    def __init__(self, boxes: Sequence[Box], wires: Sequence[Wire], placed: Layout) -> None:
        self._boxes = boxes
        self._kept_free = [box.rect.grown(CLEARANCE) for box in boxes]
        self._wires = wires
        self._hubs = {number: route.hub for number, route in enumerate(placed.routes)}
        self._bends = [list(route.bends) for route in placed.routes]
        self._paths = [self._path(number, route.bends) for number, route in enumerate(placed.routes)]
        self._labels = {
            number: Rect.around(_hub_point(placed.routes[number]), *wire.label)
            for number, wire in enumerate(wires)
            if wire.label is not None
        }

    def straighten(self, number: int) -> None:
        """Take the straight way, or else one that bows out a little, or else leave out single bends."""
        if not self._take(number, [], None) and not self._bow(number):
            self._shorten(number)

    def _bow(self, number: int) -> bool:
        center, normal = _across(self._path(number, ()))
        hub = None if self._wires[number].label is None else 0
        points = ((center[0] + normal[0] * bow, center[1] + normal[1] * bow) for bow in BOWS)
        return any(self._take(number, [point], hub) for point in points)

    def _shorten(self, number: int) -> None:
        """Leave out bends, those next to the boxes first: ends that are found anew point at the boxes' centres."""
        for position in (-1, 0):
            self._leave_out(number, position % max(len(self._bends[number]), 1), at_border=True)
        position = 0
        while position < len(self._bends[number]):
            if not self._leave_out(number, position):
                position += 1
        if self._hubs[number] == 0 and len(self._bends[number]) == 1:
            self._pull_in(number)

    def _leave_out(self, number: int, position: int, *, at_border: bool = False) -> bool:
        bends, hub = self._bends[number], self._hubs[number]
        if position == hub or not bends:
            return False
        shifted = None if hub is None else hub - (position < hub)
        return self._take(number, bends[:position] + bends[position + 1 :], shifted, whatever_it_crosses=at_border)

    def _pull_in(self, number: int) -> None:
        """Move a label that is the only bend towards the straight way, as far as there is room."""
        (hx, hy), (mx, my) = self._bends[number][0], middle(self._path(number, ()), False)
        for share in (0.75, 0.5, 0.25):
            if self._take(number, [(hx + (mx - hx) * share, hy + (my - hy) * share)], 0):
                return

    def spread(self, group: list[int]) -> None:
        """The first of several arrows between two boxes goes straight, the others bow out beside it.

        If there is no room for that, they go as the layout has put them.
        """
        center, normal = _across(self._path(group[0], ()))
        offsets = _offsets([self._breadth(number, normal) for number in group])
        preferred = _along(_middle_of(self._bends[group[-1]]), normal) - _along(center, normal)
        for side in (1, -1) if preferred >= 0 else (-1, 1):
            hubs = [
                (center[0] + normal[0] * offset * side, center[1] + normal[1] * offset * side) for offset in offsets
            ]
            if self._have_room(group, hubs):
                self._set(group[0], [], None)
                for number, hub in zip(group[1:], hubs[1:], strict=True):
                    self._set(number, [hub], 0)
                return
        for number in group:
            self._shorten(number)

    def _have_room(self, group: list[int], hubs: list[Point]) -> bool:
        paths = [self._path(group[0], ()), *(self._path(n, [hub]) for n, hub in zip(group[1:], hubs[1:], strict=True))]
        for number, path, hub in zip(group, paths, hubs, strict=True):
            wire = self._wires[number]
            label = Rect.around(hub, *wire.label) if wire.label else None
            if not self._is_clear(path, label, wire, set(group)):
                return False
            if label and any(path_crosses(other, label) for other in paths if other is not path):
                return False
        return True

    def result(self, number: int) -> Routed:
        """The route with its label on the middle point; with corners if a curve would run into something."""
        wire, bends, hub = self._wires[number], self._bends[number], self._hubs[number]
        if wire.label is not None and hub is not None and bends:
            bends = _balanced(self._path(number, bends), hub + 1)[1:-1]
        path = self._path(number, bends)
        return Routed(tuple(bends), self._may_be_curved(path, wire, number))

    def _may_be_curved(self, path: Sequence[Point], wire: Wire, number: int) -> bool:
        """A curve through points at uneven distances swings out: then the arrow has corners instead."""
        curve = rounded(path)
        if max(_distance(point, path) for point in curve) > LARGEST_SWING:
            return False
        own = [self._boxes[end].rect for end in {wire.source, wire.target}]
        near = [*self._obstacles(wire, {number}, path_bounds(curve)), *own]
        return not any(path_crosses(curve, rect) and not path_crosses(path, rect) for rect in near)

    def _take(self, number: int, bends: list[Point], hub: int | None, *, whatever_it_crosses: bool = False) -> bool:
        """Use these bends if nothing is in the way. Without a hub, the label is in the middle of the whole."""
        wire, path = self._wires[number], self._path(number, bends)
        label = None
        if wire.label is not None:
            label = Rect.around(middle(path, False) if hub is None else bends[hub], *wire.label)
        if not self._is_clear(path, label, wire, {number}):
            return False
        if label is not None and self._is_struck(number, label):
            return False
        shift = max((_distance(bend, path) for bend in self._bends[number]), default=0.0)
        if (
            shift > SMALL_SHIFT
            and not whatever_it_crosses
            and self._crossings(number, path) > self._crossings(number, self._paths[number])
        ):
            return False
        self._set(number, bends, hub)
        return True

    def _set(self, number: int, bends: list[Point], hub: int | None) -> None:
        self._bends[number], self._hubs[number] = bends, hub
        self._paths[number] = self._path(number, bends)
        label = self._wires[number].label
        if label is not None:
            self._labels[number] = Rect.around(
                middle(self._paths[number], False) if hub is None else bends[hub], *label
            )

    def _is_clear(self, path: Sequence[Point], label: Rect | None, wire: Wire, without: set[int]) -> bool:
        if any(path_crosses(path, rect) for rect in self._obstacles(wire, without, path_bounds(path))):
            return False
        if label is None:
            return True
        own = (self._boxes[wire.source].rect, self._boxes[wire.target].rect)
        return not self._obstacles(wire, without, label) and not any(label.overlaps(rect) for rect in own)

    def _is_struck(self, number: int, label: Rect) -> bool:
        """Whether other arrows run through a label."""
        if len(self._paths) > MOST_COUNTED:
            return False
        return any(path_crosses(path, label) for other, path in enumerate(self._paths) if other != number)

    def _obstacles(self, wire: Wire, without: set[int], area: Rect) -> list[Rect]:
        """What is in an area that is not this wire's: boxes with some air, and the labels of others."""
        ends = (wire.source, wire.target)
        area = area.grown(1)
        boxes = [rect for number, rect in enumerate(self._kept_free) if number not in ends and area.overlaps(rect)]
        return boxes + [rect for number, rect in self._labels.items() if number not in without and area.overlaps(rect)]

    def _path(self, number: int, bends: Sequence[Point]) -> list[Point]:
        source, target = self._boxes[self._wires[number].source], self._boxes[self._wires[number].target]
        return arrow_path((source.shape, source.rect), (target.shape, target.rect), bends)

    def _breadth(self, number: int, normal: Point) -> float:
        """Half of the room across the straight way that an arrow's label needs."""
        width, height = self._wires[number].label or (0.0, 0.0)
        return abs(normal[0]) * width / 2 + abs(normal[1]) * height / 2

    def _crossings(self, number: int, path: Sequence[Point]) -> int:
        if len(self._paths) > MOST_COUNTED:
            return len(path)  # so that more than a small shift is only taken where it saves bends
        area = path_bounds(path).grown(1)
        return sum(
            segments_cross(*first, *second)
            for other, second_path in enumerate(self._paths)
            if other != number and area.overlaps(path_bounds(second_path).grown(1))
            for first in pairwise(path)
            for second in pairwise(second_path)
        )


def _across(path: Sequence[Point]) -> tuple[Point, Point]:
    """The middle between the ends of a path, and the direction across the straight way there."""
    (ax, ay), (bx, by) = path[0], path[-1]
    length = math.hypot(bx - ax, by - ay) or 1.0
    return ((ax + bx) / 2, (ay + by) / 2), (-(by - ay) / length, (bx - ax) / length)


def _offsets(breadths: list[float]) -> list[float]:
    """Distances from the straight way, with room for the labels between neighbours."""
    found = [0.0]
    for before, after in pairwise(breadths):
        found.append(found[-1] + max(LANE_GAP, before + after + LABEL_GAP))
    return found


def _balanced(path: list[Point], hub: int) -> list[Point]:
    """As many points before the label as after it: the editor puts a label on the middle point."""
    before, after = path[: hub + 1], path[hub:]
    while len(before) < len(after):
        before = _with_one_more(before)
    while len(after) < len(before):
        after = _with_one_more(after)
    return before + after[1:]


def _with_one_more(path: list[Point]) -> list[Point]:
    """Split the longest piece in two."""
    lengths = [math.hypot(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(path)]
    at = lengths.index(max(lengths))
    (ax, ay), (bx, by) = path[at], path[at + 1]
    return [*path[: at + 1], ((ax + bx) / 2, (ay + by) / 2), *path[at + 1 :]]


def _distance(point: Point, path: Sequence[Point]) -> float:
    return min(distance_to_segment(point, start, end) for start, end in pairwise(path))


def _along(point: Point, direction: Point) -> float:
    return point[0] * direction[0] + point[1] * direction[1]


def _hub_point(route: Route) -> Point:
    return route.bends[route.hub] if route.hub is not None else _middle_of(route.bends)


def _middle_of(bends: Sequence[Point]) -> Point:
    return bends[len(bends) // 2] if bends else (0.0, 0.0)
