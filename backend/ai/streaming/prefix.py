"""The beginning of a JSON answer as a valid answer: what is complete of it, without the part that is being written."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import jiter

Json = dict[str, Any]

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]]', re.DOTALL)
_EMPTY: dict[str, Any] = {"string": "", "array": [], "boolean": False}


def growing(text: str, schema: Mapping[str, Any], *, whole: bool = False) -> Json | None:
    """What ``text`` says so far, with empty values for what is missing; None before it says anything.

    Of a list that is being written the last entry counts when a list inside of it has an entry already (a column with its
    first card); with ``whole`` only when it is closed.
    """
    start = text.find("{")
    if start < 0:
        return None
    text = text[start:]
    try:
        value: Any = jiter.from_json(text.encode("utf-8", "replace"), partial_mode=True)
    except ValueError:
        return None
    if not isinstance(value, dict):
        return None
    return _object(_filled(_pruned(value, _open_containers(text), whole), schema))


def _object(value: Any) -> Json | None:
    return value if isinstance(value, dict) else None


def continued(before: Json, rest: Mapping[str, Any], schema: Mapping[str, Any]) -> Json:
    """An answer that broke off, with the rest of it: texts stay, lists go on, and what is in them twice is there once."""
    joined: Json = _joined(before, rest, schema)
    return joined


def has_parts(value: Any) -> bool:
    """Whether there is an entry in any list of it: something that need not be asked for again."""
    if isinstance(value, dict):
        return any(map(has_parts, value.values()))
    return bool(value) if isinstance(value, list) else False


def _open_containers(text: str) -> int:
    """How many objects and lists are begun and not closed: they are inside of each other at the end."""
    depth = 0
    for token in _TOKEN.finditer(text):
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(token[0], 0)
        if depth == 0:
            return 0  # what is behind the object is no part of it
    return depth


def _pruned(value: Any, depth: int, whole: bool) -> Any:
    """Without entries of lists that are still open: ``depth`` is how many of the last containers are."""
    if depth <= 1 or not isinstance(value, dict | list) or not value:
        return value
    if isinstance(value, dict):
        last = next(reversed(value))
        return {**value, last: _pruned(value[last], depth - 1, whole)}
    entry = _pruned(value[-1], depth - 1, whole)
    keep = not whole and isinstance(entry, dict) and has_parts(entry)
    return [*value[:-1], entry] if keep else value[:-1]


def _filled(value: Any, schema: Mapping[str, Any]) -> Any:
    """With the properties that the schema asks for and that are not there yet."""
    kind = schema.get("type")
    if kind == "object" and isinstance(value, dict):
        properties = schema.get("properties", {})
        return {**value, **{name: _filled(value.get(name), part) for name, part in properties.items()}}
    if kind == "array" and isinstance(value, list):
        return [_filled(item, schema["items"]) for item in value]
    if value is None and kind == "object":
        return _filled({}, schema)
    if value is None:
        empty = _EMPTY.get(str(kind))
        return [] if kind == "array" else empty
    return value


def _joined(before: Any, rest: Any, schema: Mapping[str, Any]) -> Any:
    if isinstance(before, dict) and isinstance(rest, dict):
        properties = schema.get("properties", {})
        return {
            name: _joined(value, rest[name], properties.get(name, {})) if name in rest else value
            for name, value in before.items()
        }
    if isinstance(before, list) and isinstance(rest, list):
        known = list(before)
        items = schema.get("items", {})
        names = {_name(entry, items) for entry in before}
        for entry in rest:
            if entry not in known and _name(entry, items) not in names:
                known.append(entry)
        return known
    return before if before not in ("", None) else rest


def _name(entry: Any, schema: Mapping[str, Any]) -> Any:
    """What tells the entries of a list apart: their first text, such as a key or a label; all of it where
    that is a choice, or there is a choice of what it is."""
    first: Mapping[str, Any] = next(iter(schema.get("properties", {}).values()), {"enum": ()})
    if isinstance(entry, dict) and "enum" not in first:
        entry = next((value for value in entry.values() if isinstance(value, str)), entry)
    return entry.strip().casefold() if isinstance(entry, str) else repr(entry)
