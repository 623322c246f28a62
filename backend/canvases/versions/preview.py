"""A drawing in small: so few and so plain elements that twenty of them fit into one answer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend.canvases.elements import Element

MOST_SHAPES = 80
MOST_POINTS = 12  # of a line
MOST_LETTERS = 40
PLAIN = {"angle": 0, "strokeColor": "#1e1e1e", "backgroundColor": "transparent", "strokeStyle": "solid", "opacity": 100}
ALWAYS = ("id", "type")
MEASURES = ("x", "y", "width", "height", "fontSize", "strokeWidth")
KEPT = ("textAlign", "containerId", "endArrowhead")


def preview_of(elements: Sequence[Element]) -> list[Element]:
    """The largest of the elements, in drawing order, with what is seen of them in small."""
    if len(elements) > MOST_SHAPES:
        places = sorted(range(len(elements)), key=lambda place: -_extent(elements[place]))[:MOST_SHAPES]
        elements = [elements[place] for place in sorted(places)]
    return [_small(element) for element in elements]


def _extent(element: Element) -> float:
    return float(max(abs(element["width"]), abs(element["height"])))


def _small(element: Element) -> Element:
    small: dict[str, Any] = {name: element[name] for name in ALWAYS}
    small |= {name: round(element[name]) for name in MEASURES if name in element}
    small |= {name: _short(element[name]) for name, plain in PLAIN.items() if element.get(name, plain) != plain}
    small |= {name: _short(element[name]) for name in KEPT if name in element}
    if element.get("roundness"):
        small["roundness"] = {"type": 3}
    if element.get("points"):
        small["points"] = [[round(x), round(y)] for x, y in _thinned(element["points"])]
    if isinstance(element.get("text"), str):
        small["text"] = _short(element["text"])
    return small


def _short(value: Any) -> Any:
    """Fields that nobody examines may hold anything."""
    return value[:MOST_LETTERS] if isinstance(value, str) else value if isinstance(value, int | float) else None


def _thinned(points: Sequence[Sequence[float]]) -> list[Sequence[float]]:
    """The first, the last, and evenly some between."""
    if len(points) <= MOST_POINTS:
        return list(points)
    step = (len(points) - 1) / (MOST_POINTS - 1)
    return [points[round(place * step)] for place in range(MOST_POINTS)]
