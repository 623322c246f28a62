"""Instructions to a diagram: each notation is tried in turn, the ones that are hardest to mistake first.

1. Mermaid, by its header, or by a ``mermaid`` fence
2. “Compare A and B by …”
3. Markdown tables; CSV
4. Mermaid statements without their header; timelines; organisation charts; arrow notation
5. customer journeys; boards by columns on lines; columns enumerated in the introduction
6. enumerations behind an introduction (mind map, list)
7. lists, headings, indented outlines

The form follows from the introduction, or from the names of columns.

Whatever none of them reads with certainty is None: it is for a model.
"""

from __future__ import annotations

from backend.ai.diagram import Diagram, diagram_problems
from backend.ai.planner.arrow_notation import plan_arrows
from backend.ai.planner.boards import plan_board, plan_empty_board
from backend.ai.planner.enumerations import plan_enumeration
from backend.ai.planner.errors import PlanError
from backend.ai.planner.forms import with_form
from backend.ai.planner.hierarchies import plan_hierarchy
from backend.ai.planner.journeys import plan_journey
from backend.ai.planner.lead import Lead, read_lead, split_lead
from backend.ai.planner.mermaid import OTHER_DIAGRAM, plan_bare_mermaid, plan_mermaid, strip_front_matter
from backend.ai.planner.mermaid_lists import plan_mermaid_list
from backend.ai.planner.mermaid_mind_map import plan_mermaid_mind_map
from backend.ai.planner.outlines import plan_outline
from backend.ai.planner.tables import plan_comparison, plan_csv, plan_markdown_table
from backend.ai.planner.text import normalise, unfence
from backend.ai.planner.timelines import plan_timeline

MAX_INPUT = 100_000  # characters


def plan_diagram(instructions: str) -> Diagram | None:
    """The diagram that the instructions spell out; None where they do not, with certainty.

    Raises PlanError when they are clearly in a notation, but wrong in it, or ask for too much at once.
    """
    if len(instructions) > MAX_INPUT:
        raise PlanError(f"The instructions are longer than {MAX_INPUT} characters.")
    text, language = unfence(normalise(instructions))
    diagram = _planned(text, language) if text.strip() else None
    problems = diagram_problems(diagram) if diagram else []
    if problems:
        raise PlanError(" ".join(problems))
    return diagram


def _planned(text: str, language: str | None) -> Diagram | None:
    if OTHER_DIAGRAM.match(strip_front_matter(text)[1]):
        return None
    mermaid = (
        plan_mermaid_mind_map(text) or plan_mermaid_list(text) or plan_mermaid(text, certain=language == "mermaid")
    )
    if mermaid or (compared := plan_comparison(text)):
        return mermaid or compared
    lead, body = split_lead(text)
    if lead.thinking or not body.strip():
        return None
    introduced = None
    if lead.words:
        introduced = (
            plan_mermaid_mind_map(body, lead.title)
            or plan_mermaid_list(body, lead.title)
            or plan_mermaid(body, lead.title)
        )
    return introduced or with_form(_in_notation(text, body, lead, language), lead)


def _in_notation(text: str, body: str, lead: Lead, language: str | None) -> Diagram | None:
    return (
        plan_markdown_table(body, lead)
        or plan_csv(body, lead, language)
        or plan_bare_mermaid(body, lead.title)
        or plan_timeline(body, lead)
        or plan_hierarchy(body, lead)
        or plan_arrows(body, lead)
        or plan_journey(body, lead)
        or plan_board(body, lead)
        or (None if lead.words else plan_empty_board(text, read_lead(text)))
        or plan_enumeration(body, lead)
        or plan_outline(body, lead)
    )
