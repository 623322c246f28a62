"""New elements that look like those around them, and others that get another colour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.ai.drawing.elements import Element
from backend.ai.drawing.scene import Scene
from backend.ai.drawing.themes import Paint

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


def recolour(scene: Scene, node: str, paint: Paint) -> None:
    """Give a shape another border and filling, with a text that can be read on it; a text that stands alone, another colour."""
    element = scene.edit(node)
    if element["type"] == "text":
        element["strokeColor"] = paint.stroke
        return
    element.update(strokeColor=paint.stroke, backgroundColor=paint.fill, fillStyle="solid")
    text = scene.text_in(node)
    if text is not None:
        scene.edit(text["id"])["strokeColor"] = paint.text


def _take_over(element: Element, model: Mapping[str, Any], fields: tuple[str, ...]) -> None:
    for field in fields:
        if field in model:
            element[field] = model[field]
