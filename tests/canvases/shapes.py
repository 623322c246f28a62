"""Excalidraw elements for tests."""

from __future__ import annotations

import itertools
from typing import Any

_numbers = itertools.count(1)


def rectangle(element_id: str | None = None, **fields: Any) -> dict[str, Any]:
    """A complete rectangle."""
    number = next(_numbers)
    return {
        "id": element_id or f"rectangle{number}",
        "type": "rectangle",
        "x": 10.5 * number,
        "y": -3,
        "width": 120,
        "height": 60,
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
        "index": f"a{number:04d}",
        "roundness": {"type": 3},
        "seed": 1968410350,
        "version": 1,
        "versionNonce": 401146281,
        "isDeleted": False,
        "boundElements": [],
        "updated": 1726000000000,
        "link": None,
        "locked": False,
        **fields,
    }
