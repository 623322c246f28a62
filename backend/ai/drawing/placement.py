"""Where a new block goes: in free space beside what is there, or where its earlier part already is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from backend.ai.drawing.shapes import Point, Rect, path_bounds, union

BLOCK_GAP = 100  # between what is there and a new block
WIDE = 1.6  # a canvas wider than this many times its height grows downwards


def element_rect(element: Mapping[str, Any]) -> Rect:
    """The box of an element, rotation left aside; that of its points for arrows, lines and strokes."""
    points = element.get("points")
    if points:
        return path_bounds([(element["x"] + px, element["y"] + py) for px, py in points])
    width, height = element["width"], element["height"]  # negative in elements of very old versions
    return Rect(element["x"] + min(width, 0), element["y"] + min(height, 0), abs(width), abs(height))


def living(elements: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The elements that are not deleted."""
    return [element for element in elements if not element.get("isDeleted")]


def free_origin(block: Rect, existing: Sequence[Mapping[str, Any]]) -> Point:
    """Top left corner for the block: right of everything, or below it on a canvas that is wide already."""
    taken = [element_rect(element) for element in living(existing)]
    if not taken:
        return 0.0, 0.0
    area = union(taken)
    right = (area.right + BLOCK_GAP + block.width - area.x) / max(area.height, block.height, 1)
    below = max(area.width, block.width) / (area.height + BLOCK_GAP + block.height)
    if abs(right - WIDE) <= abs(below - WIDE):
        return round(area.right + BLOCK_GAP), round(area.y)
    return round(area.x), round(area.bottom + BLOCK_GAP)
