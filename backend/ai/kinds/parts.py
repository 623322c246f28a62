"""Fixed parts of a form, each a heading in the language of the instructions and a list of points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from backend.ai.diagram import Column
from backend.ai.kinds.kind import TEXT, Json, label_of, many, one_of, record, rows_of


def part_of(least: int) -> Json:
    """The schema of a part with at least so many points."""
    return record(heading=TEXT, points=many(TEXT, least, 12))


def headed_parts(schema: Json, headings: Mapping[str, str]) -> Json:
    """The schema of a form whose parts have these headings, and no others."""
    parts = {
        name: record(heading=one_of(headings[name]), points=part["properties"]["points"]) if name in headings else part
        for name, part in schema["properties"].items()
    }
    return record(**parts)


def columns_of(answer: Json, names: Sequence[str]) -> tuple[Column, ...]:
    """The parts of these names as columns; a point that stands twice in a part is drawn once."""
    parts = [answer[name] for name in names]
    return tuple(
        Column(label_of(part["heading"]), tuple(dict.fromkeys(label_of(point) for point in rows_of(part["points"]))))
        for part in parts
    )
