"""What a diagram is called beyond its notation: a board with strengths and threats is a SWOT analysis."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from backend.ai.diagram import Board, BoardForm, Diagram, Flowchart, Table
from backend.ai.planner import vocabulary as words
from backend.ai.planner.lead import Lead

MIN_NAMED_COLUMNS = 3  # of a SWOT analysis or a retrospective that nobody calls one
_EDGES = re.compile(r"^[\W_]+|[\W_]+$")


def with_form(diagram: Diagram | None, lead: Lead) -> Diagram | None:
    """The diagram in the form that its introduction or its columns say."""
    if isinstance(diagram, Board):
        return replace(diagram, form=_board_form(lead, (column.name for column in diagram.columns)))
    if isinstance(diagram, Table) and lead.form == "comparison":
        return replace(diagram, form="comparison")
    if isinstance(diagram, Table) and lead.form == "customer_journey":
        return replace(diagram, form="customer_journey")
    if isinstance(diagram, Flowchart) and lead.form == "org_chart":
        nodes = tuple(replace(node, shape="rectangle") for node in diagram.nodes)
        return replace(diagram, nodes=nodes, form="organisation_chart")
    return diagram


def _board_form(lead: Lead, names: Iterable[str]) -> BoardForm:
    if lead.form == "swot":
        return "swot"
    if lead.form == "retrospective":
        return "retrospective"
    plain = {_EDGES.sub("", name).casefold() for name in names}
    known: tuple[tuple[BoardForm, str], ...] = (
        ("swot", words.SWOT_COLUMNS),
        ("retrospective", words.RETROSPECTIVE_COLUMNS),
    )
    for form, columns in known:
        if len(plain & words.vocabulary_set(columns)) >= MIN_NAMED_COLUMNS:
            return form
    return "board"
