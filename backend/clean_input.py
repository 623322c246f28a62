"""What no value from outside may contain, wherever it comes from: a body, a query, a socket."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

MAX_DEPTH = 40  # levels of lists and objects; Python's own JSON reader gives up at about 1,000


@dataclass(frozen=True)
class Flaw:
    """``where`` is a path like ``elements.3.text``; ``what`` completes the sentence “It contains …”."""

    where: str
    what: str


def problem_with(value: Any) -> Flaw | None:
    """The first flaw in a parsed JSON value: NUL characters and lone surrogates (Postgres stores neither), NaN and
    infinities, and nesting deeper than ``MAX_DEPTH``."""
    # A stack of our own: recursion would let the sender choose how deep we go.
    pending: list[tuple[Any, tuple[object, ...]]] = [(value, ())]
    while pending:
        item, path = pending.pop()
        if isinstance(item, (dict, list)):
            if len(path) >= MAX_DEPTH:
                return Flaw(_dotted(path), f"more than {MAX_DEPTH} levels of nesting")
            pairs = item.items() if isinstance(item, dict) else enumerate(item)
            for key, inner in pairs:
                if isinstance(key, str) and (what := _flaw_in_text(key)):
                    return Flaw(_dotted(path) or "body", f"a name with {what}")
                pending.append((inner, (*path, key)))
        elif isinstance(item, str) and (what := _flaw_in_text(item)):
            return Flaw(_dotted(path), what)
        elif isinstance(item, float) and (item != item or item in (float("inf"), float("-inf"))):  # noqa: PLR0124 - NaN
            return Flaw(_dotted(path), "a number that is not finite")
    return None


def _flaw_in_text(text: str) -> str | None:
    if "\x00" in text:
        return "a NUL character"
    if not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text):
        return "a lone surrogate, which is half of a character"
    return None


def _dotted(path: tuple[object, ...]) -> str:
    return ".".join(str(step) for step in path)
