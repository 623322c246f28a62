"""The line that introduces a diagram: “Draw a flow chart of our onboarding:” gives a kind and a title.

A line is taken for an introduction only when that is certain:

* it is a Markdown heading in front of something that is not Markdown (arrows, a table);
* it ends with a colon, has something below, and is not itself one of several such lines (the columns of a board);
* it begins with a request (“Draw a …”, “Zeichne …”) or names a kind of diagram, up to a colon or the end of the line.

An introduction that asks for thought (“Summarise …”, “Improve …”) makes the whole instruction one for a model.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from backend.ai.planner import vocabulary as words
from backend.ai.planner.text import capitalised, clean, hide_quoted, same, unquote, word_count

MAX_LEAD_WORDS = 20
MAX_BARE_LEAD_WORDS = 10
MAX_LEAD_CHARACTERS = 300

_HEADING = re.compile(r"(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?$")
_MARKER = re.compile(r"\s*(?:[-*+•–—·▪‣◦○●✓☐☑✔][ \t]|\(?(?:\d{1,4}|[a-zA-Z])[.)][ \t]|\d{1,4}、|\|)")
# A colon that ends an introduction: not that of a time, an address or a name like C:\.
_COLON = re.compile(r":(?=\s|$)|：")
_ARROW_HINT = re.compile(r"[-=~]>|[→⇒⟶➔➜➝➞➡↓⇢]")
_FULL_STOP = re.compile(r"[.!。!]\s*$")


@dataclass(frozen=True, slots=True)
class Lead:
    """What an introduction says. ``kind`` is None where it names none; ``words`` is the introduction itself.

    ``subject`` is the part of the title that is not the name of the kind: “Coffee” in “mind map of coffee”, or "".
    """

    title: str = ""
    subject: str = ""
    kind: str | None = None
    rightward: bool = False
    thinking: bool = False
    words: str = ""


NO_LEAD = Lead()


def split_lead(text: str) -> tuple[Lead, str]:
    """The introduction and the rest; ``NO_LEAD`` and the whole text where there is none."""
    first, _, rest = text.partition("\n")
    rest = rest.strip("\n")
    heading = heading_of(first)
    if heading:
        alone = not any(heading_of(line) for line in rest.split("\n"))
        return (_heading_lead(heading[1]), rest) if rest and alone else (NO_LEAD, text)
    if _MARKER.match(first) or first[:1] in " \t":
        return NO_LEAD, text
    if first.rstrip().endswith((":", "：")) and rest and len(first) <= MAX_LEAD_CHARACTERS:
        said = first.rstrip()[:-1]
        if _is_request(said) or not _has_sibling(rest):
            return read_lead(said), rest
        return NO_LEAD, text
    return _inline_lead(first, rest) or (NO_LEAD, text)


def heading_of(line: str) -> tuple[int, str] | None:
    """(level, text) of a Markdown heading."""
    match = _HEADING.fullmatch(line.strip())
    return (len(match.group(1)), match.group(2)) if match else None


def read_lead(said: str) -> Lead:
    """What an introducing sentence says, without its colon."""
    said = clean(said)
    rest = words.pattern(words.POLITE, prefix=r"^\W*+", suffix=r"[\s,]*").sub("", said)
    thinking = words.pattern(words.THINKING_VERBS, prefix=r"^\W*+").search(rest) is not None
    kind, span = kind_of(said, weak=request_end(said) > 0)
    named = said[span[0] : span[1]] if span else ""
    title = _title(said, named)
    return Lead(
        title=title,
        subject="" if same(title) == same(named) else title,
        kind=kind,
        rightward=words.pattern(words.RIGHTWARD).search(said) is not None,
        thinking=thinking,
        words=said,
    )


def _heading_lead(said: str) -> Lead:
    """A heading is a title as it stands; it asks for a kind only if it names one without doubt."""
    said = clean(said)
    kind, _ = kind_of(said, weak=False)
    return Lead(title=said, subject=said, kind=kind, words=said)


def kind_of(said: str, *, weak: bool = True) -> tuple[str | None, tuple[int, int] | None]:
    """The kind of diagram that a text names first, and where; weak names (“process”) count if there is no other."""
    said = said[:MAX_LEAD_CHARACTERS]
    for kinds in (words.KINDS, words.WEAK_KINDS) if weak else (words.KINDS,):
        found = [(match.span(), kind) for kind, names in kinds.items() if (match := words.pattern(names).search(said))]
        if found:
            span, kind = min(found, key=lambda entry: (entry[0][0], -entry[0][1]))
            return kind, span
    return None, None


def _inline_lead(first: str, rest: str) -> tuple[Lead, str] | None:
    """``Draw a flow chart: a -> b``, or a first line without a colon that is plainly a request."""
    hidden = hide_quoted(first)
    arrow = _ARROW_HINT.search(hidden)
    colon = _COLON.search(hidden)
    if colon and (arrow is None or colon.start() < arrow.start()):
        said, body = first[: colon.start()][: MAX_LEAD_CHARACTERS + 1], first[colon.end() :].strip()
        if body and _is_request(said) and (word_count(said) > 1 or names_kind(said)):
            return read_lead(said), "\n".join(filter(None, (body, rest)))
        return None
    if not rest or arrow or any(mark in hidden for mark in "|\t;") or _ARROW_HINT.match(rest.lstrip()):
        return None
    if len(first) <= MAX_LEAD_CHARACTERS and _is_request(hidden) and _is_heading_like(hidden):
        return read_lead(_FULL_STOP.sub("", first)), rest
    return None


def _is_request(said: str) -> bool:
    """Whether a text asks for a diagram: a verb of drawing in front, or the name of a kind in a few words."""
    if len(said) > MAX_LEAD_CHARACTERS or word_count(said) > MAX_LEAD_WORDS:
        return False
    if request_end(said) or words.pattern(words.THINKING_VERBS, prefix=r"^\W*+").search(said):
        return True
    return word_count(said) <= MAX_BARE_LEAD_WORDS and names_kind(said)


def _is_heading_like(first: str) -> bool:
    """Whether a line without a colon introduces what is below: “Draw a table”, “Mind map of coffee”, “Team kanban”."""
    if request_end(first):
        return names_kind(first)
    kind, span = kind_of(first, weak=False)
    rest = _without_article(first[: span[0]]) if span else ""
    front = not clean(words.pattern(words.ADJECTIVES).sub("", rest))
    return kind is not None and (front or word_count(first) <= 3) and not re.search(r"[,.，。]", first)


def names_kind(said: str) -> bool:
    """Whether a text names a kind of diagram without doubt."""
    return any(words.pattern(names).search(said, 0, MAX_LEAD_CHARACTERS) for names in words.KINDS.values())


def _has_sibling(rest: str) -> bool:
    """Whether a later line, not indented, ends with a colon too, or is a group like ``Doing: a, b``."""
    return any(
        line[:1] not in " \t" and not _MARKER.match(line) and (line.endswith((":", "：")) or _COLON.search(line))
        for line in rest.split("\n")
    )


def request_end(said: str) -> int:
    """Where the request (“Please draw”) at the beginning of a text ends; 0 without one."""
    polite = words.pattern(words.POLITE, prefix=r"^\W*+", suffix=r"[\s,]*").match(said)
    start = polite.end() if polite else 0
    verb = words.pattern(words.DRAW_VERBS, prefix=r"\W*+", suffix=r"\s*").match(said, start)
    return verb.end() if verb else start


def _title(said: str, kind: str) -> str:
    """“Draw a simple flow chart of the onboarding” → “Onboarding”; without a subject, what is left of the request."""
    said = clean(words.pattern(words.VERBS_LAST, suffix=r"\s*$").sub("", words.pattern(words.RIGHTWARD).sub("", said)))
    said = _with_columns().sub("", said)
    pure = words.pattern(words.PURE_DRAW_VERBS).match(said)
    asked = bool(kind or pure)
    rest = _without_article(said[request_end(said) :]) if asked else said
    at = rest.find(kind) if kind else -1
    if at >= 0 and not clean(words.pattern(words.ADJECTIVES).sub("", rest[:at])):
        subject = words.pattern(words.PREPOSITIONS, prefix=r"\s*+", suffix=r"\s*").match(rest, at + len(kind))
        if subject and clean(rest[subject.end() :]):
            rest = _without_article(rest[subject.end() :])
    rest, _ = unquote(clean(rest))
    return "" if words.pattern(words.VAGUE, prefix=r"\s*+").match(rest) else capitalised(rest)


def _without_article(text: str) -> str:
    article = words.pattern(words.ARTICLES, prefix=r"\s*+", suffix=r"\s*")
    while (match := article.match(text)) and match.end() < len(text):
        text = text[match.end() :]
    return text


@cache
def _with_columns() -> re.Pattern[str]:
    """“… with three columns” and what follows: it belongs to no title."""
    columns = words.alternatives(words.COLUMN_WORDS)
    return words.pattern(words.WITH_WORDS, prefix=r"(?:^|\s++)", suffix=rf"\s+(?:\w+\s+){{0,2}}{columns}.*$")
