"""Timelines: ``2019: founded; 2024: first office``, lines that begin with dates, and lists of them.

Without an introduction that says “timeline”, every entry must begin with a date and a colon or a dash.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from backend.ai.diagram import Item, Period, Timeline
from backend.ai.planner.dates import date_end, split_date
from backend.ai.planner.groups import enumerate_items, is_prose, split_name, split_outside
from backend.ai.planner.lead import Lead
from backend.ai.planner.lines import has_marks, indent_of
from backend.ai.planner.text import clean, hide_quoted, is_label, unquote

MAX_EVENT_WORDS = 40
MAX_WHEN_WORDS = 8
MIN_BARE_PERIODS = 3  # without an introduction

_ARROW = re.compile(r"\s*(?:[-=]{1,3}>|[→⇒⟶➔➜➝➞➡])\s*")
_DASH = re.compile(r"\s+[-–—]{1,2}\s+")


def plan_timeline(body: str, lead: Lead) -> Timeline | None:
    """The timeline of a text on lines, between semicolons, arrows or commas. Lists are read by ``outlines``."""
    if lead.kind not in {None, "timeline"} or (has_marks(body) and not _begins_with_dates(body)):
        return None
    entries = _entries(body, lead)
    if entries is None or not all(is_label(text, words=MAX_EVENT_WORDS) for text, _ in entries):
        return None
    if lead.kind is None and not _is_certain([text for text, level in entries if level == 0]):
        return None
    return _timeline(lead.title, entries)


def timeline_of(title: str, items: Sequence[Item]) -> Timeline | None:
    """The timeline of a list; what is below an entry happens then. None for a list of more levels."""
    if any(event.children for item in items for event in item.children):
        return None
    entries = []
    for item in items:
        entries.append((item.label, 0))
        entries += [(event.label, 1) for event in item.children]
    return _timeline(title, entries)


def _begins_with_dates(body: str) -> bool:
    """“12. March” is a date and no number of a list."""
    return all(date_end(line.strip()) for line in body.split("\n") if has_marks(line))


def _entries(body: str, lead: Lead) -> list[tuple[str, int]] | None:
    """Texts with their levels: 0 begins with when, 1 is a further event."""
    if "\n" in body:
        return _lines(body)
    body = clean(body)  # runs of blanks would take the expressions below quadratic time
    parts = split_outside(body, ";；")
    if parts is not None and len(parts) == 1:
        parts = _arrow_parts(body) or _comma_parts(body, lead)
    if parts is None or (lead.kind == "timeline" and len(parts) < 2 and not date_end(body.strip())):
        return None
    return [(part.strip().rstrip(".。"), 0) for part in parts if part.strip()]


def _lines(body: str) -> list[tuple[str, int]] | None:
    lines = [line for line in body.split("\n") if line.strip()]
    base = indent_of(lines[0])
    if any(indent_of(line) < base for line in lines):
        return None
    entries = []
    for line in lines:
        text, level = clean(line).rstrip(";；"), int(indent_of(line) > base)
        text = text[:-1] if text.endswith((":", "：")) else text  # it introduces what is indented below
        entries.append((unquote(text)[0] if level else text, level))
    return entries


def _arrow_parts(body: str) -> list[str] | None:
    hidden = hide_quoted(body)
    cuts = [match.span() for match in _ARROW.finditer(hidden)]
    if not cuts:
        return None
    starts, ends = [0, *(end for _, end in cuts)], [*(start for start, _ in cuts), len(body)]
    return [body[start:end] for start, end in zip(starts, ends, strict=True)]


def _comma_parts(body: str, lead: Lead) -> list[str] | None:
    """``2019 founded, 2021 sold``: divided at commas only where each part begins with a date, or all are short names."""
    parts = split_outside(body, ",，、")
    if parts is None:
        return None
    if all(date_end(part.strip()) for part in parts):
        return parts
    if date_end(body.strip()):
        return [body]
    names = enumerate_items(body, last_and=True)
    if lead.kind != "timeline" or is_prose(body) or names is None or len(names) < 2:
        return None
    return list(names) if all(is_label(name, words=MAX_WHEN_WORDS) for name in names) else None


def _is_certain(entries: Sequence[str]) -> bool:
    dated = [split_date(text) for text in entries]
    return len(dated) >= MIN_BARE_PERIODS and all(
        found is not None and found[2] and any(character.isalpha() for character in found[1]) for found in dated
    )


def _timeline(title: str, entries: Iterable[tuple[str, int]]) -> Timeline | None:
    """Entries of the same date that follow each other are one period."""
    periods: list[Period] = []
    for text, level in entries:
        when, what = ("", text) if level else _split(text)
        if periods and (level or clean(when) == periods[-1].when):
            periods[-1] = Period(periods[-1].when, (*periods[-1].events, *filter(None, [what])))
        elif level:
            return None
        else:
            periods.append(Period(clean(when), tuple(filter(None, [what]))))
    return Timeline(title, tuple(periods)) if periods else None


def _split(text: str) -> tuple[str, str]:
    """When and what: behind a date, behind the colon of a short name, behind a dash; or all of it is when."""
    dated = split_date(text)
    if dated is not None:
        return dated[0], unquote(dated[1])[0]
    named = split_name(text)
    if named is not None and named[0] and is_label(named[0], words=MAX_WHEN_WORDS):
        return named[0], unquote(named[1])[0]
    dash = _DASH.search(hide_quoted(text))
    if dash and is_label(text[: dash.start()], words=MAX_WHEN_WORDS):
        return unquote(text[: dash.start()])[0], unquote(text[dash.end() :])[0]
    return unquote(text)[0], ""
