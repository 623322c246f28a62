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

from backend.ai.planner import vocabulary as words
from backend.ai.planner.asking import (
    MAX_LEAD_CHARACTERS,
    asks_for_thought,
    asks_plainly,
    kind_of,
    names_kind,
    request_end,
    title_of,
    without_article,
)
from backend.ai.planner.text import clean, hide_quoted, same, word_count

MAX_LEAD_WORDS = 20
MAX_BARE_LEAD_WORDS = 10

_HEADING = re.compile(r"(#{1,6})[ \t]+(.*?)(?:[ \t]+#+)?$")
_MARKER = re.compile(r"\s*(?:[-*+•–—·▪‣◦○●✓☐☑✔][ \t]|\(?(?:\d{1,4}|[a-zA-Z])[.)][ \t]|\d{1,4}、|\|)")
# A colon that ends an introduction: not that of a time, an address or a name like C:\.
_COLON = re.compile(r":(?=\s|$)|：")
_ARROW_HINT = re.compile(r"[-=~]>|[→⇒⟶➔➜➝➞➡↓⇢]")
_FULL_STOP = re.compile(r"[.!。!]\s*$")


@dataclass(frozen=True, slots=True)
class Lead:
    """What an introduction says. ``kind`` is None where it names none; ``words`` is the introduction itself.

    ``form`` is the finer name of it: a SWOT analysis is a board. ``subject`` is the part of the title that is not the
    name of the kind: “Coffee” in “mind map of coffee”, or "".
    """

    title: str = ""
    subject: str = ""
    kind: str | None = None
    form: str | None = None
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
    form, span = kind_of(said, weak=asks_plainly(said))
    named = said[span[0] : span[1]] if span else ""
    title = title_of(said, named)
    return Lead(
        title=title,
        subject="" if same(title) == same(named) else title,
        kind=_kind(form),
        form=form,
        rightward=words.pattern(words.RIGHTWARD).search(said) is not None,
        thinking=asks_for_thought(said),
        words=said,
    )


def _heading_lead(said: str) -> Lead:
    """A heading is a title as it stands; it asks for a kind only if it names one without doubt."""
    said = clean(said)
    form, _ = kind_of(said, weak=False)
    return Lead(title=said, subject=said, kind=_kind(form), form=form, words=said)


def _kind(form: str | None) -> str | None:
    """In whose notations a form is read."""
    return None if form is None else words.KIND_OF_FORM.get(form, form)


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
    if request_end(said) or asks_for_thought(said):
        return True
    return word_count(said) <= MAX_BARE_LEAD_WORDS and names_kind(said)


def _is_heading_like(first: str) -> bool:
    """Whether a line without a colon introduces what is below: “Draw a table”, “Mind map of coffee”, “Team kanban”."""
    if request_end(first):
        return names_kind(first)
    kind, span = kind_of(first, weak=False)
    rest = without_article(first[: span[0]]) if span else ""
    front = not clean(words.pattern(words.ADJECTIVES).sub("", rest))
    return kind is not None and (front or word_count(first) <= 3) and not re.search(r"[,.，。]", first)


def _has_sibling(rest: str) -> bool:
    """Whether a later line, not indented, ends with a colon too, or is a group like ``Doing: a, b``."""
    return any(
        line[:1] not in " \t" and not _MARKER.match(line) and (line.endswith((":", "：")) or _COLON.search(line))
        for line in rest.split("\n")
    )
