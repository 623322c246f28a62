"""A drawing before it becomes elements: boxes with text, links between them and loose words, with their places.

The modules of the kinds make sketches around any origin; ``elements`` turns them into Excalidraw's data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from backend.ai.diagram import Shape
from backend.ai.drawing.measure import Font
from backend.ai.drawing.shapes import Point, Rect
from backend.ai.drawing.themes import Paint

ADAPTIVE = 32.0  # at most, and a quarter of the shorter side of smaller shapes
Align = Literal["left", "center", "right"]
VerticalAlign = Literal["top", "middle"]


@dataclass(frozen=True, slots=True)
class Box:
    """A shape with its text. ``group`` is a name that it shares with the boxes that are moved with it."""

    key: str
    rect: Rect
    text: str
    paint: Paint
    font: Font
    shape: Shape = "rectangle"
    align: Align = "center"
    vertical: VerticalAlign = "middle"
    radius: float | None = ADAPTIVE  # of the corners; None is sharp
    thin: bool = False
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """An arrow between two boxes, or a line without a head; its ends are found on their borders."""

    key: str
    source: str
    target: str
    color: str
    font: Font
    bends: tuple[Point, ...] = ()
    label: str = ""
    dashed: bool = False
    head: bool = True
    curved: bool = True


Part = Box | Link


@dataclass(frozen=True, slots=True)
class Sketch:
    """Parts in the order in which a person would draw them: a link follows both of its boxes."""

    parts: tuple[Part, ...]
