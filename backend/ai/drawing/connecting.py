"""Arrows on a canvas that is there already: drawn, re-attached, removed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

from backend.ai.drawing.elements import Element, Writer, arrow_path, fit_text, path_of, set_path
from backend.ai.drawing.layout import self_loop
from backend.ai.drawing.measure import Font, arrow_label_width, wrap
from backend.ai.drawing.placement import element_rect
from backend.ai.drawing.restyle import like_arrow, like_text
from backend.ai.drawing.scene import Scene, ends, obstacles
from backend.ai.drawing.shapes import Point, Rect, middle, path_bounds, path_crosses, rounded, segments_cross
from backend.ai.drawing.sketch import Box, Link
from backend.ai.drawing.themes import TEXT_COLOR, Paint, Theme

Size = tuple[float, float]
Path = list[Point]

LABEL_SIZE = 14
BEND_DISTANCE = 10  # of a bend from the shape that an arrow leads to
CLEARANCE = 6  # of an arrow from shapes on its way
BOWS = (0, 48, -48, 96, -96, 160, -160, 240, -240, 340, -340, 480, -480)  # how far an arrow may lead around others
LABEL_ON_SHAPE, LABEL_ON_ARROW, THROUGH_SHAPE = 30.0, 5.0, 10.0  # crossing one arrow, or 250 pixels of way, cost 1


def connect(scene: Scene, writer: Writer, theme: Theme, key: str, source: str, target: str, label: str) -> None:
    """Draw an arrow between two elements, like those that are at them already."""
    model = _model(scene, source, target)
    text_model = scene.text_in(model["id"]) if model else None
    font = Font(text_model["fontFamily"], text_model["fontSize"]) if text_model else Font(theme.family, LABEL_SIZE)
    boxes = _box(scene, source), _box(scene, target)
    link = Link(key, source, target, theme.scheme.arrow, font, _way(scene, source, target, label, font), label)
    made = writer.arrow(link, *boxes)
    made[0]["startBinding"]["elementId"], made[0]["endBinding"]["elementId"] = source, target
    if model is not None:
        like_arrow(made[0], model)
    if text_model is not None and len(made) > 1:
        like_text(made[1], text_model)
    scene.add(made)
    scene.bind(source, made[0]["id"])
    scene.bind(target, made[0]["id"])


def relabel(scene: Scene, writer: Writer, theme: Theme, arrow_id: str, label: str) -> None:
    """Give an arrow another label, or none."""
    text = scene.text_in(arrow_id)
    if text is not None and not label:
        scene.unbind(arrow_id, text["id"])
        scene.delete(text["id"])
    elif text is not None:
        changed = scene.edit(text["id"])
        changed["originalText"] = label
        fit_text(changed, scene.edit(arrow_id))
    elif label:
        arrow = scene.edit(arrow_id)
        made = writer.text(f"label of {arrow_id}", label, Font(theme.family, LABEL_SIZE), TEXT_COLOR, container=arrow)
        arrow["boundElements"] = [*arrow["boundElements"], {"type": "text", "id": made["id"]}]
        scene.add([made])


def redirect(scene: Scene, arrow_id: str, target: str) -> None:
    """Let an arrow end at another element; its bends were for the old one and go."""
    arrow = scene.edit(arrow_id)
    source, before = scene.need(ends(arrow)[0])["id"], ends(arrow)[1]
    if before != source:
        scene.unbind(before, arrow_id)
    arrow["endBinding"] = {"elementId": target, "focus": 0, "gap": 4}
    scene.bind(target, arrow_id)
    text = scene.text_in(arrow_id)
    label, font = (text["originalText"], Font(text["fontFamily"], text["fontSize"])) if text else ("", Font())
    _redraw(scene, arrow_id, _way(scene, source, target, label, font, arrow_id))


def reattach(scene: Scene, element_id: str, before: Rect) -> None:
    """Put the ends of an element's arrows back onto its border after its box has changed. Bends that are free stay."""
    now = element_rect(scene.need(element_id))
    for arrow in scene.arrows_at(element_id):
        source, target = ends(arrow)
        if arrow["elbowed"] or scene.get(source) is None or scene.get(target) is None:
            continue  # the editor routes elbow arrows by itself, and a loose end has no border
        bends = path_of(arrow)[1:-1]
        if source == target:
            bends = [_carried(bend, before, now) for bend in bends]
        else:
            bends = [(x, y) for x, y in bends if not now.grown(BEND_DISTANCE).overlaps(Rect(x, y, 0, 0))]
        _redraw(scene, arrow["id"], bends)


