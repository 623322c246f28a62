"""What is wrong with a diagram that could be drawn: reasons to ask a model once more, not to draw nothing.

Each complaint tells the model what to do better.
"""

from __future__ import annotations

from backend.ai.diagram import Board, Diagram, Outline, Table, Timeline, labels_of
from backend.ai.language import differs, language_of, own_words
from backend.ai.named import missing, things_named

MOST_EMPTY = 0.5  # share of the cells
SEVERAL = 2  # dates of a timeline, branches of a mind map, steps


def complaints(diagram: Diagram, instructions: str) -> list[str]:
    """Every reason, as a sentence for the model; none for a diagram that is as it was asked for."""
    labels = [label for label in labels_of(diagram) if label]
    found = []
    language = language_of(instructions)
    if language is not None and differs(own_words([diagram.title, *labels], instructions), language):
        found.append(f"It is not written in {language}. Write every text in {language}.")
    lost = missing(things_named(instructions), [diagram.title, *labels])
    if lost:
        found.append(f"This is missing in it: {'; '.join(lost)}.")
    twice = _persons_twice(diagram, instructions)
    if twice:
        found.append(f"Nobody stands in it twice, but {', '.join(twice)} does.")
    if _is_thin(diagram):
        found.append("There is next to nothing in it. Say more.")
    return found


def _persons_twice(diagram: Diagram, instructions: str) -> list[str]:
    """Who is named in the instructions and has two places in the organisation."""
    if diagram.kind != "organisation_chart":
        return []
    labels = [label.casefold() for label in labels_of(diagram)]
    return [name for name in things_named(instructions) if labels.count(name.casefold()) > 1]


def _is_thin(diagram: Diagram) -> bool:
    """Whether it is a frame without a picture."""
    match diagram:
        case Board():
            return not any(column.cards for column in diagram.columns)
        case Table():
            cells = [cell for row in diagram.rows for cell in row[1:]]
            return sum(not cell for cell in cells) > MOST_EMPTY * len(cells)
        case Timeline():
            return len(diagram.periods) < SEVERAL
        case Outline():
            return diagram.form == "mind_map" and len(diagram.items) < SEVERAL
        case _:
            return len(diagram.nodes) < SEVERAL
