"""Organisation charts: the head, and who reports to whom, at most four levels."""

from __future__ import annotations

from typing import Any

from backend.ai.diagram import Edge, Flowchart, Node
from backend.ai.kinds.kind import TEXT, Json, Kind, label_of, many, record, rows_of, title_of

# Levels spelt out instead of a recursive schema: grammars of small servers do not recurse.
MEMBERS = many(record(role=TEXT, reports=many(TEXT, 0)), 0)
SCHEMA = record(title=TEXT, head=TEXT, reports=many(record(role=TEXT, reports=MEMBERS), 0))

TASK = (
    "Make an organisation chart. “head” is the role at the top; “reports” lists the roles that report to it, each with those "
    "that report to them, and is empty when there are none. A role is a job title, with the name of the person where the "
    "instructions give one. Nobody stands in it twice."
)

EXAMPLE = (
    "org chart of a restaurant",
    {
        "title": "Restaurant",
        "head": "Owner",
        "reports": [
            {
                "role": "Head chef",
                "reports": [{"role": "Sous chef", "reports": ["Line cook"]}, {"role": "Dishwasher", "reports": []}],
            },
            {"role": "Floor manager", "reports": [{"role": "Waiter", "reports": []}]},
        ],
    },
)


def parse(answer: Json) -> Flowchart:
    """Roles become boxes with keys by their place in the tree: two line cooks are two people."""
    nodes: list[Node] = []
    edges: list[Edge] = []
    pending: list[tuple[str, str, Any]] = [("", "1", {"role": answer["head"], "reports": answer["reports"]})]
    while pending:
        above, key, row = pending.pop()
        role, reports = (row["role"], rows_of(row.get("reports", []))) if isinstance(row, dict) else (row, [])
        nodes.append(Node(key, label_of(role)))
        if above:
            edges.append(Edge(above, key))
        pending += [(key, f"{key}.{number}", report) for number, report in reversed(list(enumerate(reports, 1)))]
    return Flowchart(title_of(answer["title"]), tuple(nodes), tuple(edges), form="organisation_chart")


ORGANISATION_CHART = Kind("organisation_chart", TASK, SCHEMA, EXAMPLE, parse, unit="roles", part="role")
