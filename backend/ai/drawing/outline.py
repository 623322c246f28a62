"""Lists and outlines: rows of equal boxes, indented by level; the first level of an ordered one is numbered."""

from __future__ import annotations

from backend.ai.diagram import Outline, walk
from backend.ai.drawing.measure import PADDING, Font, outer_length, wrap
from backend.ai.drawing.shapes import Rect
from backend.ai.drawing.sizing import AIR, shape_height, text_width
from backend.ai.drawing.sketch import Box, Part, Sketch
from backend.ai.drawing.themes import WHITE, Paint, Theme
from backend.ai.drawing.tokens import clean

INDENT = 36
ROW_GAP = 10
SECTION_GAP = 24  # before an entry of the first level that follows deeper ones
NARROWEST_ROW = 280
PREFERRED_TEXT = 380
SIZES = (18, 16, 15)  # by level; deeper levels have the last
RADIUS = 8  # of the corners of rows
SMALLEST_BADGE, BADGE_FONT = 42, 14
BADGE_GAP = 12


def sketch_outline(outline: Outline, theme: Theme) -> Sketch:
    """Rows from top to bottom: every level has one width, all right sides are in line."""
    rows = [(level, clean(item.label)) for level, item in walk(outline.items)]
    deepest = max(level for level, _ in rows)
    badge = _badge_size(len(outline.items), theme)
    left = badge + BADGE_GAP if outline.ordered else 0
    right = left + max(level * INDENT + _row_width(text, _font(level, theme)) for level, text in rows)
    right = max(right, left + deepest * INDENT + NARROWEST_ROW)
    parts: list[Part] = []
    y, branch, before = 0.0, -1, 0
    for number, (level, text) in enumerate(rows):
        branch += level == 0
        y += SECTION_GAP - ROW_GAP if level == 0 and before > 0 else 0
        font, x = _font(level, theme), left + level * INDENT
        height = shape_height(text, "rectangle", font, right - x)
        if outline.ordered and level == 0:
            parts.append(_badge(branch, badge, y + height / 2, theme))
        paint = _paint(level, branch, outline, theme)
        parts.append(
            Box(
                f"item {number}",
                Rect(x, y, right - x, height),
                text,
                paint,
                font,
                align="left",
                radius=RADIUS,
                thin=level > 0,
            )
        )
        y, before = y + height + ROW_GAP, level
    return Sketch(tuple(parts))


def _row_width(text: str, font: Font) -> float:
    width, _ = font.extent(wrap(text, font, text_width(text, font, PREFERRED_TEXT)))
    return round(width + 2 * PADDING + 2 * AIR)


def _badge_size(count: int, theme: Theme) -> float:
    """Of a circle that holds the largest number."""
    return max(SMALLEST_BADGE, outer_length("ellipse", Font(theme.family, BADGE_FONT).width(str(count))) + 2)


def _badge(number: int, size: float, middle: float, theme: Theme) -> Box:
    rect = Rect(0, round(middle - size / 2, 1), size, size)
    font = Font(theme.family, BADGE_FONT)
    return Box(f"number {number}", rect, str(number + 1), theme.scheme.terminal, font, "ellipse", thin=True)


def _paint(level: int, branch: int, outline: Outline, theme: Theme) -> Paint:
    if level == 0:
        return theme.branch(branch) if outline.form == "outline" else theme.scheme.step
    return Paint(theme.branch(branch).stroke, WHITE.fill) if outline.form == "outline" else WHITE


def _font(level: int, theme: Theme) -> Font:
    return Font(theme.family, SIZES[min(level, len(SIZES) - 1)])
