"""SWOT analyses: a fixed scaffold, of which the model fills the four lists."""

from __future__ import annotations

from backend.ai.diagram import Board
from backend.ai.headings import SWOT as HEADINGS
from backend.ai.kinds.kind import TEXT, Json, Kind, record, title_of
from backend.ai.kinds.parts import columns_of, headed_parts, part_of

PARTS = ("strengths", "weaknesses", "opportunities", "threats")
SCHEMA = record(title=TEXT, **dict.fromkeys(PARTS, part_of(2)))

TASK = (
    "Make a SWOT analysis. Each part has a heading (Strengths, Weaknesses, Opportunities, Threats, in the language of the "
    "instructions) and two to five short concrete points. Strengths and weaknesses lie inside, opportunities and threats "
    "come from outside. Put what the instructions say into the right part."
)

EXAMPLE = (
    "SWOT of a village bakery",
    {
        "title": "Village bakery",
        "strengths": {"heading": "Strengths", "points": ["Bread from its own oven", "Known to everybody"]},
        "weaknesses": {"heading": "Weaknesses", "points": ["Closed on Sundays"]},
        "opportunities": {"heading": "Opportunities", "points": ["Tourists on the new cycle path"]},
        "threats": {"heading": "Threats", "points": ["Supermarket opens next door", "Price of flour"]},
    },
)


def parse(answer: Json) -> Board:
    """Four columns in their fixed order."""
    return Board(title_of(answer["title"]), columns_of(answer, PARTS), "swot")


def headed(language: str) -> Json:
    """The schema with the headings that every SWOT analysis has, where they are known in the language."""
    return headed_parts(SCHEMA, dict(zip(PARTS, HEADINGS[language], strict=True))) if language in HEADINGS else SCHEMA


SWOT = Kind("swot", TASK, SCHEMA, EXAMPLE, parse, unit="parts", part="heading", headed=headed)
