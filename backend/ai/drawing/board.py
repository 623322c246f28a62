"""Boards: columns side by side, each a box with its name on top and its cards inside; a SWOT analysis has two rows."""

from __future__ import annotations

from backend.ai.diagram import Board
from backend.ai.drawing.measure import PADDING, Font, wrap
from backend.ai.drawing.shapes import Rect
from backend.ai.drawing.sizing import shape_height, text_width
from backend.ai.drawing.sketch import Box, Part, Sketch
from backend.ai.drawing.themes import WHITE, Paint, Theme
from backend.ai.drawing.tokens import clean

COLUMN_WIDTH, QUADRANT_WIDTH = 260, 340
COLUMN_GAP = 28
SWOT_ACROSS = 2  # what helps and what harms beside each other, what is inside above what is outside
MARGIN = 14  # of the cards inside their column
CARD_GAP = 12
RADIUS = 8  # of the corners of columns and cards
EMPTY_HEIGHT = 120  # room for the first card
NAME_SIZE, CARD_SIZE = 18, 15


def sketch_board(board: Board, theme: Theme) -> Sketch:
    """Columns are equally high and as wide as their longest texts need."""
    name_font, card_font = Font(theme.family, NAME_SIZE), Font(theme.family, CARD_SIZE)
    columns = [(clean(column.name), [clean(card) for card in column.cards]) for column in board.columns]
    least = QUADRANT_WIDTH if board.form == "swot" else COLUMN_WIDTH
    width = max(_width(text, card_font, least) for _, cards in columns for text in (*cards, "")) + 2 * MARGIN
    across = SWOT_ACROSS if board.form == "swot" else len(columns)
    top = max(_name_height(name, name_font, width) for name, _ in columns) + MARGIN
    inner = width - 2 * MARGIN
    heights = [[shape_height(card, "rectangle", card_font, inner) for card in cards] for _, cards in columns]
    height = top + max(EMPTY_HEIGHT, *(sum(each) + CARD_GAP * len(each) for each in heights)) + MARGIN - CARD_GAP
    parts: list[Part] = []
    for number, (name, cards) in enumerate(columns):
        x, start = number % across * (width + COLUMN_GAP), number // across * (height + COLUMN_GAP)
        paint = theme.branch(number)
        rect = Rect(x, start, width, height)
        parts.append(Box(f"column {number}", rect, name, paint, name_font, vertical="top", radius=RADIUS))
        y = start + top
        for position, (card, card_height) in enumerate(zip(cards, heights[number], strict=True)):
            rect = Rect(x + MARGIN, y, inner, card_height)
            card_paint = Paint(paint.stroke, WHITE.fill)
            key = f"column {number} card {position}"
            parts.append(Box(key, rect, card, card_paint, card_font, align="left", radius=RADIUS, thin=True))
            y += card_height + CARD_GAP
    return Sketch(tuple(parts))


def _width(text: str, font: Font, least: float) -> float:
    return max(least - 2 * MARGIN, round(text_width(text, font, least) + 2 * PADDING))


def _name_height(name: str, font: Font, width: float) -> float:
    return font.extent(wrap(name, font, width - 2 * PADDING))[1] + 2 * PADDING
