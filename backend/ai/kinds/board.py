"""Boards: columns of cards."""

from __future__ import annotations

from backend.ai.diagram import MAX_COLUMNS, Board, Column
from backend.ai.kinds.kind import TEXT, Json, Kind, label_of, many, record, rows_of, title_of

SCHEMA = record(title=TEXT, columns=many(record(name=TEXT, cards=many(TEXT, 0)), 1, MAX_COLUMNS))

TASK = "Make a board: columns from left to right, each with a name and a few short concrete cards, none of them twice."

EXAMPLE = (
    "kanban board of a beekeeper",
    {
        "title": "Beekeeping",
        "columns": [
            {"name": "To do", "cards": ["Harvest the honey", "Order new frames", "Treat the mites"]},
            {"name": "Doing", "cards": ["Paint the hives", "Feed the young bees"]},
            {"name": "Done", "cards": ["Mark the queen", "Check the wax"]},
        ],
    },
)


def parse(answer: Json) -> Board:
    """Cards that stand twice in one column are drawn once."""
    columns = tuple(
        Column(label_of(column["name"]), tuple(dict.fromkeys(label_of(card) for card in rows_of(column["cards"]))))
        for column in rows_of(answer["columns"])
    )
    return Board(title_of(answer["title"]), columns)


BOARD = Kind("board", TASK, SCHEMA, EXAMPLE, parse, unit="columns", part="name")
