"""What is wrong with a diagram that could be drawn: reasons to ask a model once more, not to draw nothing.

Each complaint tells the model what to do better.
"""

from __future__ import annotations

from collections import Counter

from backend.ai.diagram import Board, Diagram, Outline, Table, Timeline, labels_of
from backend.ai.language import differs, language_of, own_words
from backend.ai.named import missing, things_named
from backend.ai.planner.conditions import begins_condition
from backend.ai.planner.flow import QUESTION_MARKS

MOST_EMPTY = 0.5  # share of the cells
SEVERAL = 2  # dates of a timeline, branches of a mind map, steps
FEW = 3  # entries of a list, on whatever level


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
    cases = _cases_as_steps(diagram)
    if cases:
        found.append(
            f"{', '.join(cases)}: this is a case, no step. Ask a question in the step before; cases are its answers."
        )
    again = _cards_again(diagram)
    if again:
        found.append(f"A card stands in one column only, but these stand in several: {', '.join(again)}.")
    if _is_thin(diagram):
        found.append("There is next to nothing in it. Say more.")
    return found


def _persons_twice(diagram: Diagram, instructions: str) -> list[str]:
    """Who is named in the instructions and has two places in the organisation."""
    if diagram.kind != "organisation_chart":
        return []
    labels = [label.casefold() for label in labels_of(diagram)]
    return [name for name in things_named(instructions) if labels.count(name.casefold()) > 1]


def _cases_as_steps(diagram: Diagram) -> list[str]:
    """Steps like “If they are late, call them”: on a way that everybody goes they say the opposite of what is meant."""
    if diagram.kind != "flowchart":
        return []
    return [
        f"“{label}”" for label in labels_of(diagram) if begins_condition(label) and not label.endswith(QUESTION_MARKS)
    ]


def _cards_again(diagram: Diagram) -> list[str]:
    """Cards of more than one column."""
    if not isinstance(diagram, Board):
        return []
    counts = Counter(card for column in diagram.columns for card in dict.fromkeys(column.cards))
    return [f"“{card}”" for card, count in counts.items() if count > 1]


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
            if diagram.form == "mind_map":
                return len(diagram.items) < SEVERAL
            return sum(1 for _ in labels_of(diagram)) < FEW
        case _:
            return len(diagram.nodes) < SEVERAL
