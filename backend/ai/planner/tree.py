"""Entries with a rank and a depth, in the order of the text, become a tree of items."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from backend.ai.diagram import MAX_DEPTH, Item, Outline
from backend.ai.planner.errors import PlanError

# A list is nested by at least two columns: “ 9.” above “10.” is not a parent.
LIST_STEP = 2


class Rank(IntEnum):
    """What stands above what in an outline."""

    HEADING = 0
    GROUP = 1
    ITEM = 2


@dataclass(slots=True)
class Entry:
    """An item under construction; ``place`` is its rank and depth."""

    label: str
    place: tuple[int, int, int]
    ordered: bool = False
    children: list[Entry] = field(default_factory=list)


def nest(entries: Sequence[Entry], step: int) -> list[Entry]:
    """Nest the entries by rank and depth; a list item is a child when it is indented by at least ``step`` columns."""
    root = Entry("", (-1, 0, 0))
    stack = [root]
    for entry in entries:
        while len(stack) > 1 and not _is_below(entry.place, stack[-1].place, step):
            stack.pop()
        stack[-1].children.append(entry)
        stack.append(entry)
        if len(stack) > MAX_DEPTH + 1:
            raise PlanError(f"The outline is nested deeper than {MAX_DEPTH} levels.")
    return root.children


def _is_below(place: tuple[int, int, int], above: tuple[int, int, int], step: int) -> bool:
    if place[0] != Rank.ITEM or above[0] != Rank.ITEM:
        return place > above
    return place[1] >= above[1] + step or (abs(place[1] - above[1]) < step and place[2] > above[2])


def to_item(entry: Entry) -> Item:
    """The finished item of an entry and of those below it."""
    return Item(entry.label, tuple(to_item(child) for child in entry.children))


def mind_map(subject: str, items: tuple[Item, ...], fallback: str) -> Outline:
    """A mind map around its subject. Without one, a single root is the centre."""
    if not subject and len(items) == 1 and items[0].children:
        return Outline(items[0].label, items[0].children, "mind_map")
    return Outline(subject or fallback, items, "mind_map")
