"""Retrospectives: what went well, what did not, and what to do about it."""

from __future__ import annotations

from backend.ai.diagram import Board
from backend.ai.headings import RETROSPECTIVE as HEADINGS
from backend.ai.kinds.kind import TEXT, Json, Kind, record, title_of
from backend.ai.kinds.parts import columns_of, headed_parts, part_of

PARTS = ("went_well", "to_improve", "actions")
SCHEMA = record(title=TEXT, **dict.fromkeys(PARTS, part_of(1)))

TASK = (
    "Make a retrospective. Each part has a heading in the language of the instructions (What went well, What to improve, "
    "Actions) and short concrete points. Put what the instructions say into the right part: praise into went_well, complaints "
    "into to_improve; actions say what to do about the complaints."
)

EXAMPLE = (
    "retro of the summer fair: music was great, long queues at the till",
    {
        "title": "Summer fair",
        "went_well": {"heading": "What went well", "points": ["Great music"]},
        "to_improve": {"heading": "What to improve", "points": ["Long queues at the till"]},
        "actions": {"heading": "Actions", "points": ["Open a second till"]},
    },
)


def parse(answer: Json) -> Board:
    """Three columns in their fixed order."""
    return Board(title_of(answer["title"]), columns_of(answer, PARTS), "retrospective")


def headed(language: str) -> Json:
    """The schema with the headings that every retrospective has, where they are known in the language."""
    return headed_parts(SCHEMA, dict(zip(PARTS, HEADINGS[language], strict=True))) if language in HEADINGS else SCHEMA


RETROSPECTIVE = Kind("retrospective", TASK, SCHEMA, EXAMPLE, parse, unit="parts", part="heading", headed=headed)
