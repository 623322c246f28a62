"""“if”, “else”, “yes” and “no” at the beginning of a name in arrow notation, in the languages of the vocabulary."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from functools import cache, lru_cache

from backend.ai.planner import vocabulary as words
from backend.ai.planner.text import clean

_ADDRESS = re.compile(r"[:：](?!//)\s*")
_FILLERS = words.phrases("""
a|an|the|is|are|not|no|yes|to|in|on|of|and|or|der|die|das|ein|eine|ist|nicht|kein|keine|le|la|les|un|une|ne|pas|est|el|los|не|на|и
""")
_TOKEN = re.compile(r"\w+(?:[-'’]\w+)*")
_WIDE_TOKEN = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af]")
# Longer words count as the same when they share so many first letters: “verify”, “verified”; “password”, “passwords”.
STEM = 5


@dataclass(frozen=True, slots=True)
class Condition:
    """``label`` goes on the arrow; ``target`` is set where the name holds the next node too (``if no: Resend``)."""

    label: str
    target: str = ""
    positive: bool = False
    otherwise: bool = False


def read_condition(text: str, *, inside_chain: bool = False) -> Condition | None:
    """The condition that a name says, or None for an ordinary name.

    Inside a chain only an unmistakable “if …” counts: “Si”, “yes” or “no” may well be the name of a step there.
    """
    if not inside_chain and (found := _otherwise(text)):
        return found
    match = _patterns()["if"].match(text)
    if match and not (inside_chain and match[1].casefold() in {"si", "se"}):
        return _condition(text[match.end() :])
    kept = _patterns()["kept"].match(text)
    if kept:
        return _condition(text)
    label, target = _divide(text)
    if not inside_chain and (is_yes(label) or is_no(label)):
        return Condition(label, target, positive=is_yes(label))
    return None


def begins_condition(text: str) -> bool:
    """Whether a text begins with “if” or “else”; bare answers do not count."""
    return any(_patterns()[kind].match(text) for kind in ("if", "kept", "else"))


def is_yes(text: str) -> bool:
    """Whether a text is no more than a word like “yes”."""
    return text.casefold().strip(" .!,") in words.vocabulary_set(words.YES_WORDS)


def is_no(text: str) -> bool:
    """Whether a text is no more than a word like “no”."""
    return text.casefold().strip(" .!,") in words.vocabulary_set(words.NO_WORDS)


def _is_positive(text: str) -> bool:
    return is_yes(text) or text.casefold() in words.vocabulary_set(words.POSITIVE_WORDS)


def shared_words(condition: str, label: str) -> int:
    """How many meaningful words of a condition a label has too, by their first letters."""
    ours, theirs = _stems(condition), _stems(label)
    return len(ours & theirs)


def _otherwise(text: str) -> Condition | None:
    """``else``, ``else: X``, ``else X``, ``else if …``. “if not paid” is no “if not”, but a condition."""
    match = _patterns()["else"].match(text)
    if match is None:
        return None
    rest, word = text[match.end() :].strip(), clean(match[1])
    nested = read_condition(rest) if _patterns()["if"].match(rest) else None
    if nested:
        return nested
    addressed = _ADDRESS.match(rest)
    if rest and not addressed and _patterns()["if"].match(text):
        return None
    return Condition(word, clean(rest[addressed.end() :] if addressed else rest), otherwise=True)


def _condition(rest: str) -> Condition | None:
    label, target = _divide(rest)
    first = _TOKEN.match(label)
    positive = _is_positive(label) or bool(first and _is_positive(first[0]))
    return Condition(label, target, positive=positive) if label else None


def _divide(text: str) -> tuple[str, str]:
    """(condition, next node) at a colon, at “then”, or at a comma behind a bare “yes” or “no”."""
    for divider in (_ADDRESS, _patterns()["then"]):
        parts = divider.split(text, maxsplit=1)
        if len(parts) == 2 and parts[0].strip(" ,，、"):
            return clean(parts[0].strip(" ,，、")), clean(parts[1].strip(" ,，、"))
    head, comma, tail = text.partition(",")
    if comma and (is_yes(head) or is_no(head)):
        return clean(head), clean(tail)
    return clean(text.strip(" ,，、")), ""


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    plain = words.alternatives(words.IF_WORDS)
    guarded = "|".join(
        rf"{words.alternatives(word)}(?=\s+{words.alternatives(following)})"
        for word, following in words.GUARDED_IF_WORDS.items()
    )
    return {
        "if": re.compile(rf"\s*+({plain}|{guarded})[\s,，、]*(?=\S)", re.IGNORECASE),
        "kept": words.pattern(words.KEPT_IF_WORDS, prefix=r"\s*+", suffix=r"\s*\S"),
        "else": re.compile(rf"\s*+({words.alternatives(words.ELSE_WORDS)})[\s,，、]*", re.IGNORECASE),
        "then": words.pattern(words.THEN_WORDS, prefix=r"(?<![\s,，、])[\s,，、]++"),
    }


@lru_cache(maxsize=4096)
def _stems(text: str) -> frozenset[str]:
    long_enough = (word for word in _TOKEN.findall(text.casefold()) if word not in _FILLERS and len(word) > 1)
    found = {f"{word[:STEM]}…" if len(word) > STEM else word.removesuffix("s") for word in long_enough}
    wide = _WIDE_TOKEN.findall(text)
    return frozenset(found) | frozenset(first + second for first, second in itertools.pairwise(wide))
