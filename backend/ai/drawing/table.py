"""Tables: a grid of boxes that share their borders, with a header row, moved as one.

In a comparison the names of what is compared by stand out too; the stages of a customer journey have colours of their own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from backend.ai.diagram import Table, TableForm
from backend.ai.drawing.measure import PADDING, Font
from backend.ai.drawing.shapes import Rect
from backend.ai.drawing.sizing import AIR, shape_height, text_width, wrapped_width
from backend.ai.drawing.sketch import Align, Box, Part, Sketch
from backend.ai.drawing.themes import WHITE, Paint, Theme
from backend.ai.drawing.tokens import clean

NARROWEST_COLUMN = 90
PREFERRED_TEXT = 220
HEADER_SIZE, CELL_SIZE = 16, 15
GROUP = "table"
_NUMBER = re.compile(r"[^\w\s]{0,3}\s?\d[\d.,'\s]*\s?[%€$£¥\w]{0,4}")


def sketch_table(table: Table, theme: Theme) -> Sketch:
    """Columns as wide as their texts need, rows as high; columns of numbers are aligned right."""
    header_font, cell_font = Font(theme.family, HEADER_SIZE), Font(theme.family, CELL_SIZE)
    rows = [[clean(cell) for cell in row] for row in (table.header, *table.rows)]
    fonts = [header_font, *[cell_font] * len(table.rows)]
    columns = list(zip(*rows, strict=True))
    widths = [max(_width(cell, font) for cell, font in zip(column, fonts, strict=True)) for column in columns]
    aligns = [_align(column[1:]) for column in columns]
    parts: list[Part] = []
    y = 0.0
    for number, (row, font) in enumerate(zip(rows, fonts, strict=True)):
        height = max(shape_height(cell, "rectangle", font, width) for cell, width in zip(row, widths, strict=True))
        x = 0.0
        for position, (cell, width, align) in enumerate(zip(row, widths, aligns, strict=True)):
            key, rect = f"cell {number} {position}", Rect(x, y, width, height)
            paint = _paint(table.form, number, position, theme)
            parts.append(Box(key, rect, cell, paint, font, align=align, radius=None, thin=True, group=GROUP))
            x += width
        y += height
    return Sketch(tuple(parts))


def _width(cell: str, font: Font) -> float:
    needed = wrapped_width(cell, font, text_width(cell, font, PREFERRED_TEXT)) if cell else 0.0
    return round(max(NARROWEST_COLUMN, needed + 2 * PADDING + AIR))


def _align(cells: Sequence[str]) -> Align:
    filled = [cell for cell in cells if cell]
    return "right" if filled and all(_NUMBER.fullmatch(cell) for cell in filled) else "left"


def _paint(form: TableForm, row: int, column: int, theme: Theme) -> Paint:
    paint = theme.branch(column) if form == "customer_journey" else theme.scheme.step
    if row == 0 or (form == "comparison" and column == 0):
        return paint
    return Paint(paint.stroke, WHITE.fill)
