"""Colours and manner of a drawing: schemes by name, and the styles clean and sketch.

All colours are light fills with darker strokes of the same hue: Excalidraw inverts lightness and keeps hue in dark
mode, so that they stay readable in both. They are shades of the open palette that its own colour picker offers.
"""

from __future__ import annotations

from dataclasses import dataclass

from backend.ai.drawing.errors import DrawingError
from backend.ai.drawing.fonts import EXCALIFONT, NUNITO
from backend.ai.operations import Colour

TEXT_COLOR = "#1e1e1e"
SURFACE = "#f8f9fa"
SURFACE_STROKE = "#dee2e6"


@dataclass(frozen=True, slots=True)
class Paint:
    """Colours of one element; "transparent" is no fill."""

    stroke: str
    fill: str
    text: str = TEXT_COLOR


BLUE, GREEN, YELLOW = Paint("#1971c2", "#d0ebff"), Paint("#2f9e44", "#d3f9d8"), Paint("#f08c00", "#fff3bf")
VIOLET, RED, TEAL = Paint("#6741d9", "#e5dbff"), Paint("#e03131", "#ffe3e3"), Paint("#0c8599", "#c5f6fa")
ORANGE, PINK, GREY = Paint("#e8590c", "#ffe8cc"), Paint("#c2255c", "#ffdeeb"), Paint("#495057", "#e9ecef")
INDIGO, LIME, WHITE = Paint("#3b5bdb", "#dbe4ff"), Paint("#66a80f", "#e9fac8"), Paint("#495057", "#ffffff")


COLOURS: dict[Colour, Paint] = {
    "red": RED,
    "orange": ORANGE,
    "yellow": YELLOW,
    "green": GREEN,
    "teal": TEAL,
    "blue": BLUE,
    "purple": VIOLET,
    "pink": PINK,
    "grey": GREY,
    "white": WHITE,
}


@dataclass(frozen=True, slots=True)
class Scheme:
    """The paints of the parts of a diagram. ``branches`` are told apart from their neighbours."""

    step: Paint
    decision: Paint
    terminal: Paint
    arrow: str
    branches: tuple[Paint, ...]


SCHEMES = {
    "default": Scheme(BLUE, YELLOW, GREEN, "#495057", (BLUE, GREEN, YELLOW, VIOLET, RED, TEAL, ORANGE, PINK)),
    "blue": Scheme(BLUE, INDIGO, TEAL, "#1864ab", (BLUE, TEAL, INDIGO)),
    "green": Scheme(GREEN, LIME, TEAL, "#2b8a3e", (GREEN, TEAL, LIME)),
    "purple": Scheme(VIOLET, PINK, INDIGO, "#5f3dc4", (VIOLET, PINK, INDIGO)),
    "warm": Scheme(ORANGE, YELLOW, RED, "#862e0c", (ORANGE, YELLOW, RED, PINK)),
    "mono": Scheme(WHITE, GREY, GREY, "#495057", (GREY, WHITE)),
}
STYLES = ("clean", "sketch")


@dataclass(frozen=True, slots=True)
class Theme:
    """A scheme in a style."""

    scheme: Scheme
    family: int
    roughness: int
    stroke_width: int = 2

    def branch(self, number: int) -> Paint:
        """The paint of a branch, a column, a level."""
        return self.scheme.branches[number % len(self.scheme.branches)]


def scheme_after(scheme: str, steps: int) -> str:
    """The colour scheme that comes so many after this one, round and round."""
    names = list(SCHEMES)
    return names[(names.index(scheme) + steps) % len(names)]


def theme_of(scheme: str, style: str) -> Theme:
    """Find a theme by its names. Raises ``DrawingError`` with the names there are."""
    if scheme not in SCHEMES:
        raise DrawingError(f"There is no colour scheme {scheme!r}; choose one of {', '.join(SCHEMES)}.")
    if style not in STYLES:
        raise DrawingError(f"There is no style {style!r}; choose one of {', '.join(STYLES)}.")
    sketchy = style == "sketch"
    return Theme(SCHEMES[scheme], EXCALIFONT if sketchy else NUNITO, 1 if sketchy else 0)
