"""How large a shape must be for its text."""

from __future__ import annotations

import math

from backend.ai.diagram import Shape
from backend.ai.drawing.measure import Font, inner_size, outer_length, wrap

GRID = 20  # widths are multiples, so that shapes of similar texts are equally wide
AIR = 10  # around the text, beside what the editor asks for
LOWEST = 48
NARROWEST: dict[Shape, int] = {"rectangle": 140, "ellipse": 120, "diamond": 140}
PREFERRED: dict[Shape, int] = {"rectangle": 180, "ellipse": 140, "diamond": 110}  # widths of text
WIDEST_TEXT = 900
TEXT_ASPECT = 2.5  # width to height of a long text


def text_width(text: str, font: Font, preferred: float) -> float:
    """How wide a text should run: as preferred, wider if it would become a tower."""
    area = sum(font.width(line) for line in text.split("\n")) * font.size * font.line_height
    return min(max(preferred, math.sqrt(area * TEXT_ASPECT) if area > preferred**2 else 0), WIDEST_TEXT)


def shape_size(text: str, shape: Shape, font: Font) -> tuple[float, float]:
    """Width and height of a shape with this text. The text wrapped to its inner width always fits."""
    width = wrapped_width(text, font, text_width(text, font, PREFERRED[shape]))
    outer = max(outer_length(shape, width) + 2 * AIR, NARROWEST[shape])
    outer = math.ceil(outer / GRID) * GRID
    return outer, shape_height(text, shape, font, outer)


def wrapped_width(text: str, font: Font, width: float) -> float:
    """Width of the longest line after wrapping: more than asked for if a single character is."""
    return font.extent(wrap(text, font, width))[0]


def shape_height(text: str, shape: Shape, font: Font, width: float) -> float:
    """Height of a shape of this width for its text; whole pixels."""
    room, _ = inner_size(shape, width, LOWEST)
    _, height = font.extent(wrap(text, font, room))
    air = AIR if shape == "rectangle" else 0
    return math.ceil(max(outer_length(shape, height) + air, LOWEST))
