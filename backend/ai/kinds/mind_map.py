"""Mind maps: a topic in the centre, branches, and what belongs to each."""

from __future__ import annotations

from backend.ai.diagram import Outline
from backend.ai.kinds.kind import TEXT, Json, Kind, label_of, many, record
from backend.ai.kinds.outline import CHILDREN, items_of

SCHEMA = record(center=TEXT, branches=many(record(label=TEXT, children=CHILDREN), 2))

TASK = (
    "Draw a mind map: the topic in the centre, three to seven branches around it, and two to five short concrete "
    "children on each branch. A child may have children of its own."
)

EXAMPLE = (
    "learning a language",
    {
        "center": "Learning a language",
        "branches": [
            {
                "label": "Listening",
                "children": [
                    {"label": "Podcasts", "children": []},
                    {"label": "Films", "children": ["With subtitles", "Without"]},
                ],
            },
            {"label": "Speaking", "children": [{"label": "Find a tutor", "children": []}]},
            {"label": "Vocabulary", "children": [{"label": "Flash cards", "children": []}]},
        ],
    },
)


def parse(answer: Json) -> Outline:
    """The centre is the title."""
    return Outline(label_of(answer["center"]), items_of(answer["branches"]), form="mind_map")


MIND_MAP = Kind("mind_map", TASK, SCHEMA, EXAMPLE, parse, unit="branches and leaves", part="label")
