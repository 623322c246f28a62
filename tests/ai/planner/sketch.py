"""A diagram or a list of operations as a few lines of text: what tables of examples and docs/planner.md compare."""

from __future__ import annotations

from collections.abc import Sequence

from backend.ai.diagram import Board, Diagram, Flowchart, Item, Outline, Table, Timeline
from backend.ai.operations import (
    AddDiagram,
    AddNode,
    Connect,
    Disconnect,
    Operation,
    Recolour,
    Remove,
    Rename,
    ReplaceText,
    TidyUp,
)

_AROUND = {"rectangle": "[{}]", "ellipse": "({})", "diamond": "<{}>"}


def sketch(diagram: Diagram | None) -> str:
    """The kind with its title on the first line, then what is in it."""
    if diagram is None:
        return "nothing"
    head = diagram.kind.replace("_", " ") + (f" “{diagram.title}”" if diagram.title else "")
    if isinstance(diagram, Flowchart):
        return "\n".join([head + (" to the right" if diagram.direction == "right" else ""), *_flow(diagram)])
    if isinstance(diagram, Outline):
        return "\n".join([head + (" in order" if diagram.ordered else ""), *_items(diagram.items, "- ")])
    if isinstance(diagram, Board):
        return "\n".join([head, *(f"{column.name}: {' / '.join(column.cards)}".rstrip() for column in diagram.columns)])
    if isinstance(diagram, Timeline):
        return "\n".join(
            [head, *(f"{period.when}: {' / '.join(period.events)}".rstrip() for period in diagram.periods)]
        )
    return "\n".join([head, *_rows(diagram)])


def sketch_operations(operations: Sequence[Operation] | None) -> str:
    """One operation a line."""
    return "nothing" if operations is None else "\n".join(map(_operation, operations))


def _flow(chart: Flowchart) -> list[str]:
    labels = {node.key: node.label for node in chart.nodes}
    nodes = " ".join(_AROUND[node.shape].format(node.label) for node in chart.nodes)
    arrows = []
    for edge in chart.edges:
        line = "┄" if edge.dashed else "─"
        arrows.append(f"{labels[edge.source]} {line}{edge.label}→ {labels[edge.target]}")
    return [nodes, *arrows]


def _items(items: Sequence[Item], prefix: str) -> list[str]:
    lines = []
    for item in items:
        lines += [prefix + item.label, *_items(item.children, f"  {prefix}")]
    return lines


def _rows(table: Table) -> list[str]:
    return [" | ".join(cell or "·" for cell in row) for row in (table.header, *table.rows)]


def _operation(operation: Operation) -> str:
    match operation:
        case AddNode(label, after, before, shape, edge_label):
            place = "".join(f" {word} {name}" for word, name in (("after", after), ("before", before)) if name)
            said = f"add {_AROUND[shape].format(label)}{place}" + (f" by {edge_label}" if edge_label else "")
        case Connect(source, target, label):
            said = f"connect {source} ─{label}→ {target}"
        case Disconnect(source, target):
            said = f"disconnect {source} and {target}"
        case Rename(target, label):
            said = f"rename {target} to {label}"
        case Recolour(target, colour):
            said = f"colour {target} {colour}"
        case ReplaceText(old, new):
            said = f"replace {old} by {new}"
        case Remove(target):
            said = f"remove {target}"
        case TidyUp():
            said = "tidy up"
        case AddDiagram(diagram):
            said = f"draw {sketch(diagram)}"
    return said
