"""Enumerations on a line: ``To do: write, test; Doing: ship`` and ``roots (carrot, beet), leaves``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from backend.ai.diagram import MAX_DEPTH, Item
from backend.ai.planner import vocabulary as words
from backend.ai.planner.errors import PlanError
from backend.ai.planner.text import QUOTES, clean, has_sentences, hide_quoted, unquote

_AND = re.compile(r"^(?:and|und|et|y|e|en|i|и|та|ve|och|og|和|以及|와)\s+", re.IGNORECASE)
_LAST_AND = re.compile(
    r"\s+(?:and|und|et|y|e|en|i|и|та|ve|och|og|or|oder|ou|o|vs\.?|versus)\s+|和|与|と|와", re.IGNORECASE
)
_COLON = re.compile(r":(?=\s|$)|：")
_OPENING, _CLOSING = "(（", ")）"


@dataclass(frozen=True, slots=True)
class GroupOfItems:
    """A name and what was enumerated behind its colon."""

    name: str
    items: tuple[str, ...]


def split_outside(text: str, separators: str) -> list[str] | None:
    """Divide at separators that are in no quotes and no parentheses; None if a parenthesis stays open."""
    parts, start, depth, index = [], 0, 0, 0
    fresh = True  # a name may begin here, and with it a quote
    while index < len(text):
        character = text[index]
        opened = fresh and character in QUOTES
        fresh = (
            character in separators
            or character in _OPENING
            or character in ",，、;；:"
            or (fresh and character.isspace())
        )
        if opened:
            index = _end_of_quote(text, index)
        elif character in _OPENING:
            depth += 1
        elif character in _CLOSING:
            depth -= 1
            if depth < 0:
                return None
        elif character in separators and depth == 0:
            parts.append(text[start:index])
            start = index + 1
        index += 1
    return None if depth else [*parts, text[start:]]


def enumerate_items(text: str, *, last_and: bool = False) -> tuple[str, ...] | None:
    """``a, b, and c`` → a, b, c; None if parentheses do not match. With ``last_and`` also ``a, b and c``."""
    parts = split_outside(text, ",，、")
    if parts is None:
        return None
    if last_and and parts:
        parts = [*parts[:-1], *_split_at_and(parts[-1])]
    found = [unquote(_AND.sub("", part.strip())) for part in parts]
    return tuple(label for label, _ in found if label)


def _split_at_and(text: str) -> list[str]:
    """The names around every “and” that is in no quotes."""
    hidden = hide_quoted(text)
    cuts = [(match.start(), match.end()) for match in _LAST_AND.finditer(hidden)]
    starts, ends = [0, *(end for _, end in cuts)], [*(start for start, _ in cuts), len(text)]
    return [text[start:end] for start, end in zip(starts, ends, strict=True)]


def read_groups(text: str, separators: str = ";；|\n") -> list[GroupOfItems] | None:
    """Groups ``Name: a, b`` on lines or between semicolons; None if anything there is not one."""
    parts = split_outside(text, separators)
    if parts is None:
        return None
    groups = []
    for part in parts:
        if not part.strip():
            continue
        name, rest = split_name(part) or ("", "")
        items = enumerate_items(rest.rstrip(" .。"))
        if not name or items is None:
            return None
        groups.append(GroupOfItems(name, items))
    return groups or None


def nested_items(text: str) -> tuple[Item, ...] | None:
    """``a, b (c, d (e)), f`` as a tree; None if the parentheses do not match. Raises PlanError when nested too deep."""
    return _nested(text, 0)


def _nested(text: str, level: int) -> tuple[Item, ...] | None:
    if level >= MAX_DEPTH:
        raise PlanError(f"The parentheses are nested deeper than {MAX_DEPTH} levels.")
    parts = split_outside(text, ",，、;；\n")
    if parts is None:
        return None
    items = []
    for part in parts:
        item = _nested_item(_AND.sub("", part.strip()), level)
        if item is None:
            return None
        if item.label:
            items.append(item)
    return tuple(items)


def _nested_item(part: str, level: int) -> Item | None:
    """``name (children)``. A parenthesis without commas that ends a label makes one child: ``tea (green)``."""
    label, quoted = unquote(part)
    if quoted or not part or part[-1] not in _CLOSING:
        return Item(label)
    after_quote = _end_of_quote(part, 0) + 1 if part[0] in QUOTES else 0
    opening = min((at for mark in _OPENING if (at := part.find(mark, after_quote)) >= 0), default=-1)
    if opening < 1:
        return Item(clean(part))
    children = _nested(part[opening + 1 : -1], level + 1)
    return None if children is None else Item(unquote(part[:opening])[0], children)


def is_prose(text: str) -> bool:
    """Whether a text behind an introduction is a sentence about what to draw, not an enumeration of it."""
    return (
        has_sentences(hide_quoted(text))
        or text.rstrip().endswith((".", "。", "!", "?"))
        or words.pattern(words.SENTENCE_STARTS, prefix=r"\s*+").match(text) is not None
    )


def split_name(text: str) -> tuple[str, str] | None:
    """(name, rest) at the colon behind a name; None without one."""
    colon = _colon(text)
    return (unquote(text[: colon[0]])[0], text[colon[1] :]) if colon else None


def _colon(part: str) -> tuple[int, int] | None:
    """Where the name's colon begins and ends, outside of a quoted name."""
    start = len(part) - len(part.lstrip())
    if start < len(part) and part[start] in QUOTES:
        start = _end_of_quote(part, start)
    match = _COLON.search(part, start)
    return match.span() if match else None


def _end_of_quote(text: str, index: int) -> int:
    """Index of the quote that closes the one at ``index``, or ``index`` itself where none does on the line."""
    ends = QUOTES[text[index]]
    escaped = text[index] == '"'
    position = index + 1
    while position < len(text) and text[position] != "\n":
        if escaped and text[position] == "\\":
            position += 1
        elif text[position] in ends:
            return position
        elif text[position] == text[index]:
            return index  # opened again: looking on from each opening quote would take quadratic time
        position += 1
    return index
