"""Tables: Markdown, CSV with tabs, semicolons, commas or bars, and ``Compare X, Y and Z by price, speed``."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from functools import cache

from markdown_it import MarkdownIt

from backend.ai.diagram import MAX_COLUMNS, Table
from backend.ai.planner.arrow_scanner import has_arrow
from backend.ai.planner.errors import PlanError
from backend.ai.planner.groups import GroupOfItems, enumerate_items, read_groups
from backend.ai.planner.lead import Lead
from backend.ai.planner.lines import has_marks, plain_label
from backend.ai.planner.text import clean, has_sentences, word_count

MAX_CELL_WORDS = 40
# Of a table with “, ” between its cells, which sentences have too.
MIN_LOOSE_COLUMNS = 3
MIN_LOOSE_ROWS = 3
_DELIMITER_ROW = re.compile(r"^[ \t]*\|?[ \t]*:?-{1,}:?[ \t]*(?:\|[ \t]*:?-{1,}:?[ \t]*)*\|?[ \t]*$", re.MULTILINE)
_COMPARE = re.compile(
    r"^\W*(?:please\s+|bitte\s+)?(?:compare|vergleiche?|compare[rz]?|compara|comparar|confronta|vergelijk|porównaj|сравни|порівняй|比较|対比)\s*"
    r"(?P<things>[^:：\n]{1,300}?)"
    r"(?:\s+(?:by|in terms of|on|along|nach|hinsichtlich|selon|según|por|per|op|według|по|за)\s+(?P<criteria>[^:：\n]{1,300}?))?"
    r"\s*(?:[:：]\s*(?P<rows>.*))?$",
    re.IGNORECASE | re.DOTALL,
)
_VAGUE = re.compile(r"^(?:the|our|my|these|those|this|all|different|various|some|\d+)\b", re.IGNORECASE)


def plan_markdown_table(body: str, lead: Lead) -> Table | None:
    """A Markdown table with its row of dashes. Text around it makes it prose."""
    if "|" not in body or not _DELIMITER_ROW.search(body):
        return None
    tokens = [token for token in _markdown().parse(body) if token.level == 0 and token.nesting >= 0]
    if [token.type for token in tokens] != ["table_open"]:
        return None
    rows: list[list[str]] = []
    for token in _markdown().parse(body):
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(plain_label(token.content))
    return _table(lead.title, rows)


def plan_csv(body: str, lead: Lead, language: str | None = None) -> Table | None:
    """Rows with cells between tabs, semicolons, bars or commas, all of the same width.

    Commas occur in prose, so without an introduction that says “table” (or a fence that says csv) the rows have to look
    like data. Raises PlanError for a row that is wider than the header where it certainly is a table.
    """
    announced = lead.kind == "table" or language in {"csv", "tsv"}
    if not announced and (has_arrow(body) or has_marks(body)):
        return None
    for delimiter in "\t;|,":
        rows = _rows(body, delimiter)
        if len(rows) < 2 or len(rows[0]) < 2:
            continue
        even = all(len(row) == len(rows[0]) for row in rows)
        if announced and (even or delimiter in body.split("\n", 1)[0]):
            return _table(lead.title, rows)
        if lead.kind is None and even and _looks_like_data(body, rows, delimiter):
            return _table(lead.title, rows)
    return None


def plan_comparison(text: str) -> Table | None:
    """``Compare A and B by price, speed``, or ``Compare A, B:`` with a row ``price: 1, 2`` on each line.

    Without criteria and rows a model has to find them.
    """
    match = _COMPARE.match(text)
    if match is None or _VAGUE.match(match["things"]):
        return None
    things = enumerate_items(match["things"], last_and=True)
    if not things or len(things) < 2 or any(word_count(thing) > 6 for thing in things):
        return None
    if match["rows"]:
        groups = read_groups(match["rows"], separators=";；\n")
        return _compared(things, groups) if groups else None
    criteria = enumerate_items(match["criteria"] or "", last_and=True)
    if not criteria or any(word_count(criterion) > 6 for criterion in criteria):
        return None
    return Table("", ("", *criteria), tuple((thing, *("" for _ in criteria)) for thing in things), "comparison")


def things_compared(text: str) -> str | None:
    """What a “compare …” without anything else names."""
    match = _COMPARE.match(text)
    return match["things"] if match and not _VAGUE.match(match["things"]) else None


def _compared(things: Sequence[str], groups: Sequence[GroupOfItems]) -> Table | None:
    if any(len(group.items) != len(things) for group in groups):
        return None
    return Table("", ("", *things), tuple((group.name, *group.items) for group in groups), "comparison")


def _rows(body: str, delimiter: str) -> list[list[str]]:
    """The rows that csv reads; none where the text is no CSV (a quote that is never closed swallows the rest)."""
    lines = body.split("\n")
    if delimiter == "|":
        lines = _without_frame(lines)
    if delimiter not in lines[0]:
        return []
    try:
        read = list(
            csv.reader([f"{line}\n" for line in lines], delimiter=delimiter, skipinitialspace=True, strict=True)
        )
    except csv.Error:
        return []
    return [[clean(cell) for cell in row] for row in read if any(cell.strip() for cell in row)]


def _without_frame(lines: Sequence[str]) -> list[str]:
    """Rows without the bars that stand in front of, or behind, every one of them."""
    stripped = [line.strip() for line in lines]
    framed = [line for line in stripped if line]
    front = all(line.startswith("|") for line in framed)
    back = all(line.endswith("|") for line in framed)
    return [line[1 if front else 0 : len(line) - 1 if back and len(line) > 1 else None] for line in stripped]


def _looks_like_data(body: str, rows: Sequence[Sequence[str]], delimiter: str) -> bool:
    if any(word_count(cell) > MAX_CELL_WORDS or has_sentences(cell) for row in rows for cell in row):
        return False
    if any(row[-1].endswith((".", "!", "?", ":", ",")) for row in rows) or not all(rows[0]):
        return False
    if delimiter == ",":
        loose = re.search(r"[^\d],[ \t]", body) is not None
        return not loose or (len(rows[0]) >= MIN_LOOSE_COLUMNS and len(rows) >= MIN_LOOSE_ROWS)
    # “To do: a; b” in lines is a board or a list of groups, not a table of two columns.
    return delimiter != ";" or not all(":" in row[0] for row in rows)


def _table(title: str, rows: Sequence[Sequence[str]]) -> Table:
    width = len(rows[0])
    if width > MAX_COLUMNS:
        raise PlanError(f"The table has {width} columns; at most {MAX_COLUMNS} can be drawn.")
    for number, row in enumerate(rows[1:], start=1):
        if len(row) > width:
            raise PlanError(f"Row {number} of the table has {len(row)} cells, its header has {width}.")
    padded = [tuple(row) + ("",) * (width - len(row)) for row in rows]
    return Table(title, padded[0], tuple(padded[1:]))


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark").enable("table").disable("inline")
