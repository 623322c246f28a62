"""Where a new node goes on a canvas that is there already. What is there does not move."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from backend.ai.drawing.board import MARGIN as MARGIN_OF_CARDS
from backend.ai.drawing.elements import Element, path_of
from backend.ai.drawing.measure import PADDING
from backend.ai.drawing.placement import element_rect, free_origin
from backend.ai.drawing.scene import SHAPES, Scene, ends, obstacles
from backend.ai.drawing.shapes import Point, Rect, crosses, path_crosses

MARGIN = 28  # that stays free around a new node
FLOW_GAP = 60  # to the node before
SIDE_GAP = 48  # to a sibling
STEP = 30  # of the search for free space, in pixels
RINGS = 40
ON_ARROW = 150  # pixels of distance that one rather takes than stand on an arrow
BEHIND_SHAPE = 200  # and so that no shape is between it and its neighbour
ROW_GAP = 12
ALIGNED = 1.5  # pixels by which boxes of one column may differ

DOWN: Point = (0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a list or a column: the box, and the container that must reach around it."""

    rect: Rect
    container: str | None


def between(scene: Scene, size: tuple[float, float], first: str, second: str) -> Rect:
    """A place between two nodes, beside the straight way if the gap is too small."""
    a, b = element_rect(scene.need(first)), element_rect(scene.need(second))
    (ax, ay), (bx, by) = a.center, b.center
    return _free(scene, size, ((ax + bx) / 2, (ay + by) / 2), (first, second))


def beside(scene: Scene, size: tuple[float, float], node: str, *, forward: bool) -> Rect:
    """A place behind a node in the direction in which the arrows run there (in front of it if not ``forward``).

    Next to what follows it already, if something does.
    """
    rect = element_rect(scene.need(node))
    dx, dy = _direction(scene, node)
    if not forward:
        dx, dy = -dx, -dy
    x = rect.center[0] + dx * (rect.width / 2 + size[0] / 2 + FLOW_GAP)
    y = rect.center[1] + dy * (rect.height / 2 + size[1] / 2 + FLOW_GAP)
    siblings = [element_rect(scene.need(other)) for other in _neighbours(scene, node, forward)]
    if siblings and abs(dy) > abs(dx):
        last = max(siblings, key=lambda sibling: sibling.right)
        x, y = last.right + SIDE_GAP + size[0] / 2, last.center[1]
    elif siblings:
        last = max(siblings, key=lambda sibling: sibling.bottom)
        x, y = last.center[0], last.bottom + SIDE_GAP / 2 + size[1] / 2
    return _free(scene, size, (x, y), (node,))


def alone(scene: Scene, size: tuple[float, float]) -> Rect:
    """A place beside everything."""
    return Rect(*free_origin(Rect(0, 0, *size), scene.living()), *size)


def slot(scene: Scene, node: str, height: float) -> Slot | None:
    """The next place in the list or the column that a node belongs to; None if it is part of neither.

    A list is a stack of boxes without arrows that are equally wide; the new one goes to its end.
    """
    element = scene.need(node)
    if element["type"] not in SHAPES or scene.arrows_at(node):
        return None
    inside = _inside(scene, element)
    if inside or drawn_as(element, "column"):
        return _card(element, inside, height, scene)
    around = _container(scene, element)
    if around is not None:
        return _card(around, _inside(scene, around), height, scene)
    stack = _stack(scene, element)
    if len(stack) < 2:
        return None
    last = max(stack, key=lambda rect: rect.bottom)
    rect = Rect(last.x, last.bottom + _gap(stack), last.width, height)
    return None if any(rect.overlaps(other) for other in obstacles(scene)) else Slot(rect, None)


def _card(column: Element, inside: list[Element], height: float, scene: Scene) -> Slot:
    around = element_rect(column)
    if inside:
        cards = [element_rect(card) for card in inside]
        last = max(cards, key=lambda card: card.bottom)
        return Slot(Rect(last.x, last.bottom + _gap(cards), last.width, height), column["id"])
    text = scene.text_in(column["id"])
    top = element_rect(text).bottom + PADDING if text is not None else around.y
    width = around.width - 2 * MARGIN_OF_CARDS
    return Slot(Rect(around.x + MARGIN_OF_CARDS, top + MARGIN_OF_CARDS, width, height), column["id"])


