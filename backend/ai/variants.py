"""Another version of what the planner drew: the other way round, as another kind of outline, or in other colours.

A model that is asked again says something else; the planner would draw the same.
"""

from __future__ import annotations

from dataclasses import replace

from backend.ai.diagram import Diagram, Flowchart, Outline


def variant_of(diagram: Diagram, number: int) -> tuple[Diagram, int]:
    """The diagram as its ``number``-th variant looks (0: as it is), and how many colour schemes further it is drawn.

    No two in a row look the same: what has two forms takes turns, and with each turn the colours change.
    """
    other = _other_form(diagram)
    if other is None:
        return diagram, number
    return (other if number % 2 else diagram), number // 2


def _other_form(diagram: Diagram) -> Diagram | None:
    if isinstance(diagram, Flowchart):
        return replace(diagram, direction="right" if diagram.direction == "down" else "down")
    if isinstance(diagram, Outline) and diagram.form == "mind_map":
        return replace(diagram, form="outline")
    if isinstance(diagram, Outline) and diagram.title and not diagram.ordered:
        return replace(diagram, form="mind_map")
    return None
