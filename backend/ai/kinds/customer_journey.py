"""Customer journeys: stage by stage, what a customer does, thinks and feels, and what could be better."""

from __future__ import annotations

from backend.ai.diagram import Table
from backend.ai.headings import CUSTOMER_JOURNEY as HEADINGS
from backend.ai.kinds.kind import TEXT, Json, Kind, label_of, many, one_of, record, rows_of, text_of, title_of

ROWS = ("actions", "thoughts", "feelings", "opportunities")
SCHEMA = record(
    title=TEXT,
    row_names=record(**dict.fromkeys(ROWS, TEXT)),
    stages=many(record(stage=TEXT, **dict.fromkeys(ROWS, TEXT)), 3, 12),
)

TASK = (
    "Make a customer journey map: four to six stages in their order. Say of each in a few words what the customer does "
    "(actions), thinks (thoughts) and feels (feelings), and what could be made better (opportunities). “row_names” are these "
    "four words in the language of the instructions."
)

EXAMPLE = (
    "customer journey of a gym",
    {
        "title": "Joining a gym",
        "row_names": {
            "actions": "Actions",
            "thoughts": "Thoughts",
            "feelings": "Feelings",
            "opportunities": "Opportunities",
        },
        "stages": [
            {
                "stage": "Look around",
                "actions": "Reads reviews",
                "thoughts": "Is it far?",
                "feelings": "Curious",
                "opportunities": "Show the way",
            },
            {
                "stage": "Trial day",
                "actions": "Tries machines",
                "thoughts": "Who helps me?",
                "feelings": "Unsure",
                "opportunities": "A coach for the first hour",
            },
        ],
    },
)


def parse(answer: Json) -> Table:
    """Stages become columns, what is said of them rows."""
    names, stages = answer["row_names"], rows_of(answer["stages"])
    header = ("", *(label_of(stage["stage"]) for stage in stages))
    rows = tuple((label_of(names[row]), *(text_of(stage[row]) for stage in stages)) for row in ROWS)
    return Table(title_of(answer["title"]), header, rows, "customer_journey")


def headed(language: str) -> Json:
    """The schema with the names that the rows always have, where they are known in the language."""
    if language not in HEADINGS:
        return SCHEMA
    names = record(**{row: one_of(name) for row, name in zip(ROWS, HEADINGS[language], strict=True)})
    return record(**{**SCHEMA["properties"], "row_names": names})


CUSTOMER_JOURNEY = Kind("customer_journey", TASK, SCHEMA, EXAMPLE, parse, unit="stages", part="stage", headed=headed)
