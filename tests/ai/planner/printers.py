"""Diagrams printed in each notation that can say them: the other half of the round trips."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

from backend.ai.diagram import Board, Flowchart, Item, Outline, Table, Timeline
from backend.ai.operations import AddNode, Connect, Disconnect, Operation, Remove, Rename

_ARROW_BRACKETS = {"rectangle": "[{}]", "ellipse": "({})", "diamond": "{{{}}}"}
_MERMAID_BRACKETS = {"rectangle": '["{}"]', "ellipse": '(["{}"])', "diamond": '{{"{}"}}'}
_ASCII_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


def quoted(label: str) -> str:
    """In straight quotes, with those inside escaped."""
    return '"' + label.replace("\\", "\\\\").replace('"', '\\"') + '"'


def arrows(chart: Flowchart, separator: str = "\n") -> str:
    """Every node with its shape on a line of its own, then every arrow."""
    names = {node.key: quoted(node.label) for node in chart.nodes}
    lines = [_ARROW_BRACKETS[node.shape].format(names[node.key]) for node in chart.nodes]
    for edge in chart.edges:
        arrow = f"-[{quoted(edge.label)}]->" if edge.label else "-.->" if edge.dashed else "->"
        lines.append(f"{names[edge.source]} {arrow} {names[edge.target]}")
    return separator.join(lines)


def bare_arrows(chart: Flowchart) -> str:
    """Arrows without quotes, joined to chains where one goes on from the last; for labels that need no quotes."""
    names = {node.key: node.label for node in chart.nodes}
    statements: list[str] = []
    last = None
    for edge in chart.edges:
        arrow = f"-[{edge.label}]->" if edge.label else "->"
        if edge.source == last:
            statements[-1] += f" {arrow} {names[edge.target]}"
        else:
            statements.append(f"{names[edge.source]} {arrow} {names[edge.target]}")
        last = edge.target
    return "; ".join(statements)


def mermaid(chart: Flowchart) -> str:
    """A Mermaid flow chart with all labels quoted."""
    front = f"---\ntitle: {quoted(chart.title)}\n---\n" if chart.title else ""
    lines = [f"flowchart {'LR' if chart.direction == 'right' else 'TD'}"]
    lines += [f"  {node.key}{_MERMAID_BRACKETS[node.shape].format(entities(node.label))}" for node in chart.nodes]
    for edge in chart.edges:
        label = f'|"{entities(edge.label)}"|' if edge.label else ""
        lines.append(f"  {edge.source} {'-.->' if edge.dashed else '-->'}{label} {edge.target}")
    return front + "\n".join(lines)


def mermaid_mind_map(outline: Outline) -> str:
    """A Mermaid mind map with all labels quoted."""
    return "\n".join(["mindmap", f'  root(("{entities(outline.title)}"))', *_mind_map_lines(outline.items, 4)])


def markdown_list(outline: Outline, *, indent: int = 2, mark: str = "-", title: str = "# {}") -> str:
    """A nested list; numbered on the first level if it is ordered."""
    head = [title.format(escaped(outline.title)), ""] if outline.title else []
    return "\n".join([*head, *_list_lines(outline.items, 0, indent, mark, ordered=outline.ordered)])


def markdown_headings(outline: Outline) -> str:
    """The first two levels as headings, the others as a list below them."""
    lines = [f"# {escaped(outline.title)}"] if outline.title else []
    for item in outline.items:
        lines.append(f"## {escaped(item.label)}")
        for child in item.children:
            lines += [f"### {escaped(child.label)}", *_list_lines(child.children, 0, 2, "*", ordered=False)]
    return "\n".join(lines)


def indented(outline: Outline, unit: str) -> str:
    """Lines without marks, nested by indentation."""
    return "\n".join(_indented_lines(outline.items, "", unit))


def inline_mind_map(outline: Outline) -> str:
    """``Mind map of X: "a" ("b", "c"), "d"``."""
    return f"Mind map of {quoted(outline.title)}: {_inline(outline.items)}"


def board_groups(board: Board, separator: str) -> str:
    """``"To do": "a", "b"`` for each column."""
    columns = (f"{quoted(column.name)}: {', '.join(map(quoted, column.cards))}" for column in board.columns)
    return "Kanban board:\n" + separator.join(columns)


def board_headings(board: Board) -> str:
    """Columns as headings, cards as a list."""
    lines = ["Create a kanban board:", ""]
    for column in board.columns:
        lines += [f"## {escaped(column.name)}", *(f"- {escaped(card)}" for card in column.cards), ""]
    return "\n".join(lines)


def board_list(board: Board) -> str:
    """Columns as items, cards below them."""
    items = tuple(Item(column.name, tuple(map(Item, column.cards))) for column in board.columns)
    return "\n".join(["Kanban board:", *_list_lines(items, 0, 4, "*", ordered=False)])


def timeline_lines(timeline: Timeline, sign: str = ": ") -> str:
    """A line for each event, with its date in front."""
    lines = (f"{period.when}{sign}{quoted(event)}" for period in timeline.periods for event in period.events)
    return "\n".join(["Timeline:", *lines])


def timeline_list(timeline: Timeline) -> str:
    """Dates as items, events below them."""
    items = tuple(Item(period.when, tuple(map(Item, period.events))) for period in timeline.periods)
    return "\n".join(["Timeline:", *_list_lines(items, 0, 2, "-", ordered=False)])


def mermaid_timeline(timeline: Timeline) -> str:
    """Mermaid, which divides by colons: for labels without them."""
    lines = (f"  {period.when} : {' : '.join(map(entities, period.events))}" for period in timeline.periods)
    return "\n".join(["timeline", f"  title {timeline.title}", *lines])


def organisation_list(items: tuple[Item, ...]) -> str:
    """Who reports to whom, as a nested list."""
    return "\n".join(["Organisation chart:", *_list_lines(items, 0, 2, "-", ordered=False)])


def organisation_line(items: tuple[Item, ...]) -> str:
    """``Org chart: "CEO" ("CTO" ("Dev"), "CFO")``."""
    return f"Org chart: {_inline(items)}"


def swot_groups(board: Board, separator: str) -> str:
    """``Strengths: "a", "b"`` for each part."""
    return "SWOT analysis of Café:\n" + separator.join(
        f"{column.name}: {', '.join(map(quoted, column.cards))}" for column in board.columns
    )


def comparison(table: Table) -> str:
    """``Compare "A" and "B":`` with a line for each property."""
    things = ", ".join(map(quoted, table.header[1:]))
    lines = (f"{quoted(row[0])}: {', '.join(map(quoted, row[1:]))}" for row in table.rows)
    return "\n".join([f"Compare {things}:", *lines])


def markdown_table(table: Table) -> str:
    """A table with bars and a row of dashes."""
    rows = [f"| {' | '.join(escaped(cell) for cell in row)} |" for row in (table.header, *table.rows)]
    return "\n".join([f"# {escaped(table.title)}", "", rows[0], "|" + " --- |" * len(table.header), *rows[1:]])


def separated(table: Table, delimiter: str, quoting: int = csv.QUOTE_ALL) -> str:
    """CSV with any delimiter."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator="\n")  # type: ignore[arg-type]
    writer.writerows([table.header, *table.rows])
    return f"Table of {table.title}:\n{out.getvalue()}" if table.title else out.getvalue()


