"""What an Excalidraw element must be like before it is stored: bounded, harmless to other people's pages, and kept whole.

Fields that nobody here knows are kept: the editor may be newer than this server.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from backend.clean_input import problem_with
from backend.errors import Unprocessable

Element = dict[str, Any]

SHAPES = ("rectangle", "diamond", "ellipse", "arrow", "line", "freedraw", "text")
TYPES = frozenset((*SHAPES, "image", "frame", "magicframe", "iframe", "embeddable"))
WITH_POINTS = frozenset({"arrow", "line", "freedraw"})
MAX_ELEMENTS = 1_000  # in one update
MAX_UPDATE_BYTES = 4 * 1024 * 1024
MAX_ELEMENT_BYTES = 512 * 1024  # a long free-hand stroke has some 100 KB
MAX_CUSTOM_BYTES = 16 * 1024
MAX_ID = 64
MAX_TEXT = 50_000
MAX_POINTS = 20_000
MAX_LIST = 2_000  # groups of an element, things bound to it
MAX_COORDINATE = 1e8  # scene units; beyond it, editors lose the precision to draw
MAX_NUMBER = 1e15  # anything else, times in milliseconds included
MAX_VERSION = 2**31 - 1
MAX_NONCE = 2**53 - 1
LINK_SCHEMES = frozenset({"http", "https", "mailto"})

_id = re.compile(r"[!-~]{1,64}")
_index = re.compile(r"[0-9A-Za-z]{1,200}")
_scheme = re.compile(r"([a-z][a-z0-9+.\-]*):", re.IGNORECASE)
_ignored_in_links = re.compile(r"[\x00-\x20\x7f]")  # browsers skip these before they look at the scheme

Problems = dict[str, list[str]]


def clean_elements(given: Any) -> list[Element]:
    """The elements of an update, at most one for each id: of two the one that wins.

    Raises Unprocessable, whose ``errors`` are {"elements": {id or position: {field: [message]}}}.
    """
    if not isinstance(given, list):
        raise Unprocessable("“elements” must be a list of Excalidraw elements.", errors={"elements": ["Not a list."]})
    if len(given) > MAX_ELEMENTS:
        raise Unprocessable(f"Send at most {MAX_ELEMENTS:,} elements at once; these are {len(given):,}.")
    faults: dict[str, Problems] = {}
    newest: dict[str, Element] = {}
    total = 0
    for position, element in enumerate(given):
        problems, size = _examine(element)
        total += size
        if problems:
            faults[_name(element, position)] = problems
        elif element["id"] not in newest or wins(element, newest[element["id"]]):
            newest[element["id"]] = element
    if faults:
        count = "One element is" if len(faults) == 1 else f"{len(faults)} elements are"
        raise Unprocessable(f"{count} not acceptable, and nothing was stored.", errors={"elements": faults})
    if total > MAX_UPDATE_BYTES:
        raise Unprocessable(f"Send at most {MAX_UPDATE_BYTES:,} bytes of elements at once; these are {total:,}.")
    return list(newest.values())


def wins(new: Element, old: Element) -> bool:
    """Excalidraw's rule: the higher version wins; of equal versions the one with the lower nonce."""
    if new["version"] != old["version"]:
        return bool(new["version"] > old["version"])
    return bool(new["versionNonce"] < old["versionNonce"])


def _name(element: Any, position: int) -> str:
    found = element.get("id") if isinstance(element, dict) else None
    return found if isinstance(found, str) and _id.fullmatch(found) else str(position)


def _examine(element: Any) -> tuple[Problems, int]:
    """Problems by field, and the size of the element in bytes."""
    if not isinstance(element, dict):
        return {"": ["An element must be an object."]}, 0
    flaw = problem_with(element)
    if flaw is not None:
        return {flaw.where: [f"Contains {flaw.what}."]}, 0
    try:
        size = len(orjson.dumps(element))
    except TypeError:  # a number of more than 64 bits
        return {"": ["Contains a number that is too large."]}, 0
    if size > MAX_ELEMENT_BYTES:
        return {"": [f"At most {MAX_ELEMENT_BYTES:,} bytes."]}, size
    problems: Problems = {}
    for field, check in CHECKS.items():
        if field in element:
            message = check(element[field])
        else:
            message = "Missing." if field in REQUIRED or _needs(element, field) else None
        if message:
            problems[field] = [message]
    if not problems and (unbounded := _unbounded(element)) is not None:
        problems[unbounded] = [f"Numbers must lie within ±{MAX_NUMBER:g}, texts within {MAX_TEXT:,} characters."]
    return problems, size


def _needs(element: Mapping[str, Any], field: str) -> bool:
    kind = element.get("type")
    if field == "points":
        return isinstance(kind, str) and kind in WITH_POINTS
    return field in ("text", "fontSize") and kind == "text"