def _carried(bend: Point, before: Rect, now: Rect) -> Point:
    """A bend of an arrow around one side of a shape, as far from that side as it was."""
    x, y = bend
    dx, dy = now.center[0] - before.center[0], now.center[1] - before.center[1]
    if not before.x <= x <= before.right:
        dx = now.right - before.right if x > before.right else now.x - before.x
    if not before.y <= y <= before.bottom:
        dy = now.bottom - before.bottom if y > before.bottom else now.y - before.y
    return x + dx, y + dy


def disconnect(scene: Scene, arrow_id: str) -> None:
    """Remove an arrow and its label, and let go of both shapes."""
    for element_id in ends(scene.need(arrow_id)):
        scene.unbind(element_id, arrow_id)
    text = scene.text_in(arrow_id)
    if text is not None:
        scene.delete(text["id"])
    scene.delete(arrow_id)


def _redraw(scene: Scene, arrow_id: str, bends: Sequence[Point]) -> None:
    arrow = scene.edit(arrow_id)
    source, target = (scene.need(element_id) for element_id in ends(arrow))
    path = arrow_path((source["type"], element_rect(source)), (target["type"], element_rect(target)), bends)
    set_path(arrow, path)
    text = scene.text_in(arrow_id)
    if text is not None:
        fit_text(scene.edit(text["id"]), arrow)


def _way(scene: Scene, source: str, target: str, label: str, font: Font, own: str | None = None) -> tuple[Point, ...]:
    """The bends of an arrow: none if the straight way is free, else one that leads around most of what is there."""
    first, second = _box(scene, source), _box(scene, target)
    size = font.extent(wrap(label, font, arrow_label_width(font))) if label else None
    if source == target:
        return self_loop(first.rect, size)
    others = [arrow for arrow in scene.living() if arrow["type"] == "arrow" and arrow["id"] != own]
    straight = arrow_path((first.shape, first.rect), (second.shape, second.rect), ())
    taken = any({source, target} == set(ends(arrow)) for arrow in others)
    text = scene.text_in(own) if own else None
    solid = [rect.grown(CLEARANCE) for rect in obstacles(scene, (source, target, text["id"] if text else None))]
    solid = [rect for rect in solid if not (rect.contains(first.rect) or rect.contains(second.rect))]
    paths = [path_of(arrow) for arrow in others]
    ways = [_bowed(first, second, straight, bow) if bow else straight for bow in BOWS if bow or not taken]
    return tuple(min(ways, key=lambda way: _cost(way, size, solid, (first.rect, second.rect), paths))[1:-1])


def _cost(
    way: list[Point], size: Size | None, solid: list[Rect], ends_at: tuple[Rect, Rect], paths: list[Path]
) -> float:
    """How bad a way is: a label on something is worst, then an arrow through a shape, then crossings and length."""
    curve = rounded(way)
    area = path_bounds(curve)
    cost = sum(math.dist(a, b) for a, b in pairwise(curve)) / 250
    cost += THROUGH_SHAPE * sum(path_crosses(curve, rect) for rect in solid if area.overlaps(rect))
    cost += sum(segments_cross(*a, *b) for path in paths for a in pairwise(way) for b in pairwise(path))
    if size is not None:
        spot = Rect.around(middle(way, True), *size).grown(CLEARANCE / 2)
        cost += LABEL_ON_SHAPE * sum(spot.overlaps(rect) for rect in (*solid, *ends_at))
        cost += LABEL_ON_ARROW * sum(path_crosses(path, spot) for path in paths)
    return cost


def _bowed(first: Box, second: Box, straight: list[Point], bow: float) -> list[Point]:
    (ax, ay), (bx, by) = straight
    length = math.hypot(bx - ax, by - ay) or 1.0
    hub = ((ax + bx) / 2 - (by - ay) / length * bow, (ay + by) / 2 + (bx - ax) / length * bow)
    return arrow_path((first.shape, first.rect), (second.shape, second.rect), (hub,))


def _model(scene: Scene, source: str, target: str) -> Element | None:
    """The arrow that a new one should look like: the last out of the same node, else one at either, else any."""
    out = [arrow for arrow in scene.arrows_at(source) if ends(arrow)[0] == source]
    near = out or scene.arrows_at(source) or scene.arrows_at(target)
    arrows = near or [element for element in scene.living() if element["type"] == "arrow"]
    return arrows[-1] if arrows else None


def _box(scene: Scene, element_id: str) -> Box:
    element = scene.need(element_id)
    return Box(element_id, element_rect(element), "", Paint("", ""), Font(), element["type"])