def command(operation: Operation, quote: str = "“{}”") -> str:
    """An operation as an English sentence."""

    def name(label: str) -> str:
        return quote.format(label)

    match operation:
        case AddNode(label, after, before):
            if after and before:
                return f"insert {name(label)} between {name(after)} and {name(before)}"
            return f"add {name(label)} {'after' if after else 'before'} {name(after or before or '')}"
        case Connect(source, target, label):
            return f"connect {name(source)} to {name(target)}" + (f" labelled {name(label)}" if label else "")
        case Disconnect(source, target):
            return f"disconnect {name(source)} from {name(target)}"
        case Rename(target, label):
            return f"rename {name(target)} to {name(label)}"
        case Remove(target):
            return f"remove {name(target)}"
    raise AssertionError(operation)


def entities(label: str) -> str:
    """A label as Mermaid writes characters that mean something to it."""
    for character in '#"`<|':
        code = f"#{ord(character)};"
        label = label.replace("#", "\0") if character == "#" else label.replace(character, code.replace("#", "\1"))
    return label.replace("\0", "#35;").replace("\1", "#")


def escaped(label: str) -> str:
    """A label in which Markdown finds nothing to read."""
    return _ASCII_PUNCTUATION.sub(r"\\\1", label)


def _mind_map_lines(items: Iterable[Item], indent: int) -> list[str]:
    lines = []
    for number, item in enumerate(items):
        lines += [f'{" " * indent}i{number}["{entities(item.label)}"]', *_mind_map_lines(item.children, indent + 2)]
    return lines


def _list_lines(items: Iterable[Item], level: int, indent: int, mark: str, *, ordered: bool) -> list[str]:
    lines = []
    for number, item in enumerate(items, start=1):
        sign = f"{number}." if ordered else mark
        lines.append(f"{' ' * indent * level}{sign} {escaped(item.label)}")
        lines += _list_lines(item.children, level + 1, indent, mark, ordered=False)
    return lines


def _indented_lines(items: Iterable[Item], indent: str, unit: str) -> list[str]:
    lines = []
    for item in items:
        lines += [indent + item.label, *_indented_lines(item.children, indent + unit, unit)]
    return lines


def _inline(items: Iterable[Item]) -> str:
    parts = (quoted(item.label) + (f" ({_inline(item.children)})" if item.children else "") for item in items)
    return ", ".join(parts)
