"""Mermaid's line by line diagrams: ``timeline`` and ``journey``, both with titles, sections and colons."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import zip_longest

from backend.ai.diagram import Period, Table, Timeline
from backend.ai.planner.errors import PlanError
from backend.ai.planner.mermaid import mermaid_label, strip_front_matter

_HEADER = re.compile(r"\s*(timeline|journey)(?:[ \t]+(?:LR|TD))?[ \t]*(?:\n|$)")
_LEFT_OUT = re.compile(r"\s*(?:%%.*|acc(?:Title|Descr)\b.*)?\s*")
_KEYWORD = re.compile(r"\s*(title|section)[ \t]+(.*)")


def plan_mermaid_list(text: str, title: str = "") -> Timeline | Table | None:
    """The timeline or journey of a text that begins so. Raises PlanError for a line that fits in neither."""
    front, text = strip_front_matter(text)
    header = _HEADER.match(text)
    if header is None or "\n" not in text.strip():
        return None
    lines = [line for line in text[header.end() :].split("\n") if not _LEFT_OUT.fullmatch(line)]
    if header[1] == "journey":
        return _journey(lines, front or title)
    return _timeline(lines, front or title)


def _timeline(lines: list[str], title: str) -> Timeline:
    periods: list[Period] = []
    for keyword, text in _read(lines):
        if keyword == "title":
            title = text
        elif keyword == "section":
            periods.append(Period(text))
        else:
            when, *events = (mermaid_label(part) for part in re.split(r"\s*:\s", f"{text} "))
            found = tuple(event for event in events if event)
            if when:
                periods.append(Period(when, found))
            elif periods:  # “: a further event”
                periods[-1] = Period(periods[-1].when, (*periods[-1].events, *found))
            else:
                raise PlanError(f"“{text}” stands before the first period of the Mermaid timeline.")
    if not periods:
        raise PlanError("The Mermaid timeline has no periods.")
    return Timeline(title, tuple(periods))


def _journey(lines: list[str], title: str) -> Table:
    """Sections become stages, their tasks the cells below them, each with its score and who takes part."""
    stages: list[tuple[str, list[str]]] = []
    for keyword, text in _read(lines):
        if keyword == "title":
            title = text
        elif keyword == "section":
            stages.append((text, []))
        else:
            task, *rest = (part.strip() for part in text.split(":"))
            note = " · ".join(part for part in rest if part)
            if not stages:
                stages.append(("", []))
            stages[-1][1].append(f"{mermaid_label(task)} ({note})" if note else mermaid_label(task))
    if not stages:
        raise PlanError("The Mermaid journey has no sections.")
    rows = tuple(zip_longest(*(tasks for _, tasks in stages), fillvalue=""))
    return Table(title, tuple(name for name, _ in stages), rows, "customer_journey")


def _read(lines: list[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        keyword = _KEYWORD.fullmatch(line)
        yield (keyword[1], mermaid_label(keyword[2])) if keyword else ("", line.strip())
