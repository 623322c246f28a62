"""Organisation charts: trees by parentheses, ``CEO: CTO, CFO; CTO: Dev, QA``, and trees of items."""

from __future__ import annotations

from collections.abc import Sequence

from backend.ai.diagram import Flowchart, Item
from backend.ai.planner.flow import FlowBuilder
from backend.ai.planner.groups import is_prose, nested_items, read_groups
from backend.ai.planner.lead import Lead
from backend.ai.planner.lines import has_marks
from backend.ai.planner.text import is_label

MAX_ROLE_WORDS = 10


def plan_hierarchy(body: str, lead: Lead) -> Flowchart | None:
    """The organisation chart behind an introduction; None for prose. Lists are read by ``outlines``."""
    if lead.kind != "org_chart" or has_marks(body) or is_prose(body):
        return None
    groups = read_groups(body)
    if groups and all(group.items for group in groups):
        flow = FlowBuilder()
        for group in groups:
            above = flow.node(group.name)
            for item in group.items:
                flow.edge(above, flow.node(item))
        chart = flow.finish(lead.title, infer="nothing")
    else:
        items = nested_items(body) if "\n" not in body.strip() and "(" in body.replace("（", "(") else None
        if not items or not any(item.children for item in items):
            return None
        chart = hierarchy_of(lead.title, items)
    return chart if all(is_label(node.label, words=MAX_ROLE_WORDS) for node in chart.nodes) else None


def hierarchy_of(title: str, items: Sequence[Item]) -> Flowchart:
    """Who reports to whom: a tree of rectangles from top to bottom."""
    flow = FlowBuilder()
    pending: list[tuple[str | None, Item]] = [(None, item) for item in reversed(items)]
    count = 0
    while pending:
        parent, item = pending.pop()
        count += 1
        key = flow.node(item.label, identity=f"{count}")
        if parent is not None:
            flow.edge(parent, key)
        pending.extend((key, child) for child in reversed(item.children))
    return flow.finish(title, infer="nothing")
