"""Lists, nested lists, Markdown headings and indented outlines: one tree, drawn as the introduction asks.

A text is an outline only as a whole: after the introduction come headings, groups (a short line with a list below)
and items, and nothing else. A paragraph anywhere makes it prose.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from backend.ai.diagram import Diagram, Flowchart, Item, Outline
from backend.ai.planner.asking import is_pure, names_kind
from backend.ai.planner.boards import board_of, is_board
from backend.ai.planner.flow import FlowBuilder
from backend.ai.planner.hierarchies import hierarchy_of
from backend.ai.planner.journeys import journey_of
from backend.ai.planner.jumps import plan_jumps
from backend.ai.planner.lead import Lead
from backend.ai.planner.lines import Line, plain_label, read_lines
from backend.ai.planner.text import clean, is_label
from backend.ai.planner.timelines import timeline_of
from backend.ai.planner.tree import LIST_STEP, Entry, Rank, mind_map, nest, to_item

MAX_GROUP_WORDS = 10
MAX_LINE_WORDS = 12  # of an outline made by indentation alone
MIN_INDENTED_LINES = 3


def plan_outline(text: str, lead: Lead) -> Diagram | None:
    """The list, outline, mind map, board, chain or tree that a text of lines is; None where it is not one."""
    lines = read_lines(text)
    listed = any(line.rank is not None for line in lines)
    entries = _listed(lines) if listed else _indented(lines, lead)
    if not entries:
        return None
    roots = nest(entries, LIST_STEP if listed else 1)
    title = lead.title
    if not lead.words and len(roots) == 1 and roots[0].children and roots[0].place[0] != Rank.ITEM:
        title, roots = roots[0].label, roots[0].children
    if len(roots) < 2 and not any(root.children for root in roots) and not lead.words:
        return None
    if any(is_pure(entry.label) and names_kind(entry.label) for entry in roots):
        return None  # “- draw this as a flow chart” is about the list
    ordered = all(root.ordered for root in roots)
    return _drawn(title, tuple(to_item(root) for root in roots), lead, ordered)


def _drawn(title: str, items: tuple[Item, ...], lead: Lead, ordered: bool) -> Diagram | None:
    """The diagram of the kind that was asked for; None for a kind that such a tree does not give."""
    if lead.kind == "board" or (lead.kind is None and is_board(items)):
        return board_of(title, items)
    if lead.kind == "mind_map":
        return mind_map(lead.subject, items, title)
    if lead.kind in {"org_chart", "timeline", "table"}:
        return _in_form(title, items, lead)
    nested = any(item.children for item in items)
    jumping = (
        plan_jumps(title, items, rightward=lead.rightward) if ordered and lead.kind in (None, "flowchart") else None
    )
    if jumping is not None:
        return jumping
    if lead.kind == "flowchart":
        return None if nested else _chain(title, items, rightward=lead.rightward)
    return Outline(title, items, "outline" if nested or lead.kind == "outline" else "list", ordered)


def _in_form(title: str, items: tuple[Item, ...], lead: Lead) -> Diagram | None:
    if lead.kind == "org_chart":
        return hierarchy_of(title, items)
    if lead.kind == "timeline":
        return timeline_of(title, items)
    return journey_of(title, items) if lead.form == "customer_journey" else None


def _listed(lines: Sequence[Line]) -> list[Entry] | None:
    """The entries of lines with headings or bullets; None if there is prose between them."""
    entries: list[Entry] = []
    previous: Line | None = None
    for index, line in enumerate(lines):
        following = lines[index + 1] if index + 1 < len(lines) else None
        if line.rank is not None:
            entries.append(Entry(line.text, (line.rank, *line.depth), line.ordered))
        elif _continues(line, previous):
            entries[-1].label = clean(f"{entries[-1].label} {plain_label(line.text)}")
            continue
        elif _is_group(line, following, entries):
            entries.append(Entry(plain_label(line.text.rstrip(":： ")), (Rank.GROUP, line.indent, 0)))
        else:
            return None
        previous = line
    return entries


def _continues(line: Line, item: Line | None) -> bool:
    """Whether a plain line goes on with the item above it: it is indented more, and no blank line is between."""
    return item is not None and item.rank == Rank.ITEM and line.indent > item.indent and not line.after_blank


def _is_group(line: Line, following: Line | None, before: Sequence[Entry]) -> bool:
    """Whether a plain line heads the list below it. The last of several such lines may have no list: ``Done:``."""
    if not is_label(line.text, words=MAX_GROUP_WORDS) or line.text.endswith((".", "!", "。", ";", ",")):
        return False
    if following and following.rank == Rank.ITEM:
        return True
    return line.text.endswith((":", "：")) and any(entry.place[0] == Rank.GROUP for entry in before)


def _indented(lines: Sequence[Line], lead: Lead) -> list[Entry] | None:
    """The entries of lines without any marks. Without an introduction, indentation alone must say that it is one."""
    short = all(is_label(line.text, words=MAX_LINE_WORDS) for line in lines)
    if not short or not lines or lines[0].indent > min(line.indent for line in lines):
        return None
    if any(line.text.endswith((".", "!", "。", ",", ";", "{")) for line in lines):
        return None
    steps = any(line.indent > lines[0].indent for line in lines)
    if lead.kind in {None, "table"} and not (steps and len(lines) >= MIN_INDENTED_LINES):
        return None
    if lead.kind is not None and len(lines) < 2:
        return None
    return [Entry(clean(line.text.rstrip(":：")), (Rank.ITEM, *line.depth)) for line in lines]


def _chain(title: str, items: Sequence[Item], *, rightward: bool) -> Flowchart:
    """Steps in the order of a list. Two steps of the same name are two steps."""
    flow = FlowBuilder()
    keys = [flow.node(item.label, identity=f"{number}") for number, item in enumerate(items)]
    for source, target in itertools.pairwise(keys):
        flow.edge(source, target)
    return flow.finish(title, "right" if rightward else "down")
