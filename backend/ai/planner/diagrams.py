"""Instructions to a diagram: each notation is tried in turn, the ones that are hardest to mistake first."""

from __future__ import annotations

from backend.ai.diagram import Diagram, diagram_problems
from backend.ai.planner.arrow_notation import plan_arrows
from backend.ai.planner.errors import PlanError
from backend.ai.planner.lead import split_lead
from backend.ai.planner.text import normalise, unfence

MAX_INPUT = 100_000  # characters


def plan_diagram(instructions: str) -> Diagram | None:
    """The diagram that the instructions spell out; None where they do not, with certainty.

    Raises PlanError when they are clearly in a notation, but wrong in it, or ask for too much at once.
    """
    if len(instructions) > MAX_INPUT:
        raise PlanError(f"The instructions are longer than {MAX_INPUT} characters.")
    text, _ = unfence(normalise(instructions))
    lead, body = split_lead(text)
    if lead.thinking or not body.strip():
        return None
    diagram = plan_arrows(body, lead)
    if diagram is None:
        return None
    problems = diagram_problems(diagram)
    if problems:
        raise PlanError(" ".join(problems))
    return diagram
