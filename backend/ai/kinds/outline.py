"""Lists and outlines: items, with at most two levels below each."""

from __future__ import annotations

from typing import Any

from backend.ai.diagram import Item, Outline
from backend.ai.kinds.kind import TEXT, Json, Kind, label_of, many, record, rows_of, title_of

# Three levels spelt out instead of a recursive schema: grammars of small servers do not recurse.
CHILDREN = many(record(label=TEXT, children=many(TEXT, 0)), 0)
ITEMS = many(record(label=TEXT, children=CHILDREN))
SCHEMA = record(title=TEXT, ordered={"type": "boolean"}, items=ITEMS)

TASK = (
    "Write a list. Each item has a short concrete label; “children” holds the items below it, and is empty when there "
    "are none. “ordered” is true when the order of the items matters."
)

EXAMPLE = (
    "what to pack for a weekend in the mountains",
    {
        "title": "Mountain weekend",
        "ordered": False,
        "items": [
            {"label": "Clothes", "children": [{"label": "Rain jacket", "children": []}]},
            {"label": "Food", "children": [{"label": "Breakfast", "children": ["Oats", "Dried fruit"]}]},
            {"label": "Map and compass", "children": []},
        ],
    },
)


def parse(answer: Json) -> Outline:
    """A list when no item has children, an outline otherwise."""
    items = items_of(answer["items"])
    nested = any(item.children for item in items)
    return Outline(
        title_of(answer["title"]),
        items,
        form="outline" if nested else "list",
        ordered=answer.get("ordered") is True,
    )


def items_of(value: Any) -> tuple[Item, ...]:
    """Items of the schema above: objects with a label and children, or bare labels. What stands there twice is drawn once."""
    items = (
        Item(label_of(row["label"]), items_of(row.get("children", [])))
        if isinstance(row, dict)
        else Item(label_of(row))
        for row in rows_of(value)
    )
    return tuple(dict.fromkeys(items))


LIST_TASK = "Write a list of short concrete items. “ordered” is true when their order matters."

LIST_EXAMPLE = (
    "what to pack for a weekend in the mountains",
    {
        "title": "Mountain weekend",
        "ordered": False,
        "items": [{"label": "Rain jacket"}, {"label": "Oats"}, {"label": "Map and compass"}, {"label": "Head torch"}],
    },
)

LIST = Kind(
    "list",
    LIST_TASK,
    record(title=TEXT, ordered={"type": "boolean"}, items=many(record(label=TEXT))),
    LIST_EXAMPLE,
    parse,
    unit="items",
    part="label",
)
OUTLINE = Kind("outline", TASK, SCHEMA, EXAMPLE, parse, unit="items", part="label")
