"""New elements that look like those around them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.ai.drawing.elements import Element

LINE = ("strokeColor", "strokeWidth", "strokeStyle", "roughness", "opacity")
FILL = ("backgroundColor", "fillStyle")
ARROW = ("startArrowhead", "endArrowhead")


def like_shape(shape: Element, model: Mapping[str, Any]) -> None:
    """Take over lines, fill and, from a shape of the same kind, corners."""
    _take_over(shape, model, (*LINE, *FILL))
    if shape["type"] == model["type"]:
        _take_over(shape, model, ("roundness",))


def like_arrow(arrow: Element, model: Mapping[str, Any]) -> None:
    """Take over line and heads. Elbows and bends are the business of each arrow."""
    _take_over(arrow, model, (*LINE, *ARROW))


def like_text(text: Element, model: Mapping[str, Any]) -> None:
    """Take over the colour of a text; its font is chosen before it is measured."""
    _take_over(text, model, ("strokeColor", "opacity"))


def _take_over(element: Element, model: Mapping[str, Any], fields: tuple[str, ...]) -> None:
    for field in fields:
        if field in model:
            element[field] = model[field]
