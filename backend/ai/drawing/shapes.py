"""Plane geometry of shapes and paths: where a ray leaves a shape, what a path runs through. No elements here."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

Point = tuple[float, float]
CURVE_STEPS = 12  # samples per segment of a rounded arrow


@dataclass(frozen=True, slots=True)
class Rect:
    """An upright box; x and y are its top left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def center(self) -> Point:
        return self.x + self.width / 2, self.y + self.height / 2

    @classmethod
    def around(cls, center: Point, width: float, height: float) -> Rect:
        return cls(center[0] - width / 2, center[1] - height / 2, width, height)

    def moved(self, dx: float, dy: float) -> Rect:
        return Rect(self.x + dx, self.y + dy, self.width, self.height)

    def grown(self, margin: float) -> Rect:
        return Rect(self.x - margin, self.y - margin, self.width + 2 * margin, self.height + 2 * margin)

    def overlaps(self, other: Rect, slack: float = 0.0) -> bool:
        """Whether the two share more than ``slack`` pixels in both directions."""
        return (
            self.x + slack < other.right
            and other.x + slack < self.right
            and self.y + slack < other.bottom
            and other.y + slack < self.bottom
        )

    def contains(self, other: Rect, slack: float = 0.0) -> bool:
        return (
            self.x <= other.x + slack
            and self.y <= other.y + slack
            and self.right >= other.right - slack
            and self.bottom >= other.bottom - slack
        )


def union(rects: Iterable[Rect]) -> Rect:
    """The smallest box around all of them; an empty one at the origin if there are none."""
    found = list(rects)
    if not found:
        return Rect(0, 0, 0, 0)
    x, y = min(r.x for r in found), min(r.y for r in found)
    return Rect(x, y, max(r.right for r in found) - x, max(r.bottom for r in found) - y)


def border_point(shape: str, rect: Rect, toward: Point, gap: float) -> Point:
    """Where the ray from the centre to ``toward`` leaves the shape, ``gap`` outside of its outline."""
    cx, cy = rect.center
    dx, dy = toward[0] - cx, toward[1] - cy
    if dx == dy == 0:
        dy = 1.0
    a, b = max(rect.width / 2, 0.5), max(rect.height / 2, 0.5)
    if shape == "diamond":
        reach = 1 / (abs(dx) / a + abs(dy) / b)
        length = reach * math.hypot(dx, dy)
        reach *= 1 + min(gap * math.hypot(a, b) / (a * b), 2 * gap / length)  # at a pointed corner not too far out
    elif shape == "ellipse":
        reach = 1 / math.hypot(dx / (a + gap), dy / (b + gap))
    else:
        reach = min((a + gap) / abs(dx) if dx else math.inf, (b + gap) / abs(dy) if dy else math.inf)
    return cx + dx * reach, cy + dy * reach


def distance_to_border(shape: str, rect: Rect, point: Point) -> float:
    """How far a point is from a shape's outline, inside or outside."""
    cx, cy = rect.center
    px, py = abs(point[0] - cx), abs(point[1] - cy)
    a, b = max(rect.width / 2, 0.5), max(rect.height / 2, 0.5)
    if shape == "diamond":
        return distance_to_segment((px, py), (a, 0), (0, b))
    if shape == "ellipse":
        scale = math.hypot(px / a, py / b)
        return abs(math.hypot(px, py) * (1 - 1 / scale)) if scale else min(a, b)
    if px <= a and py <= b:
        return min(a - px, b - py)
    return math.hypot(max(px - a, 0), max(py - b, 0))


def distance_to_segment(point: Point, start: Point, end: Point) -> float:
    """Distance of a point from a straight piece."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = dx * dx + dy * dy
    t = ((point[0] - start[0]) * dx + (point[1] - start[1]) * dy) / length if length else 0.0
    t = min(1.0, max(0.0, t))
    return math.hypot(point[0] - start[0] - t * dx, point[1] - start[1] - t * dy)


def crosses(start: Point, end: Point, rect: Rect) -> bool:
    """Whether a straight piece touches the inside of a box (Liang–Barsky)."""
    low, high = 0.0, 1.0
    dx, dy = end[0] - start[0], end[1] - start[1]
    for delta, near, far in (
        (dx, rect.x - start[0], rect.right - start[0]),
        (dy, rect.y - start[1], rect.bottom - start[1]),
    ):
        if delta == 0:
            if near >= 0 or far <= 0:
                return False
            continue
        first, second = sorted((near / delta, far / delta))
        low, high = max(low, first), min(high, second)
        if low >= high:
            return False
    return True


def path_crosses(path: Sequence[Point], rect: Rect) -> bool:
    """Whether any piece of a path touches the inside of a box."""
    return any(crosses(start, end, rect) for start, end in pairwise(path))


def path_bounds(path: Sequence[Point]) -> Rect:
    """The box around a path."""
    xs, ys = [x for x, _ in path], [y for _, y in path]
    return Rect(min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))


def rounded(path: Sequence[Point]) -> list[Point]:
    """Samples of the curve that Excalidraw draws through the points of a rounded arrow (Catmull–Rom)."""
    if len(path) < 3:
        return list(path)
    found = [path[0]]
    for i in range(len(path) - 1):
        before, start, end, after = path[max(i - 1, 0)], path[i], path[i + 1], path[min(i + 2, len(path) - 1)]
        first = (start[0] + (end[0] - before[0]) / 6, start[1] + (end[1] - before[1]) / 6)
        second = (end[0] - (after[0] - start[0]) / 6, end[1] - (after[1] - start[1]) / 6)
        found += [_bezier(start, first, second, end, step / CURVE_STEPS) for step in range(1, CURVE_STEPS + 1)]
    return found


def middle(path: Sequence[Point], curved: bool) -> Point:
    """Where Excalidraw puts the label of an arrow: its middle point, or the middle of its middle piece."""
    half = len(path) // 2
    if len(path) % 2:
        return path[half]
    if curved and len(path) > 2:
        return rounded(path)[(half - 1) * CURVE_STEPS + CURVE_STEPS // 2]
    (ax, ay), (bx, by) = path[half - 1], path[half]
    return (ax + bx) / 2, (ay + by) / 2


def _bezier(a: Point, b: Point, c: Point, d: Point, t: float) -> Point:
    s = 1 - t
    k, m, n, o = s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t
    return a[0] * k + b[0] * m + c[0] * n + d[0] * o, a[1] * k + b[1] * m + c[1] * n + d[1] * o


def segments_cross(a: Point, b: Point, c: Point, d: Point) -> bool:
    """Whether two straight pieces cross in their insides."""
    return _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0


def _side(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
