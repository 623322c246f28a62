"""Mind maps, outlines and lists on one line: ``Mind map of coffee: beans (arabica, robusta), brewing``.

Only behind an introduction that names the kind; and only names, not sentences about them.
"""

from __future__ import annotations

from backend.ai.diagram import Item, Outline
from backend.ai.planner.groups import is_prose, nested_items, read_groups, split_name
from backend.ai.planner.lead import Lead
from backend.ai.planner.text import is_label
from backend.ai.planner.tree import mind_map

MAX_TOPIC_WORDS = 8


def plan_enumeration(body: str, lead: Lead) -> Outline | None:
    """The topics behind an introduction, with sub-topics in parentheses or behind colons; None for prose."""
    if lead.kind not in {"mind_map", "outline", "list"} or is_prose(body):
        return None
    items = _items(body)
    if not items or (len(items) == 1 and not items[0].children) or not all(_is_topic(item) for item in items):
        return None
    if lead.kind == "mind_map":
        return mind_map(lead.subject, items, lead.title)
    nested = any(item.children for item in items)
    return Outline(lead.title, items, "outline" if nested or lead.kind == "outline" else "list")


def _items(body: str) -> tuple[Item, ...] | None:
    groups = read_groups(body)
    if groups is None:
        return nested_items(body) if "\n" not in body.strip() else None
    if len(groups) > 1:
        return tuple(Item(group.name, tuple(Item(item) for item in group.items)) for group in groups)
    name, rest = split_name(body) or ("", "")
    children = nested_items(rest)
    return (Item(name, children),) if children else None


def _is_topic(item: Item) -> bool:
    return is_label(item.label, words=MAX_TOPIC_WORDS) and all(_is_topic(child) for child in item.children)
