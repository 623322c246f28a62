"""Forms that have fixed parts, to be filled in by people: what “SWOT analysis of our café” gives where there is no model."""

from __future__ import annotations

from backend.ai import headings
from backend.ai.diagram import Board, Column, Diagram, Table
from backend.ai.headings import in_language
from backend.ai.language import language_of
from backend.ai.planner.asking import asks_for_thought
from backend.ai.planner.groups import enumerate_items
from backend.ai.planner.lead import read_lead
from backend.ai.planner.tables import things_compared
from backend.ai.planner.text import normalise, word_count

MAX_WORDS = 20
EMPTY_ROWS = 4


def plan_scaffold(instructions: str) -> Diagram | None:
    """The empty form that a short request names; None for every other text."""
    text = normalise(instructions).strip()
    if any(mark in text for mark in "\n:：;；") or word_count(text) > MAX_WORDS or asks_for_thought(text):
        return None
    things = enumerate_items(things_compared(text) or "", last_and=True)
    if things and len(things) > 1:
        return Table("", ("", *things), tuple(("",) * (len(things) + 1) for _ in range(EMPTY_ROWS)), "comparison")
    lead, language = read_lead(text), language_of(text)
    if lead.form == "swot":
        return Board(lead.title, tuple(map(Column, in_language(headings.SWOT, language))), "swot")
    if lead.form == "retrospective":
        return Board(lead.title, tuple(map(Column, in_language(headings.RETROSPECTIVE, language))), "retrospective")
    if lead.form == "customer_journey":
        stages = in_language(headings.STAGES, language)
        rows = tuple((row, *("" for _ in stages)) for row in in_language(headings.CUSTOMER_JOURNEY, language))
        return Table(lead.title, ("", *stages), rows, "customer_journey")
    return None
