"""Customer journeys: stages with what happens in each, or rows behind the stages. Tables are read by ``tables``."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from backend.ai.diagram import Item, Table
from backend.ai.planner import vocabulary as words
from backend.ai.planner.groups import GroupOfItems, read_groups
from backend.ai.planner.lead import Lead
from backend.ai.planner.lines import has_marks
from backend.ai.planner.text import is_label

MAX_STAGE_WORDS = 8
MAX_CELL_WORDS = 30


def plan_journey(body: str, lead: Lead) -> Table | None:
    """``Discover: sees an ad; Buy: pays, waits``, or ``stages: Discover, Buy; feelings: curious, tense``."""
    groups = read_groups(body) if lead.form == "customer_journey" and not has_marks(body) else None
    if not groups or not _are_short(groups):
        return None
    if groups[0].name.casefold() in words.vocabulary_set(words.STAGES_WORDS):
        stages = groups[0].items
        if not stages or any(len(group.items) != len(stages) for group in groups):
            return None
        return Table(lead.title, ("", *stages), tuple((group.name, *group.items) for group in groups[1:]))
    return _by_stage(lead.title, [(group.name, group.items) for group in groups]) if len(groups) > 1 else None


def journey_of(title: str, items: Sequence[Item]) -> Table | None:
    """The journey of a list: stages, and what happens in each below it. None for a list of more levels."""
    if any(note.children for item in items for note in item.children):
        return None
    return _by_stage(title, [(item.label, tuple(note.label for note in item.children)) for item in items])


def _by_stage(title: str, stages: Sequence[tuple[str, tuple[str, ...]]]) -> Table:
    rows = tuple(zip_longest(*(notes for _, notes in stages), fillvalue=""))
    return Table(title, tuple(name for name, _ in stages), rows)


def _are_short(groups: Sequence[GroupOfItems]) -> bool:
    return all(
        is_label(group.name, words=MAX_STAGE_WORDS)
        and all(is_label(item, words=MAX_CELL_WORDS) for item in group.items)
        for group in groups
    )
