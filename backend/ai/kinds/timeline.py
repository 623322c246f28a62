"""Timelines: dates or periods in the order of time, each with what happens then."""

from __future__ import annotations

from backend.ai.diagram import Period, Timeline
from backend.ai.kinds.kind import TEXT, Json, Kind, label_of, many, record, rows_of, title_of

SCHEMA = record(title=TEXT, periods=many(record(when=TEXT, events=many(TEXT, 1, 8)), 2, 100))

TASK = (
    "Make a timeline: dates or periods in the order of time, none of them twice. “when” is the date or the period alone, "
    "such as 1969, March 2024, week 2 or phase 1; “events” says in a few words each what happens then."
)

EXAMPLE = (
    "how the bicycle came about",
    {
        "title": "The bicycle",
        "periods": [
            {"when": "1817", "events": ["Running machine without pedals"]},
            {"when": "1860s", "events": ["Pedals on the front wheel"]},
            {"when": "1885", "events": ["Safety bicycle with a chain", "Two equal wheels"]},
        ],
    },
)


def parse(answer: Json) -> Timeline:
    """Periods as they come: models know the order of time better than dates can be compared."""
    periods = tuple(
        Period(label_of(row["when"]), tuple(dict.fromkeys(label_of(event) for event in rows_of(row["events"]))))
        for row in rows_of(answer["periods"])
    )
    return Timeline(title_of(answer["title"]), periods)


TIMELINE = Kind("timeline", TASK, SCHEMA, EXAMPLE, parse, unit="dates", part="when")
