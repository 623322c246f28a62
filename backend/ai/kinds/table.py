"""Tables: a header and rows. Also the form of comparisons and customer journeys."""

from __future__ import annotations

from backend.ai.diagram import MAX_COLUMNS, Table
from backend.ai.kinds.kind import TEXT, Json, Kind, label_of, many, record, rows_of, text_of, title_of
from backend.ai.providers.chain import AnswerError

SCHEMA = record(title=TEXT, header=many(TEXT, 1, MAX_COLUMNS), rows=many(record(cells=many(TEXT, 1, MAX_COLUMNS))))

TASK = (
    "Make a table. The header names the columns; each row has exactly one cell for each of them. In a comparison the "
    "columns after the first are the things compared, and each row is one property, named in its first cell."
)

EXAMPLE = (
    "compare train and bus",
    {
        "title": "Train or bus",
        "header": ["", "Train", "Bus"],
        "rows": [
            {"cells": ["Price", "$40", "$20"]},
            {"cells": ["Travel time", "2 h", "4 h"]},
            {"cells": ["Luggage", "Two bags", "One bag"]},
        ],
    },
)


def parse(answer: Json) -> Table:
    """Short rows are filled up with empty cells; a row that is too long cannot be mended here."""
    header = tuple(text_of(name) for name in rows_of(answer["header"]))
    if not any(header):
        raise AnswerError("The header is empty. Name the columns.")
    rows = tuple(tuple(text_of(cell) for cell in rows_of(row["cells"])) for row in rows_of(answer["rows"]))
    long = next((number for number, row in enumerate(rows, 1) if len(row) > len(header)), None)
    if long is not None:
        raise AnswerError(f"Row {long} has more cells than the header has columns ({len(header)}).")
    if not any(any(row) for row in rows):
        raise AnswerError("All cells are empty.")
    filled = tuple(row + ("",) * (len(header) - len(row)) for row in rows)
    return Table(label_of(title_of(answer["title"]) or " ".join(filter(None, header))), header, filled)


TABLE = Kind("table", TASK, SCHEMA, EXAMPLE, parse, unit="rows", marker='"cells"')