def _unbounded(element: Mapping[str, Any]) -> str | None:
    """The first field that holds, at any depth, a number or a text without measure."""
    for field, value in element.items():
        pending = [value]
        while pending:
            item = pending.pop()
            if isinstance(item, dict):
                pending.extend(item.values())
            elif isinstance(item, list):
                pending.extend(item)
            elif isinstance(item, str):
                if len(item) > MAX_TEXT:
                    return field
            elif isinstance(item, (int, float)) and abs(item) > MAX_NUMBER and field != "versionNonce":
                return field
    return None


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _whole(low: int, high: int) -> Callable[[Any], str | None]:
    def check(value: Any) -> str | None:
        fits = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
        return None if fits else f"Must be a whole number from {low} to {high}."

    return check


def _number(low: float, high: float) -> Callable[[Any], str | None]:
    def check(value: Any) -> str | None:
        return None if _is_number(value) and low <= value <= high else f"Must be a number from {low:g} to {high:g}."

    return check


def _text(limit: int, *, optional: bool = False) -> Callable[[Any], str | None]:
    def check(value: Any) -> str | None:
        if value is None and optional:
            return None
        return (
            None
            if isinstance(value, str) and len(value) <= limit
            else f"Must be a text of at most {limit:,} characters."
        )

    return check


def _check_id(value: Any) -> str | None:
    fits = isinstance(value, str) and _id.fullmatch(value)
    return None if fits else f"Must be 1 to {MAX_ID} visible ASCII characters."


def _check_type(value: Any) -> str | None:
    return None if isinstance(value, str) and value in TYPES else f"Must be one of {', '.join(sorted(TYPES))}."


def _check_flag(value: Any) -> str | None:
    return None if isinstance(value, bool) else "Must be true or false."


def _check_index(value: Any) -> str | None:
    fits = value is None or (isinstance(value, str) and _index.fullmatch(value))
    return None if fits else "Must be a fractional index, like a0, or null."


def _check_link(value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        return "Must be a text or null."
    scheme = _scheme.match(_ignored_in_links.sub("", value))
    fits = scheme is None or scheme[1].lower() in LINK_SCHEMES
    return None if fits else "Links may begin with http:, https: or mailto: only."


def _check_points(value: Any) -> str | None:
    if not isinstance(value, list) or len(value) > MAX_POINTS:
        return f"Must be a list of at most {MAX_POINTS:,} points."
    return None if all(_is_point(point) for point in value) else "Every point must be two numbers."


def _is_point(value: Any) -> bool:
    return (
        isinstance(value, list) and len(value) == 2 and all(_is_number(n) and abs(n) <= MAX_COORDINATE for n in value)
    )


def _check_bound(value: Any) -> str | None:
    fits = value is None or (_is_short_list(value) and all(isinstance(item, dict) for item in value))
    return None if fits else f"Must be null or a list of at most {MAX_LIST:,} objects."


def _check_groups(value: Any) -> str | None:
    fits = _is_short_list(value) and all(isinstance(item, str) for item in value)
    return None if fits else f"Must be a list of at most {MAX_LIST:,} texts."


def _is_short_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str) and len(value) <= MAX_LIST


def _check_binding(value: Any) -> str | None:
    fits = value is None or (isinstance(value, dict) and isinstance(value.get("elementId"), str))
    return None if fits else "Must be null or an object with an elementId."


def _check_custom(value: Any) -> str | None:
    if value is None:
        return None
    fits = isinstance(value, dict) and len(orjson.dumps(value)) <= MAX_CUSTOM_BYTES
    return None if fits else f"Must be an object of at most {MAX_CUSTOM_BYTES:,} bytes."


_coordinate = _number(-MAX_COORDINATE, MAX_COORDINATE)
REQUIRED = frozenset({"id", "type", "version", "versionNonce", "x", "y", "width", "height"})
CHECKS: dict[str, Callable[[Any], str | None]] = {
    "id": _check_id,
    "type": _check_type,
    "version": _whole(0, MAX_VERSION),
    "versionNonce": _whole(0, MAX_NONCE),
    "isDeleted": _check_flag,
    "x": _coordinate,
    "y": _coordinate,
    "width": _coordinate,
    "height": _coordinate,
    "angle": _number(-1000, 1000),
    "opacity": _number(0, 100),
    "strokeWidth": _number(0, 10_000),
    "index": _check_index,
    "link": _check_link,
    "text": _text(MAX_TEXT),
    "originalText": _text(MAX_TEXT),
    "fontSize": _number(0, 100_000),
    "points": _check_points,
    "strokeColor": _text(100),
    "backgroundColor": _text(100),
    "groupIds": _check_groups,
    "boundElements": _check_bound,
    "startBinding": _check_binding,
    "endBinding": _check_binding,
    "containerId": _text(MAX_ID, optional=True),
    "frameId": _text(MAX_ID, optional=True),
    "customData": _check_custom,
}