def drawn_as(element: Element, part: str) -> bool:
    """Whether the last word but the number of an element's key says that it was drawn as this part of a diagram."""
    key = (element.get("customData") or {}).get("key")
    return isinstance(key, str) and key.split()[-2:-1] == [part]


def _inside(scene: Scene, element: Element) -> list[Element]:
    around = element_rect(element)
    return [
        other
        for other in scene.living()
        if other["type"] in SHAPES and other["id"] != element["id"] and around.contains(element_rect(other))
    ]


def _container(scene: Scene, element: Element) -> Element | None:
    rect = element_rect(element)
    around = [other for other in scene.living() if other["type"] in SHAPES and other["id"] != element["id"]]
    around = [other for other in around if element_rect(other).contains(rect)]
    return min(around, key=lambda other: abs(other["width"] * other["height"]), default=None)


def _stack(scene: Scene, element: Element) -> list[Rect]:
    rect = element_rect(element)
    return [
        other_rect
        for other in scene.living()
        if other["type"] == element["type"]
        and abs((other_rect := element_rect(other)).x - rect.x) < ALIGNED
        and abs(other_rect.width - rect.width) < ALIGNED
        and not scene.arrows_at(other["id"])
        and other_rect.y < rect.bottom + 20 * rect.height
    ]


def _gap(stack: Sequence[Rect]) -> float:
    """The usual distance in a stack."""
    tops = sorted(stack, key=lambda rect: rect.y)
    gaps = [after.y - before.bottom for before, after in pairwise(tops)]
    return min((gap for gap in gaps if gap >= 0), default=ROW_GAP)


def _neighbours(scene: Scene, node: str, forward: bool) -> list[str]:
    found = []
    for arrow in scene.arrows_at(node):
        source, target = ends(arrow)
        here, there = (source, target) if forward else (target, source)
        if here == node and there is not None and there != node and scene.get(there) is not None:
            found.append(there)
    return found


def _direction(scene: Scene, node: str) -> Point:
    """Where the flow runs at a node: right, left, up or down, as most of its arrows do."""
    x, y = 0.0, 0.0
    center = element_rect(scene.need(node)).center
    for forward, sign in ((True, 1), (False, -1)):
        for other in _neighbours(scene, node, forward):
            ox, oy = element_rect(scene.need(other)).center
            length = math.hypot(ox - center[0], oy - center[1]) or 1.0
            x, y = x + sign * (ox - center[0]) / length, y + sign * (oy - center[1]) / length
    if abs(x) < 0.3 and abs(y) < 0.3:
        return DOWN
    return (math.copysign(1.0, x), 0.0) if abs(x) > abs(y) else (0.0, math.copysign(1.0, y))


def _free(scene: Scene, size: tuple[float, float], wished: Point, nodes: Sequence[str]) -> Rect:
    """The free place nearest to the one wished for; arrows are avoided, and shapes between it and its neighbours."""
    taken = obstacles(scene)
    between_them = obstacles(scene, nodes)
    paths = [path_of(element) for element in scene.living() if element["type"] == "arrow"]
    anchors = [element_rect(scene.need(node)).center for node in nodes]
    best: tuple[float, Rect] | None = None
    for distance, center in _around(wished):
        if best is not None and distance > best[0]:
            break
        rect = Rect.around(center, *size)
        if any(rect.grown(MARGIN).overlaps(other) for other in taken):
            continue
        cost = distance + (ON_ARROW if distance and any(path_crosses(path, rect) for path in paths) else 0)
        cost += BEHIND_SHAPE * sum(crosses(anchor, center, other) for anchor in anchors for other in between_them)
        if best is None or cost < best[0]:
            best = cost, rect
    return best[1] if best else alone(scene, size)


def _around(center: Point) -> Iterator[tuple[float, Point]]:
    """Points of a grid with their distances, the nearest first."""
    for dx, dy in _grid():
        yield math.hypot(dx, dy), (center[0] + dx, center[1] + dy)


@cache
def _grid() -> list[Point]:
    """Right and down before left and up, where the distance is the same."""
    reach = range(-RINGS, RINGS + 1)
    steps = sorted(
        ((dx, dy) for dx in reach for dy in reach), key=lambda step: (step[0] ** 2 + step[1] ** 2, -step[0], -step[1])
    )
    return [(float(dx * STEP), float(dy * STEP)) for dx, dy in steps]
