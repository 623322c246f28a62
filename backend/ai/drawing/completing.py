"""Elements as they may come from other clients, made complete: what is missing or odd gets the editor's default.

The canvas keeps what it is given within bounds; the editor completes it when it reads it, and so does this.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.ai.drawing.elements import Element
from backend.ai.drawing.fonts import EXCALIFONT, LINE_HEIGHTS

DEFAULTS: Element = {
    "angle": 0,
    "strokeColor": "#1e1e1e",
    "backgroundColor": "transparent",
    "fillStyle": "solid",
    "strokeWidth": 2,
    "strokeStyle": "solid",
    "roughness": 1,
    "opacity": 100,
    "groupIds": [],
    "frameId": None,
    "roundness": None,
    "isDeleted": False,
    "link": None,
    "locked": False,
}
FONT_SIZE = 20


def complete(element: Mapping[str, Any]) -> Element:
    """A copy with all fields that drawing reads, of the right types."""
    found = {**DEFAULTS, **element}
    bound = found.get("boundElements") or []
    found["boundElements"] = [each for each in bound if isinstance(each, dict) and isinstance(each.get("id"), str)]
    if not isinstance(found["roundness"], dict):
        found["roundness"] = None
    if found["type"] == "text":
        _complete_text(found)
    elif found["type"] == "arrow":
        _complete_arrow(found)
    return found


def _complete_text(text: Element) -> None:
    text["originalText"] = text.get("originalText") or text["text"]
    text["fontSize"] = text["fontSize"] if text["fontSize"] > 0 else FONT_SIZE
    family = text.get("fontFamily")
    text["fontFamily"] = family if isinstance(family, int) and family in LINE_HEIGHTS else EXCALIFONT
    text["lineHeight"] = text.get("lineHeight") or LINE_HEIGHTS[text["fontFamily"]]
    text["textAlign"] = _one_of(text.get("textAlign"), "left", "center", "right")
    text["verticalAlign"] = _one_of(text.get("verticalAlign"), "top", "middle", "bottom")
    text["autoResize"] = text.get("autoResize") is not False
    text.setdefault("containerId", None)


def _complete_arrow(arrow: Element) -> None:
    if len(arrow["points"]) < 2:
        arrow["points"] = [[0, 0], [arrow["width"], arrow["height"]]]
    arrow.setdefault("startBinding", None)
    arrow.setdefault("endBinding", None)
    arrow.setdefault("startArrowhead", None)
    arrow.setdefault("endArrowhead", "arrow")
    arrow.setdefault("lastCommittedPoint", None)
    arrow["elbowed"] = arrow.get("elbowed") is True


def _one_of(value: object, *allowed: str) -> str:
    return value if isinstance(value, str) and value in allowed else allowed[0]
