"""Which form a diagram gets: the one that is named, or that everyday words speak of, else the one that a model chooses.

A small model that only gets the names of the forms takes the last ones. It chooses well after examples, and of fewer forms: those
with fixed parts, a SWOT analysis say, are what somebody wants who names them.
"""

from __future__ import annotations

import re

from backend.ai.kinds.cues import form_spoken_of
from backend.ai.kinds.forms import BY_NAME, Form, form_by_words
from backend.ai.kinds.kind import Json, one_of, record
from backend.ai.planner.asking import kind_of

PURPOSES = {
    "flowchart": "how something works, happens or is done: steps, decisions, cases",
    "mind_map": "ideas, aspects, causes, topics around one subject",
    "list": "things to buy, pack, check or do, one below the other",
    "outline": "chapters, modules or groups, each with its parts",
    "timeline": "history, a life, milestones, plans by date",
    "table": "a schedule, or figures and facts in rows and columns",
    "comparison": "two or more options against each other",
    "board": "cards sorted into columns, such as open, in work, done",
    "organisation_chart": "people or roles and who leads whom",
}
EXAMPLES = (
    ("what to do when the heating fails", "flowchart"),
    ("gift ideas for my father", "mind_map"),
    ("Bob or bus for the ski trip: which is better?", "comparison"),
    ("so läuft bei uns eine Bestellung ab", "flowchart"),
    ("things to buy for the barbecue", "list"),
    ("the life of Mozart", "timeline"),
    ("who leads whom in a theatre", "organisation_chart"),
    ("which family member cooks on which weekday", "table"),
    ("comment une lettre arrive chez son destinataire", "flowchart"),
    ("chapters of a book about bees", "outline"),
    ("garden work: still open, in progress, finished", "board"),
    ("el proyecto mes a mes hasta la entrega", "timeline"),
)
TASK = "Choose the form of diagram that fits a request.\n" + "\n".join(
    f"{name}: {purpose}" for name, purpose in PURPOSES.items()
)

# What stands between things of which there are several.
_SEVERAL = re.compile(
    r"[,;/、，،]|\b(?:or|and|oder|und|ou|et|o|u|y|e|или|и|vs|अथवा|या|और)\b|和|与|或|と|\bأو\b|\sو", re.IGNORECASE
)

_NAMES_OF_PLANNER = {"org_chart": "organisation_chart"}


def plain_form(instructions: str) -> Form | None:
    """The form that needs no choice, because of the words in the instructions."""
    named = form_by_words(instructions)
    if named is not None:
        return named
    in_planner, _ = kind_of(instructions, weak=False)  # its names are in more languages
    spoken_of = _NAMES_OF_PLANNER.get(in_planner, in_planner) if in_planner else form_spoken_of(instructions)
    return None if spoken_of is None else BY_NAME[spoken_of]


def choice_schema(instructions: str) -> Json:
    """The schema of a choice. One thing alone is compared with nothing."""
    several = _SEVERAL.search(instructions) is not None
    return record(form=one_of(*(name for name in PURPOSES if several or name != "comparison")))
