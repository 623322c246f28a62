"""Comparisons: the things compared beside each other, one property a row."""

from __future__ import annotations

from backend.ai.calling.chain import AnswerError
from backend.ai.diagram import MAX_COLUMNS, Table
from backend.ai.kinds.kind import TEXT, Json, Kind, label_of, many, record, rows_of, text_of, title_of

SCHEMA = record(
    title=TEXT,
    things=many(TEXT, 1, MAX_COLUMNS - 1),
    properties=many(record(property=TEXT, values=many(TEXT, 1, MAX_COLUMNS - 1)), 3),
)

TASK = (
    "Make a comparison. “things” names what is compared. “properties” are what they are compared by, each with exactly one "
    "short value for each thing, in the same order. Make four to seven properties unless the instructions name them."
)

EXAMPLE = (
    "compare train and bus",
    {
        "title": "Train or bus",
        "things": ["Train", "Bus"],
        "properties": [
            {"property": "Price", "values": ["$40", "$20"]},
            {"property": "Travel time", "values": ["2 h", "4 h"]},
            {"property": "Luggage", "values": ["Two bags", "One bag"]},
        ],
    },
)


def parse(answer: Json) -> Table:
    """Properties become rows; missing values stay empty, and too many cannot be mended here."""
    things = tuple(label_of(thing) for thing in rows_of(answer["things"]))
    if len(set(things)) != len(things):
        raise AnswerError("A thing stands twice among those compared.")
    rows = []
    for row in rows_of(answer["properties"]):
        name, values = label_of(row["property"]), [text_of(value) for value in rows_of(row["values"])]
        if len(values) > len(things):
            raise AnswerError(f"“{name}” has {len(values)} values for {len(things)} things.")
        rows.append((name, *values, *("" for _ in range(len(things) - len(values)))))
    return Table(title_of(answer["title"]), ("", *things), tuple(rows), "comparison")


COMPARISON = Kind("comparison", TASK, SCHEMA, EXAMPLE, parse, unit="properties", part="property")
