"""What instructions name, so that it must be in the answer: quoted texts, enumerations, names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from backend.ai.language import language_of

MOST = 24  # things; instructions that name more than that are no request any more, but a text
MAX_WORDS = 5  # of a thing in an enumeration
LEAST_LISTED = 3
STEM = 4  # letters by which a word is known in another form of it

_QUOTED = re.compile(r"“([^“”]{1,60})”|„([^„“”]{1,60})[“”]|«([^«»]{1,60})»|\"([^\"]{1,60})\"")
_SENTENCE = re.compile(r"[.!?;。！？；\n]+(?:\s+|$)|[。！？；\n]")
_LEAD = re.compile(r"^[^:：]{0,80}[:：]\s*")
_COMMA = re.compile(r"\s*[,，、]\s*")
_AND = re.compile(
    r"^(?:and|or|und|oder|et|ou|y|o|e|и|или)\s+|\s+(?:and|or|und|oder|et|ou|y|o|e|и|или)\s+|和|与|と", re.I
)
_WORD = re.compile(r"[^\W_]+(?:[-'’.][^\W_]+)*")
_NAME = re.compile(r"(?<![.!?:\n“„«\"(])(?<!^)\s((?:[A-ZÀ-ÖØ-ÞА-Я][\w'’-]*)(?:\s(?:[A-ZÀ-ÖØ-ÞА-Я][\w'’-]*))*)")
_CASE_INSIDE = re.compile(r"[a-z][A-Z]")
_WIDE = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
# Capitals that name nothing that is to be drawn: forms of diagrams, days.
_NO_NAMES = frozenset({"i", "kanban", "gantt", "mermaid", "markdown"})


# “from X to Y”, where both are a step or a place in time.
_ARTICLE = r"(?:the |a |der |dem |die |la |le |el |l['’])?"
_FROM_TO = re.compile(
    rf"\b(?:from|von|vom|de|du|desde|dal|da)\s+{_ARTICLE}([^\W\d_][\w-]{{2,}}(?:\s[\w-]+)?)\s+"
    r"(?:to|bis zur|bis zum|bis|à la|à l['’]|jusqu['’]à|hasta|alla|al|até)\s+"
    rf"{_ARTICLE}([^\W\d_][\w-]{{2,}})",
    re.IGNORECASE,
)


# A number up to sixty in front of a word that is no unit: “20 ideas”, not “20 km”, “20 %” or “the 20th”.
_COUNT = re.compile(
    r"(?<![a-zA-Z0-9_.,:/$€£-])([1-5]?\d|60)(?:[ -]|(?=[^\W\d_a-zA-Z]))"
    r"(?!(?:k?[mg]|cm|mm|min|sec|s|h|hrs?|hours?|minutes?|euros?|dollars?|pounds?|°|percent|stunden|minuten|heures?|horas?)\b)"
    r"(?=[^\W\d_])"
)


# “don't forget X”: one or two words.
_MUST = re.compile(
    r"\b(?:(?:don['’]t|do not|never) forget|make sure to include|must not be missing:?|vergiss|vergesst|vergessen sie"
    r"|n['’]oublie[sz]? pas|no (?:te )?olvid\w+(?: de)?|n[ãa]o (?:se )?esque[çc]\w+(?: d[aeo])?|non dimenticare"
    r"|vergeet|не забудь(?:те)?)\s+"
    rf"{_ARTICLE}(?:den |an |about |un |uma? |o |i |les |los |las |de )?([^\W\d_][\w-]{{2,}})",
    re.IGNORECASE,
)


def things_named(instructions: str) -> list[str]:
    """Texts that a drawing must have, in their order. Only what is certain; few for most instructions."""
    found = quoted(instructions)
    for sentence in _SENTENCE.split(instructions):
        found += _listed(sentence)
    found += _MUST.findall(instructions)
    found += [end for ends in _FROM_TO.findall(instructions) for end in ends]
    if language_of(instructions) != "German":  # where every noun has a capital
        found += _names(instructions)
    kept: list[str] = []
    for thing in (" ".join(each.split()).strip(" .") for each in found):
        if thing and not any(thing.casefold() in other.casefold() for other in kept):
            kept.append(thing)
    return kept if len(kept) <= MOST else []


def quoted(instructions: str) -> list[str]:
    """What stands in quotation marks."""
    return [next(filter(None, groups)) for groups in _QUOTED.findall(instructions)]


def most_asked_for(instructions: str) -> int:
    """How many things instructions ask for at most: the largest number that counts something, or as many as they name."""
    numbers = [int(digits) for digits in _COUNT.findall(instructions)]
    listed = sum(len(_COMMA.split(sentence)) for sentence in _SENTENCE.split(instructions))
    return max(0, len(things_named(instructions)), listed if listed <= MOST else 0, *numbers)


def missing(named: Iterable[str], texts: Sequence[str]) -> list[str]:
    """Those of ``named`` of which less than half of the words, in whatever form, stand in ``texts``."""
    joined = " ".join(texts).casefold()
    return [thing for thing in named if not _stands_in(thing, joined)]


def _stands_in(thing: str, joined: str) -> bool:
    if thing.casefold() in joined:
        return True
    words = [word.casefold() for word in _WORD.findall(thing) if len(word) >= STEM or word.isdigit()]
    if not words or _WIDE.search(thing):
        return not words and not _WIDE.search(thing) and any(map(str.isalnum, thing)) is False
    stems = [word[: max(STEM, len(word) - 3)] for word in words]
    return 2 * sum(stem in joined for stem in stems) >= len(stems)


def _listed(sentence: str) -> list[str]:
    """“…: a, b, c”: what is enumerated behind a colon."""
    lead = _LEAD.match(sentence)
    if lead is None:
        return []
    parts = _COMMA.split(sentence[lead.end() :])
    if len(parts) > 1:
        parts = [*parts[:-1], *_AND.split(parts[-1])]
    parts = [part.strip() for part in parts if part and part.strip()]
    short = all(len(part.split()) <= MAX_WORDS for part in parts)
    return parts if short and len(parts) >= LEAST_LISTED else []


def _names(instructions: str) -> list[str]:
    """Words with a capital that do not begin a sentence, and those with capitals inside; one alone says what it is all about."""
    found = [match[1] for match in _NAME.finditer(instructions)]
    found += [word for word in _WORD.findall(instructions) if _CASE_INSIDE.search(word)]
    names = dict.fromkeys(
        name for name in found if name.casefold() not in _NO_NAMES and not name.isupper() and len(name) > 1
    )
    return list(names) if len(names) > 1 else []
