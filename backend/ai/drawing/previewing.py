"""Elements as a preview: dashed and pale until somebody keeps them, with how they will look in their ``customData``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.ai.drawing.elements import Element

LOOK = ("strokeStyle", "opacity")
PREVIEW: Element = {"strokeStyle": "dashed", "opacity": 60}


def previewed(element: Mapping[str, Any]) -> Element:
    """A new element as a preview."""
    look = {name: element[name] for name in LOOK}
    return {**element, **PREVIEW, "customData": {**element["customData"], "preview": look}}


def kept(element: Mapping[str, Any]) -> Element | None:
    """The element without being a preview; None when it is none."""
    custom = element.get("customData") or {}
    look = custom.get("preview")
    if not isinstance(look, dict):
        return None
    plain = {name: value for name, value in custom.items() if name != "preview"}
    known = {name: look[name] for name in LOOK if name in look}
    return {**element, **known, "customData": plain}
