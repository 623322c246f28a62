"""New texts in shapes that are there: the shape grows where there is room, else the text is made smaller."""

from __future__ import annotations

from collections.abc import Iterator

from backend.ai.drawing.connecting import reattach
from backend.ai.drawing.elements import Element, fit_text
from backend.ai.drawing.measure import Font, inner_size, wrap
from backend.ai.drawing.placement import element_rect
from backend.ai.drawing.scene import SHAPES, Scene, obstacles
from backend.ai.drawing.shapes import Rect
from backend.ai.drawing.sizing import shape_height, shape_size

SMALLEST_FONT = 8
MARGIN = 8  # that stays free around a shape that grows


def rename(scene: Scene, element_id: str, label: str) -> None:
    """Replace the text of a shape, or a text that stands alone."""
    element = scene.need(element_id)
    if element["type"] == "text":
        _rewrite(scene.edit(element_id), label)
        return
    text = scene.edit(scene.text_of(element_id)["id"])
    text["originalText"] = label
    font = Font(text["fontFamily"], text["fontSize"])
    if not _fits(label, font, element["type"], element_rect(element), text):
        rect = next((rect for rect in _larger(element, label, font) if _has_room(scene, element, rect, text)), None)
        if rect is None:
            text["fontSize"] = _smaller_font(label, font, element, text)
        else:
            scene.edit(element_id).update(x=rect.x, y=rect.y, width=rect.width, height=rect.height)
            reattach(scene, element_id)
    fit_text(text, scene.need(element_id))


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
    """Boxes that would hold the text, best first: grown around the centre, then to one side alone."""
    rect, shape = element_rect(element), element["type"]
    wished = shape_size(label, shape, font)
    for width in (max(rect.width, wished[0]), rect.width):
        height = max(rect.height, shape_height(label, shape, font, width))
        dx, dy = width - rect.width, height - rect.height
        for left in (0.5, 0.0, 1.0):
            for up in (0.5, 0.0, 1.0):
                yield Rect(rect.x - dx * left, rect.y - dy * up, width, height)


def _has_room(scene: Scene, element: Element, rect: Rect, text: Element) -> bool:
    """Whether the shape may be this large: over nothing new, and still inside what it is in."""
    before, font = element_rect(element), Font(text["fontFamily"], text["fontSize"])
    if not _fits(text["originalText"], font, element["type"], rect, text):
        return False
    for other in obstacles(scene, (element["id"],)):
        if other.contains(before):
            if not other.contains(rect.grown(MARGIN)):
                return False
        elif rect.grown(MARGIN).overlaps(other) and not before.contains(other):
            return False
    return True


def _smaller_font(label: str, font: Font, element: Element, text: Element) -> float:
    rect, size = element_rect(element), font.size
    while size > SMALLEST_FONT and not _fits(label, Font(font.family, size), element["type"], rect, text):
        size -= 1
    return size


def grow_around(scene: Scene, element_id: str, rect: Rect, margin: float) -> None:
    """Make a shape reach around a box that was put into it."""
    element = scene.get(element_id)
    if element is None or element["type"] not in SHAPES:
        return
    needed = rect.bottom + margin - (element["y"] + element["height"])
    if needed > 0:
        scene.edit(element_id)["height"] = element["height"] + needed
        reattach(scene, element_id)
