"""What is accepted as an element, and how a refusal names what to change."""

from __future__ import annotations

from typing import Any

import pytest

from backend.canvases import elements
from backend.canvases.elements import clean_elements
from backend.errors import Unprocessable
from tests.canvases.shapes import rectangle

ARROW = {
    "type": "arrow",
    "points": [[0, 0], [10, 5.5]],
    "startBinding": None,
    "endBinding": {"elementId": "x", "focus": 0},
}


@pytest.mark.parametrize(
    "fields",
    [
        {},
        ARROW,
        {"type": "line", "points": []},
        {"type": "freedraw", "points": [[0, 0]] * 5_000, "pressures": [0.5] * 5_000, "simulatePressure": False},
        {"type": "text", "text": "Zeile 1\nZeile 2 🎉", "fontSize": 20, "originalText": "…", "containerId": "a"},
        {"type": "image", "fileId": "abc", "status": "saved", "scale": [1, 1]},
        {"type": "frame", "name": None},
        {"link": "https://example.com/a?b#c"},
        {"link": "mailto:a@example.com"},
        {"link": "/canvas/1"},
        {"link": "example.com"},
        {"link": ""},
        {"customData": {"job": "id", "key": "node:1"}},
        {"index": None},
        {"width": -10, "height": 0.0001},
        {"boundElements": None},
        {"unknown": {"of": ["a", "newer", {"editor": 1.5}]}},
    ],
    ids=str,
)
def test_what_the_editor_makes_is_accepted_unchanged(fields: dict[str, Any]) -> None:
    given = rectangle("a", **fields)
    assert clean_elements([dict(given)]) == [given]


def deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"id": ""}, "id"),
        ({"id": "x" * 65}, "id"),
        ({"id": 5}, "id"),
        ({"id": "a b"}, "id"),
        ({"type": "script"}, "type"),
        ({"type": ["arrow"]}, "type"),
        ({"type": "selection"}, "type"),
        ({"version": -1}, "version"),
        ({"version": 1.5}, "version"),
        ({"version": True}, "version"),
        ({"version": 2**31}, "version"),
        ({"version": "1"}, "version"),
        ({"versionNonce": 2**60}, "versionNonce"),
        ({"isDeleted": "no"}, "isDeleted"),
        ({"x": float("nan")}, "x"),
        ({"x": float("inf")}, "x"),
        ({"x": 1e9}, "x"),
        ({"y": "3"}, "y"),
        ({"width": None}, "width"),
        ({"opacity": 101}, "opacity"),
        ({"index": "a-0"}, "index"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"link": " java\tscript:alert(1)"}, "link"),
        ({"link": "DATA:text/html,x"}, "link"),
        ({"link": {}}, "link"),
        ({"type": "arrow"}, "points"),
        ({"type": "arrow", "points": [[1]]}, "points"),
        ({"type": "line", "points": [[1, "2"]]}, "points"),
        ({"type": "line", "points": {"0": [1, 2]}}, "points"),
        ({"type": "text", "fontSize": 20}, "text"),
        ({"type": "text", "fontSize": 20, "text": "x" * 50_001}, "text"),
        ({"type": "text", "text": "x"}, "fontSize"),
        ({"type": "text", "fontSize": 20, "text": "a\x00b"}, "text"),
        ({"type": "text", "fontSize": 20, "text": "a\ud800b"}, "text"),
        ({"customData": {"note": "x" * 20_000}}, "customData"),
        ({"customData": ["x"]}, "customData"),
        ({"groupIds": "group"}, "groupIds"),
        ({"groupIds": [{}]}, "groupIds"),
        ({"boundElements": ["x"]}, "boundElements"),
        ({"startBinding": "x"}, "startBinding"),
        ({"strokeColor": "x" * 101}, "strokeColor"),
        ({"unknown": "x" * 50_001}, "unknown"),
        ({"unknown": [{"a": 1e16}]}, "unknown"),
        ({"unknown": {"a\x00": 1}}, "unknown"),
    ],
    ids=str,
)
def test_a_refusal_names_the_element_and_the_field(fields: dict[str, Any], named: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        clean_elements([rectangle("good"), rectangle(**{"id": "bad", **fields})])
    (name,) = refused.value.errors["elements"]
    assert name == ("1" if named == "id" else "bad")
    assert list(refused.value.errors["elements"][name]) == [named]


@pytest.mark.parametrize(
    ("element", "named"),
    [
        ({"unknown": deep(60)}, "levels"),
        ({"unknown": 10**30}, "too large"),
        ({"unknown": ["x" * 40_000] * 20}, "bytes"),
    ],
    ids=["deep", "huge number", "big"],
)
def test_an_element_without_measure_is_refused(element: dict[str, Any], named: str) -> None:
    with pytest.raises(Unprocessable) as refused:
        clean_elements([rectangle("a", **element)])
    assert named in str(refused.value.errors)


@pytest.mark.parametrize("given", [None, {}, "x", 5])
def test_elements_are_a_list(given: Any) -> None:
    with pytest.raises(Unprocessable):
        clean_elements(given)


@pytest.mark.parametrize("element", [None, "x", 5, []])
def test_an_element_is_an_object(element: Any) -> None:
    with pytest.raises(Unprocessable) as refused:
        clean_elements([rectangle(), element])
    assert list(refused.value.errors["elements"]) == ["1"]


def test_an_update_has_a_measure_too(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(clean_elements([rectangle() for _ in range(elements.MAX_ELEMENTS)])) == elements.MAX_ELEMENTS
    with pytest.raises(Unprocessable):
        clean_elements([rectangle() for _ in range(elements.MAX_ELEMENTS + 1)])
    monkeypatch.setattr(elements, "MAX_UPDATE_BYTES", 5_000)
    with pytest.raises(Unprocessable):
        clean_elements([rectangle() for _ in range(50)])
