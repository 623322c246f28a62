"""Keys of Excalidraw's drawing order: fractional indices as in rocicorp's ``fractional-indexing`` (base 62).

A key is an integer part, whose head letter tells its length, and an optional fraction without a trailing zero. The
browser throws on a key that is not valid, and repairs doubled ones by rewriting elements.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_KEY = re.compile(r"[A-Za-z][0-9A-Za-z]*")


def is_valid_key(key: object) -> bool:
    """Whether the browser can compute with this key."""
    if not isinstance(key, str) or not _KEY.fullmatch(key) or key == "A" + "0" * 26:
        return False
    length = _integer_length(key[0])
    return len(key) >= length and not (len(key) > length and key.endswith("0"))


def keys_after(existing: Iterable[object], count: int) -> list[str]:
    """``count`` rising keys behind all valid ones among ``existing``."""
    last = max((key for key in existing if isinstance(key, str) and is_valid_key(key)), default=None)
    found: list[str] = []
    for _ in range(count):
        last = "a0" if last is None else _next(last)
        found.append(last)
    return found


def _next(key: str) -> str:
    length = _integer_length(key[0])
    whole = _increment(key[:length])
    return whole if whole is not None else key[:length] + _next_fraction(key[length:])


def _increment(whole: str) -> str | None:
    head, digits = whole[0], list(whole[1:])
    for position in range(len(digits) - 1, -1, -1):
        value = DIGITS.index(digits[position]) + 1
        if value < len(DIGITS):
            digits[position] = DIGITS[value]
            return head + "".join(digits)
        digits[position] = "0"
    if head == "Z":
        return "a0"
    if head == "z":
        return None
    head = chr(ord(head) + 1)
    return head + "".join(digits) + "0" if head > "a" else head + "".join(digits[:-1])


def _next_fraction(fraction: str) -> str:
    """The middle between the fraction and one."""
    if not fraction:
        return DIGITS[len(DIGITS) // 2]
    value = DIGITS.index(fraction[0])
    if value + 1 < len(DIGITS):
        return DIGITS[(value + 1 + len(DIGITS)) // 2]
    return fraction[0] + _next_fraction(fraction[1:])


def _integer_length(head: str) -> int:
    return ord(head) - ord("a") + 2 if head >= "a" else ord("Z") - ord(head) + 2
