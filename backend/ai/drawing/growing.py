"""New texts in shapes that are there: the shape grows where there is room, else the text is made smaller."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backend.ai.drawing.connecting import reattach
from backend.ai.drawing.elements import Element, fit_text
from backend.ai.drawing.measure import Font, inner_size, wrap
from backend.ai.drawing.placement import element_rect
from backend.ai.drawing.scene import SHAPES, Scene, obstacles
from backend.ai.drawing.shapes import Rect
from backend.ai.drawing.sizing import shape_height, shape_size

FONT_SHARES = (1, 0.9, 0.8, 0.7, 0.6, 0.5)  # of the size that the text has, tried in this order
SMALLEST_FONT = 8
WIDER = (1.25, 1.5, 2.0, 2.5)
MARGIN = 24  # that stays free around a shape that grows, for arrows
CLOSE = 6  # to the border of what the shape is in


def rename(scene: Scene, element_id: str, label: str) -> None:
    """Replace the text of a shape, or a text that stands alone.

    Where a long text finds no room at any size, its shape grows over others, as it does for a person who types.
    """
    element = scene.need(element_id)
    if element["type"] == "text":
        _rewrite(scene.edit(element_id), label)
        return
    text = scene.edit(scene.text_of(element_id)["id"])
    size, rect = _room_for(scene, element, text, label)
    text["originalText"], text["fontSize"] = label, size
    before = element_rect(element)
    if rect != before:
        scene.edit(element_id).update(x=rect.x, y=rect.y, width=rect.width, height=rect.height)
        reattach(scene, element_id, before)
    fit_text(text, scene.need(element_id))


def _room_for(scene: Scene, element: Element, text: Element, label: str) -> tuple[float, Rect]:
    """The size of the font and the box of the shape: the largest font for which there is room.

    What stands close to others, as in a list or a table, keeps its size.
    """
    before, family = element_rect(element), text["fontFamily"]
    sizes = [text["fontSize"] * share for share in FONT_SHARES]
    others = [rect for rect in obstacles(scene, (element["id"],)) if not before.contains(rect)]
    is_in_a_list = any(before.grown(MARGIN).overlaps(other) and not other.contains(before) for other in others)
    for size in [size for size in sizes if size >= SMALLEST_FONT] or sizes[:1]:
        font = Font(family, size)
        for rect in (before, *(() if is_in_a_list else _larger(element, label, font))):
            if _fits(label, font, element["type"], rect, text) and _has_room(before, rect, others):
                return size, rect
    font = Font(family, text["fontSize"])
    return font.size, next(_larger(element, label, font))


def _rewrite(text: Element, label: str) -> None:
    """A loose text keeps its width if somebody gave it one; it grows from the side that it is aligned to."""
    font = Font(text["fontFamily"], text["fontSize"])
    before = text["width"]
    text["originalText"] = label
    text["text"] = label if text["autoResize"] else wrap(label, font, before)
    width, text["height"] = font.extent(text["text"])
    if text["autoResize"]:
        text["width"] = width
        text["x"] += (before - width) * {"left": 0, "center": 0.5, "right": 1}.get(text["textAlign"], 0)


def _fits(label: str, font: Font, shape: str, rect: Rect, text: Element) -> bool:
    width, height = inner_size(shape, rect.width, rect.height)
    wide, high = font.extent(wrap(label, font, width))
    if text["verticalAlign"] == "top":
        height = min(height, max(text["height"], font.size * font.line_height))  # what is below belongs to cards
    return wide <= width and high <= height


def _larger(element: Element, label: str, font: Font) -> Iterator[Rect]:
    """Boxes that would hold the text, best first: grown around the centre, then to one side alone, then wider."""
    rect, shape = element_rect(element), element["type"]
    wished, _ = shape_size(label, shape, font)
    for width in (max(rect.width, wished), rect.width, *(max(rect.width, wished) * share for share in WIDER)):
        height = max(rect.height, shape_height(label, shape, font, width))
        dx, dy = width - rect.width, height - rect.height
        for left in (0.5, 0.0, 1.0):
            for up in (0.5, 0.0, 1.0):
                yield Rect(rect.x - dx * left, rect.y - dy * up, width, height)


def _has_room(before: Rect, rect: Rect, others: Sequence[Rect]) -> bool:
    """Whether a shape may be this large: not close to others, and still inside what it is in."""
    return rect == before or not any(
        not other.contains(rect.grown(CLOSE)) if other.contains(before) else rect.grown(MARGIN).overlaps(other)
        for other in others
    )


def grow_around(scene: Scene, element_id: str, rect: Rect, margin: float) -> None:
    """Make a shape reach around a box that was put into it."""
    element = scene.get(element_id)
    if element is None or element["type"] not in SHAPES:
        return
    needed = rect.bottom + margin - (element["y"] + element["height"])
    if needed > 0:
        before = element_rect(element)
        scene.edit(element_id)["height"] = element["height"] + needed
        reattach(scene, element_id, before)
