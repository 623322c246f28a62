"""Tables: a header and rows."""

from __future__ import annotations

from backend.ai.calling.chain import AnswerError
from backend.ai.diagram import MAX_COLUMNS, Table
from backend.ai.kinds.kind import TEXT, Json, Kind, label_of, many, record, rows_of, text_of, title_of

SCHEMA = record(title=TEXT, header=many(TEXT, 1, MAX_COLUMNS), rows=many(record(cells=many(TEXT, 1, MAX_COLUMNS))))

TASK = (
    "Make a table. The header names the columns; each row is one thing, and has exactly one short cell for each column."
)

EXAMPLE = (
    "table of hand tools",
    {
        "title": "Hand tools",
        "header": ["Tool", "Used for", "Price"],
        "rows": [
            {"cells": ["Hammer", "Nails", "$15"]},
            {"cells": ["Saw", "Wood", "$25"]},
            {"cells": ["Pliers", "Wire", "$12"]},
        ],
    },
)


def parse(answer: Json) -> Table:
    """Short rows are filled up with empty cells, equal ones drawn once; a row that is too long cannot be mended here."""
    header = tuple(text_of(name) for name in rows_of(answer["header"]))
    if not any(header):
        raise AnswerError("The header is empty. Name the columns.")
    rows = tuple(tuple(text_of(cell) for cell in rows_of(row["cells"])) for row in rows_of(answer["rows"]))
    long = next((number for number, row in enumerate(rows, 1) if len(row) > len(header)), None)
    if long is not None:
        raise AnswerError(f"Row {long} has more cells than the header has columns ({len(header)}).")
    if not any(any(row) for row in rows):
        raise AnswerError("All cells are empty.")
    filled = tuple(dict.fromkeys(row + ("",) * (len(header) - len(row)) for row in rows))
    return Table(label_of(title_of(answer["title"]) or " ".join(filter(None, header))), header, filled)


TABLE = Kind("table", TASK, SCHEMA, EXAMPLE, parse, unit="rows", part="cells")
