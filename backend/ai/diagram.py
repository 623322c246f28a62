"""What the AI draws, before it has a place: flow charts, outlines, boards, tables and timelines, without any geometry.

A form is how one of them is drawn and what it is called: a SWOT analysis is a board, an organisation chart a flow chart.

The planner and the model providers make these; ``backend.ai.drawing`` lays them out. All are frozen, comparable data.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

MAX_NODES = 500  # boxes with text in one diagram: nodes, items, columns and cards, or cells
MAX_EDGES = 1_000
MAX_LABEL = 10_000  # characters
MAX_DEPTH = 50  # levels of an outline; drawing and printing go through it recursively
MAX_COLUMNS = 50  # of a board or a table

Shape = Literal["rectangle", "ellipse", "diamond"]
Direction = Literal["down", "right"]
FlowForm = Literal["flowchart", "organisation_chart"]
OutlineForm = Literal["list", "outline", "mind_map"]
BoardForm = Literal["board", "swot", "retrospective"]
TableForm = Literal["table", "comparison", "customer_journey"]


@dataclass(frozen=True, slots=True)
class Node:
    """A box of a flow chart. ``key`` is unique in its chart and stable: the same instructions give the same keys."""

    key: str
    label: str
    shape: Shape = "rectangle"


@dataclass(frozen=True, slots=True)
class Edge:
    """An arrow between two nodes, named by their keys."""

    source: str
    target: str
    label: str = ""
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Flowchart:
    """Nodes in the order in which they were first mentioned, and the arrows between them."""

    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...] = ()
    direction: Direction = "down"
    form: FlowForm = "flowchart"

    @property
    def kind(self) -> str:
        """The name of this kind of diagram in results and events: its form."""
        return self.form


@dataclass(frozen=True, slots=True)
class Item:
    """An entry of an outline with the entries below it."""

    label: str
    children: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Outline:
    """A tree of items: a list, an outline with levels, or a mind map whose centre is the title.

    ``ordered`` means that the items of the first level are numbered; the numbers are not part of the labels.
    """

    title: str
    items: tuple[Item, ...]
    form: OutlineForm = "outline"
    ordered: bool = False

    @property
    def kind(self) -> str:
        """The name of this kind of diagram in results and events: its form."""
        return self.form


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a board with its cards from top to bottom."""

    name: str
    cards: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Board:
    """Columns of cards from left to right."""

    title: str
    columns: tuple[Column, ...]
    form: BoardForm = "board"

    @property
    def kind(self) -> str:
        """The name of this kind of diagram in results and events: its form."""
        return self.form


@dataclass(frozen=True, slots=True)
class Table:
    """A header and rows that are exactly as wide as it; an empty cell is ""."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = ()
    form: TableForm = "table"

    @property
    def kind(self) -> str:
        """The name of this kind of diagram in results and events: its form."""
        return self.form


@dataclass(frozen=True, slots=True)
class Period:
    """A date or a span of a timeline, as it is written, and what happens then."""

    when: str
    events: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Timeline:
    """Periods in the order given."""

    title: str
    periods: tuple[Period, ...]

    @property
    def kind(self) -> str:
        """The name of this kind of diagram in results and events."""
        return "timeline"


Diagram = Flowchart | Outline | Board | Table | Timeline


def labels_of(diagram: Diagram) -> Iterator[str]:
    """Every text that becomes a box, in reading order, without the title and the labels of arrows."""
    if isinstance(diagram, Flowchart):
        yield from (node.label for node in diagram.nodes)
    elif isinstance(diagram, Outline):
        yield from (item.label for _, item in walk(diagram.items))
    elif isinstance(diagram, Board):
        for column in diagram.columns:
            yield column.name
            yield from column.cards
    elif isinstance(diagram, Timeline):
        for period in diagram.periods:
            yield period.when
            yield from period.events
    else:
        for row in (diagram.header, *diagram.rows):
            yield from row


def walk(items: tuple[Item, ...]) -> Iterator[tuple[int, Item]]:
    """Each item with its level (from 0), parents before children. Iterative: data of any depth may be checked."""
    pending = [(0, item) for item in reversed(items)]
    while pending:
        level, item = pending.pop()
        yield level, item
        pending.extend((level + 1, child) for child in reversed(item.children))


def diagram_problems(diagram: Diagram) -> list[str]:
    """Why this diagram must not be drawn, as sentences for the person who asked; empty when it may be."""
    labels = list(labels_of(diagram))
    texts = [diagram.title, *labels]
    found: list[str] = []
    if isinstance(diagram, Flowchart):
        texts += [edge.label for edge in diagram.edges]
        found += _flowchart_problems(diagram)
    elif isinstance(diagram, Outline):
        if any(level >= MAX_DEPTH for level, _ in walk(diagram.items)):
            found.append(f"The outline is nested deeper than {MAX_DEPTH} levels.")
    elif not isinstance(diagram, Timeline):
        found += _grid_problems(diagram)
    if not labels:
        found.append("There is nothing to draw.")
    if len(labels) > MAX_NODES:
        found.append(f"There are {len(labels)} parts; at most {MAX_NODES} can be drawn at once.")
    if any(len(text) > MAX_LABEL for text in texts):
        found.append(f"A text is longer than {MAX_LABEL} characters.")
    return found


def _flowchart_problems(chart: Flowchart) -> list[str]:
    found = []
    keys = Counter(node.key for node in chart.nodes)
    found += [f"Two nodes have the key {key!r}." for key, count in keys.items() if count > 1]
    ends = {end for edge in chart.edges for end in (edge.source, edge.target)}
    found += [f"An arrow names the node {key!r}, which is not there." for key in sorted(ends - keys.keys())]
    if len(chart.edges) > MAX_EDGES:
        found.append(f"There are {len(chart.edges)} arrows; at most {MAX_EDGES} can be drawn at once.")
    return found


def _grid_problems(grid: Board | Table) -> list[str]:
    found = []
    width = len(grid.columns) if isinstance(grid, Board) else len(grid.header)
    if width > MAX_COLUMNS:
        found.append(f"There are {width} columns; at most {MAX_COLUMNS} can be drawn.")
    if isinstance(grid, Table):
        for number, row in enumerate(grid.rows, start=1):
            if len(row) != width:
                found.append(f"Row {number} has {len(row)} cells, the header has {width}.")
    return found
