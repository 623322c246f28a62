"""Which label on the canvas a person means: as it is written, without an article, or by words that only it has."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from backend.ai.planner import vocabulary as words
from backend.ai.planner.asking import without_article
from backend.ai.planner.errors import PlanError
from backend.ai.planner.text import ALL_QUOTES, clean, same, unquote

NAMES_SHOWN = 4
NEAR = 0.6  # ratio of difflib from which a label counts as a misspelling of another
MAX_COMPARED = 100  # characters; difflib takes quadratic time

_WORD = re.compile(r"\w+")
_QUOTED_INSIDE = re.compile(
    "|".join(
        rf"(?<!\w){re.escape(quote)}([^{re.escape(ends)}]+)[{re.escape(ends)}](?!\w)"
        for quote, ends in ALL_QUOTES.items()
    )
)


@dataclass(frozen=True, slots=True)
class Found:
    """A label of the canvas, and how far from it the mention was: 0 is the same text."""

    label: str
    distance: int


class Unknown(PlanError):
    """Nothing, or several things, on the canvas may be meant. ``near`` says that something similar is there."""

    def __init__(self, sentence: str, *, near: bool) -> None:
        super().__init__(sentence)
        self.near = near


def find(mention: str, labels: Sequence[str]) -> Found:
    """The label that a mention means. Raises ``Unknown`` for none or several, naming what is near."""
    readings = [*dict.fromkeys(map(same, _readings(mention)))]
    names: dict[str, str] = {}
    for label in labels:
        names.setdefault(same(label), label)
    for distance, reading in enumerate(readings):
        if reading in names:
            return Found(names[reading], distance)
    bare = {_bare(name): label for name, label in names.items() if _bare(name)}
    for reading in readings:
        if _bare(reading) in bare:
            return Found(bare[_bare(reading)], len(readings))
    return _by_words(mention, readings[-1], names, len(readings) + 1)


def _by_words(mention: str, reading: str, names: dict[str, str], distance: int) -> Found:
    """“verify” means “Verify e-mail” if no other label has that word. A quoted mention means all of its text."""
    spoken = unquote(mention)[0] or clean(mention)
    wanted = frozenset(_WORD.findall(reading))
    quoted = unquote(mention)[1]
    holding = [label for name, label in names.items() if wanted and wanted <= frozenset(_WORD.findall(name))]
    if len(holding) == 1 and not quoted:
        return Found(holding[0], distance)
    if len(holding) > 1:
        raise Unknown(f"“{spoken}” may be {either(holding[:NAMES_SHOWN])}. Write the whole name.", near=True)
    short = {name[:MAX_COMPARED]: label for name, label in names.items()}
    close = difflib.get_close_matches(reading[:MAX_COMPARED], short, n=NAMES_SHOWN, cutoff=NEAR)
    if close:
        raise Unknown(
            f"There is no “{spoken}” on the canvas. Did you mean {either([short[name] for name in close])}?", near=True
        )
    if not names:
        raise Unknown(f"There is no “{spoken}” on the canvas: nothing on it has a text.", near=False)
    shown = list(names.values())[:NAMES_SHOWN]
    rest = f" and {len(names) - len(shown)} more" if len(names) > len(shown) else ""
    listed = ", ".join(f"“{label}”" for label in shown)
    raise Unknown(f"There is no “{spoken}” on the canvas. On it are {listed}{rest}.", near=False)


def either(names: Sequence[str]) -> str:
    """“A”, “B” or “C”."""
    quoted = [f"“{name}”" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"


def quoted_inside(mention: str) -> str | None:
    """The quoted part of ‘the "Review" step’."""
    match = _QUOTED_INSIDE.search(mention)
    return clean(next(group for group in match.groups() if group)) if match else None


def _readings(mention: str) -> list[str]:
    """What a mention may say, the most literal first."""
    text, _ = unquote(mention)
    bare = without_article(text)
    noun = words.pattern(words.NODE_WORDS, prefix=r"^\s*+", suffix=r"\s+").sub("", bare)
    tail = words.pattern(words.NODE_WORDS, prefix=r"\s++", suffix=r"\s*$").sub("", bare)
    quoted = quoted_inside(mention)
    return [reading for reading in (text, quoted, bare, noun, tail) if reading and reading.strip()]


def _bare(name: str) -> str:
    return " ".join(_WORD.findall(name))
