"""The words of a request: “Please draw a simple flow chart of …” is a verb, a kind of diagram and a subject."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from backend.ai.planner import vocabulary as words
from backend.ai.planner.text import capitalised, clean, is_wide, unquote

MAX_LEAD_CHARACTERS = 300  # of an introduction; nothing is looked for behind them


def kind_of(said: str, *, weak: bool = True) -> tuple[str | None, tuple[int, int] | None]:
    """The kind of diagram that a text names first, and where; weak names (“process”) count if there is no other."""
    for kinds in (words.KINDS, words.WEAK_KINDS) if weak else (words.KINDS,):
        found = _named(kinds, said[:MAX_LEAD_CHARACTERS])
        if found:
            (start, end), kind = min(found, key=lambda entry: (entry[0][0], -entry[0][1]))
            return kind, (start, end)
    return None, None


def names_kind(said: str) -> bool:
    """Whether a text names a kind of diagram without doubt."""
    return bool(_named(words.KINDS, said[:MAX_LEAD_CHARACTERS]))


def request_end(said: str) -> int:
    """Where the request (“Please draw”) at the beginning of a text ends; 0 without one."""
    polite = words.pattern(words.POLITE, prefix=r"^\W*+", suffix=r"[\s,]*").match(said)
    start = polite.end() if polite else 0
    verb = words.pattern(words.DRAW_VERBS, prefix=r"\W*+", suffix=r"\s*").match(said, start)
    return verb.end() if verb else start


def asks_plainly(said: str) -> bool:
    """Whether a text is a request and no name that begins like one: “Draw steps”, “Show the steps”; not “Build steps”."""
    end = request_end(said)
    return end > 0 and (is_pure(said) or without_article(said[end:]) != said[end:])


def asks_for_thought(said: str) -> bool:
    """Whether a text asks for what no parser can do: “Improve this”, “Please sort”; “Sort order” is a name."""
    polite = words.pattern(words.POLITE, prefix=r"^\W*+", suffix=r"[\s,]*").match(said)
    verb = words.pattern(words.THINKING_VERBS, prefix=r"\W*+").match(said, polite.end() if polite else 0)
    if verb is None:
        return False
    article = words.pattern(words.OBJECTS, prefix=r"\s*+").match(said, verb.end())
    # “Group A” ends with a name, “group a list” does not.
    objected = article is not None and (len(article[0].strip()) > 1 or said[article.end() :].strip() != "")
    return bool(polite) or is_wide(verb[0]) or objected


def is_pure(said: str) -> bool:
    """Whether a text begins with a verb that says nothing but “draw”."""
    polite = words.pattern(words.POLITE, prefix=r"^\W*+", suffix=r"[\s,]*").match(said)
    return words.pattern(words.PURE_DRAW_VERBS).match(said, polite.end() if polite else 0) is not None


def title_of(said: str, kind: str) -> str:
    """“Draw a simple flow chart of the onboarding” → “Onboarding”; without a subject, what is left of the request."""
    said = clean(words.pattern(words.VERBS_LAST, suffix=r"\s*$").sub("", words.pattern(words.RIGHTWARD).sub("", said)))
    said = _with_columns().sub("", said)
    rest = without_article(said[request_end(said) :]) if kind or is_pure(said) else said
    at = rest.find(kind) if kind else -1
    if at >= 0 and not clean(words.pattern(words.ADJECTIVES).sub("", rest[:at])):
        subject = words.pattern(words.PREPOSITIONS, prefix=r"\s*+", suffix=r"\s*").match(rest, at + len(kind))
        if subject and clean(rest[subject.end() :]):
            rest = without_article(rest[subject.end() :])
    rest, quoted = unquote(clean(rest))
    return "" if not quoted and _is_vague(rest, kind) else capitalised(rest)


def _is_vague(rest: str, kind: str) -> bool:
    """Whether what is left of a request only points at the text: “this as a table”, “these steps”. “IT” is a subject."""
    if words.pattern(words.POINTING_SENTENCES).match(rest):
        return True
    pointing = words.pattern(words.POINTING).match(rest)
    if pointing is None or pointing[0].isupper():
        return False
    for source in (words.POINTING, words.ARTICLES, words.POINTED_AT):
        rest = words.pattern(source).sub("", rest)
    return not clean(rest.replace(kind, ""))


def without_article(text: str) -> str:
    """A text without “the” and the like in front, unless that is all there is."""
    article = words.pattern(words.ARTICLES, prefix=r"\s*+", suffix=r"\s*")
    while (match := article.match(text)) and match.end() < len(text):
        text = text[match.end() :]
    return text


def _named(kinds: Mapping[str, str], said: str) -> list[tuple[tuple[int, int], str]]:
    """Where each kind is named first."""
    found = []
    for kind, names in kinds.items():
        for match in words.pattern(names).finditer(said):
            if not _is_adjunct(match, said):
                found.append((match.span(), kind))
                break
    return found


def _is_adjunct(match: re.Match[str], said: str) -> bool:
    """Whether a short name of a kind only describes the noun behind it: “board members”, “table reservation”."""
    if match[0].casefold() not in words.vocabulary_set(words.ADJUNCTS):
        return False
    behind = said[match.end() :].strip()
    return behind[:1].isalpha() and _followers().match(behind) is None


@cache
def _followers() -> re.Pattern[str]:
    lists = (words.PREPOSITIONS, words.WITH_WORDS, words.AND_THEN, words.FOLLOWERS, *words.KINDS.values())
    return re.compile("|".join(words.alternatives(source) for source in lists), re.IGNORECASE)


@cache
def _with_columns() -> re.Pattern[str]:
    """“… with three columns” and what follows: it belongs to no title."""
    columns = words.alternatives(words.COLUMN_WORDS)
    return words.pattern(words.WITH_WORDS, prefix=r"(?:^|\s++)", suffix=rf"\s+(?:\w+\s+){{0,2}}{columns}.*$")
