"""Boards: columns with cards, from lists, from ``To do: a, b; Doing: c``, or from the columns alone.

Without an introduction that says “board”, one is known by its columns: to do / doing / done, SWOT, start / stop /
continue and the like, in several languages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from backend.ai.diagram import Board, Column, Item
from backend.ai.planner import vocabulary as words
from backend.ai.planner.groups import GroupOfItems, enumerate_items, is_prose, read_groups, split_outside
from backend.ai.planner.lead import NO_LEAD, Lead, read_lead
from backend.ai.planner.lines import has_marks
from backend.ai.planner.text import clean, is_label, unquote, word_count

MAX_COLUMN_WORDS = 6
MAX_CARD_WORDS = 30

_EDGES = re.compile(r"^[\W_]+|[\W_]+$")
_CARDS = re.compile(r"^(?P<name>[^()（）]+)[(（](?P<cards>.*)[)）]$", re.DOTALL)
_COLUMNS_SAID = re.compile(r"\b(?:and|with)\s+(?:cards|tasks|items)\b", re.IGNORECASE)


def plan_board(body: str, lead: Lead) -> Board | None:
    """The board of a text on lines or between semicolons. Lists are read by ``outlines``."""
    if has_marks(body):
        return None
    groups = read_groups(body)
    if groups and _are_columns(groups, lead):
        return Board(lead.title, tuple(Column(group.name, group.items) for group in groups))
    if lead.kind == "board" and not groups:
        board = _columns_alone(lead, body)
        # What is said in a retrospective is no name of a column: a model sorts it.
        fixed = lead.form in {"swot", "retrospective"}
        return None if board and fixed and not names_columns(column.name for column in board.columns) else board
    return None


def plan_empty_board(text: str, lead: Lead) -> Board | None:
    """``Kanban board with columns To do, Doing and Done``: an introduction that enumerates the columns itself."""
    match = words.pattern(words.COLUMN_WORDS, suffix=r"\s*[:：]?\s*").search(text) if lead.kind == "board" else None
    if match is None or "\n" in text:
        return None
    with_word = words.pattern(words.WITH_WORDS, prefix=r"\s++", suffix=r"(?:\s+\w+){0,2}\s*$")
    return _columns_alone(read_lead(with_word.sub("", text[: match.start()])), text[match.end() :])


def is_board(items: Sequence[Item]) -> bool:
    """Whether a tree is a board by the names of its first level: most of them are usual columns, and some have cards."""
    if any(card.children for item in items for card in item.children):
        return False
    if any(item.children for item in items):
        return names_columns(item.label for item in items)
    groups = read_groups("\n".join(item.label for item in items))
    return groups is not None and _are_columns(groups, NO_LEAD)


def names_columns(names: Iterable[str]) -> bool:
    """Whether at least two of the names, and half of them, belong to one of the usual boards."""
    plain = {_EDGES.sub("", name).casefold() for name in names}
    known = max(len(plain & words.vocabulary_set(columns)) for columns in words.BOARD_COLUMNS)
    return known >= 2 and known * 2 >= len(plain)


def board_of(title: str, items: Sequence[Item]) -> Board | None:
    """The board of a tree: columns and their cards. A flat list of ``To do: a, b`` is one too; deeper levels are not."""
    if any(card.children for item in items for card in item.children):
        return None
    if not any(item.children for item in items):
        groups = read_groups("\n".join(item.label for item in items))
        if groups:
            return Board(title, tuple(Column(group.name, group.items) for group in groups))
    return Board(title, tuple(Column(item.label, tuple(card.label for card in item.children)) for item in items))


def _are_columns(groups: Sequence[GroupOfItems], lead: Lead) -> bool:
    if any(word_count(group.name) > (MAX_CARD_WORDS if lead.kind == "board" else MAX_COLUMN_WORDS) for group in groups):
        return False
    if not all(is_label(card, words=MAX_CARD_WORDS) for group in groups for card in group.items):
        return False
    if lead.kind == "board":
        return len(groups) > 1 or bool(groups[0].items)
    return lead.kind is None and names_columns(group.name for group in groups) and any(g.items for g in groups)


def _columns_alone(lead: Lead, body: str) -> Board | None:
    """``To do, Doing and Done``, or ``To do (write, test), Done (plan)``."""
    text = body.strip().rstrip(".。")
    if "\n" in text or _COLUMNS_SAID.search(text) or is_prose(text):
        return None
    with_cards = [_CARDS.match(part.strip()) for part in split_outside(text, ",，、;；") or ()]
    if any(with_cards) and all(with_cards):
        columns = tuple(
            Column(unquote(match["name"])[0], enumerate_items(match["cards"]) or ()) for match in with_cards if match
        )
        return Board(lead.title, columns)
    names = enumerate_items(text, last_and=True) if not with_cards or not any(with_cards) else None
    if not names or len(names) < 2 or any(word_count(name) > MAX_COLUMN_WORDS for name in names):
        return None
    return Board(lead.title, tuple(Column(clean(name)) for name in names))
