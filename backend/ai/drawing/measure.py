"""Text as the editor measures and wraps it, and the room that each shape has for it.

The rules are Excalidraw 0.18's (``element/textWrapping.ts``, ``element/textElement.ts``): the browser wraps a text
again whenever someone edits it, and must then come to the lines that were drawn here. Lengths are canvas pixels.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from backend.ai.drawing.fonts import LINE_HEIGHTS, NUNITO, advance
from backend.ai.drawing.tokens import has_space, is_emoji, tokens

PADDING = 5  # of a text inside its shape
ARROW_LABEL_EMS = 11  # an arrow's label may be this wide, however short the arrow
ARROW_LABEL_SHARE = 0.7  # … or this share of the arrow's width
LONGEST_CACHED = 200  # characters; longer lines are measured once and not kept


@dataclass(frozen=True, slots=True)
class Font:
    """Family id and size in pixels."""

    family: int = NUNITO
    size: float = 16

    @property
    def line_height(self) -> float:
        """Unitless, as in the elements."""
        return LINE_HEIGHTS.get(self.family, 1.25)

    def width(self, line: str) -> float:
        """Advance width of one line."""
        measure = advance if len(line) <= LONGEST_CACHED else advance.__wrapped__
        return measure(line, self.family) * self.size

    def extent(self, wrapped: str) -> tuple[float, float]:
        """Width and height of text that is wrapped already."""
        lines = wrapped.split("\n")
        return max(self.width(line or " ") for line in lines), len(lines) * self.size * self.line_height


def wrap(text: str, font: Font, width: float) -> str:
    """Break the text into lines no wider than ``width``, except for single characters that are."""
    if not math.isfinite(width) or width < 0:
        return text
    lines: list[str] = []
    for line in text.split("\n"):
        lines.extend([line] if font.width(line) <= width else _wrapped(line, font, width))
    return "\n".join(lines)


def inner_size(shape: str, width: float, height: float) -> tuple[float, float]:
    """The room that a shape of this size has for its text."""
    if shape == "ellipse":
        return js_round(width / 2 * math.sqrt(2)) - 2 * PADDING, js_round(height / 2 * math.sqrt(2)) - 2 * PADDING
    if shape == "diamond":
        return js_round(width / 2) - 2 * PADDING, js_round(height / 2) - 2 * PADDING
    return width - 2 * PADDING, height - 2 * PADDING


def outer_length(shape: str, length: float) -> float:
    """How wide (high) a shape must be for text of this width (height)."""
    padded = math.ceil(length) + 2 * PADDING
    if shape == "ellipse":
        return js_round(padded / math.sqrt(2) * 2)
    return 2 * padded if shape == "diamond" else padded


def inner_offset(shape: str, width: float, height: float) -> tuple[float, float]:
    """Where the room for text begins, from the shape's top left corner."""
    if shape == "ellipse":
        corner = 1 - math.sqrt(2) / 2
        return PADDING + width / 2 * corner, PADDING + height / 2 * corner
    if shape == "diamond":
        return PADDING + width / 4, PADDING + height / 4
    return PADDING, PADDING


def arrow_label_width(font: Font, arrow_width: float = 0) -> float:
    """How wide the label of an arrow may be before it is wrapped."""
    return max(ARROW_LABEL_SHARE * arrow_width, ARROW_LABEL_EMS * font.size)


def js_round(value: float) -> int:
    """``Math.round``: halves go up, where Python's go to even."""
    return math.floor(value + 0.5)


def _wrapped(line: str, font: Font, width: float) -> list[str]:
    lines: list[str] = []
    current, current_width = "", 0.0
    pending = tokens(line)[::-1]
    while pending:
        token = pending[-1]
        candidate = current + token
        single = len(token) == 1 and ord(token) <= 0xFFFF  # kerning is left out for these, as the editor does
        candidate_width = current_width + font.width(token) if single else font.width(candidate)
        if has_space(token) or candidate_width <= width:
            current, current_width = candidate, candidate_width
            pending.pop()
        elif not current:
            *full, current = _broken_word(token, font, width)
            lines.extend(full)
            current_width = font.width(current)
            pending.pop()
        else:
            lines.append(current.rstrip())
            current, current_width = "", 0.0
    if current:
        lines.append(_trimmed(current, font, width))
    return lines


def _broken_word(word: str, font: Font, width: float) -> list[str]:
    if is_emoji(word):
        return [word]
    lines: list[str] = []
    current, current_width = "", 0.0
    for character in word:
        character_width = font.width(character)
        if current_width + character_width <= width:
            current += character
            current_width += character_width
            continue
        if current:
            lines.append(current)
        current, current_width = character, character_width
    return [*lines, current]


def _trimmed(line: str, font: Font, width: float) -> str:
    """Without the trailing blanks that do not fit, as browsers do."""
    if font.width(line) <= width:
        return line
    text = line.rstrip() or line[:-1][:1]
    total = font.width(text)
    for blank in line[len(text) :]:
        total += font.width(blank)
        if total > width:
            break
        text += blank
    return text
