"""A canvas as those see it who plan changes to it: named nodes, and the arrows between them."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from backend.ai.drawing.completing import complete
from backend.ai.drawing.errors import DrawingError
from backend.ai.drawing.scene import SHAPES, ends

NAMES_SHOWN = 5


@dataclass(frozen=True, slots=True)
class NodeView:
    """A shape with text, or a text that stands alone (``kind`` "text")."""

    id: str
    label: str
    kind: str


@dataclass(frozen=True, slots=True)
class EdgeView:
    """An arrow between two nodes, by their ids."""

    id: str
    source: str
    target: str
    label: str


@dataclass(frozen=True)
class CanvasView:
    """Nodes and edges in the order of the elements."""

    nodes: tuple[NodeView, ...]
    edges: tuple[EdgeView, ...]
    preferred: frozenset[str] = frozenset()  # ids: of several nodes of one name these are meant

    def within(self, ids: Collection[str]) -> CanvasView:
        """What of it is in a selection; all of it when nothing is."""
        nodes = tuple(node for node in self.nodes if node.id in ids)
        names = {node.id for node in nodes}
        edges = tuple(edge for edge in self.edges if edge.source in names and edge.target in names)
        return CanvasView(nodes, edges, frozenset(names)) if nodes else self

    @cached_property
    def labels(self) -> list[str]:
        """The label of every node, each once."""
        return list(dict.fromkeys(node.label for node in self.nodes))

    @cached_property
    def arrows(self) -> list[tuple[str, str, str]]:
        """Every edge as labels: from, to, and its own."""
        names = {node.id: node.label for node in self.nodes}
        return [(names[edge.source], names[edge.target], edge.label) for edge in self.edges]

    def find(self, label: str) -> NodeView:
        """The node that a person means by this label: spelled exactly so first, then whatever its case and spaces.

        Shapes go before texts that stand alone, such as a title. Raises ``DrawingError`` if there is none or more than one.
        """
        wanted = one_line(label)
        exact = [node for node in self.nodes if node.label == wanted]
        alike = [node for node in self.nodes if node.label.casefold() == wanted.casefold()]
        for named in (exact, alike):
            found = [node for node in named if node.kind != "text"] or named
            found = [node for node in found if node.id in self.preferred] or found
            if len(found) == 1:
                return found[0]
            if found:
                raise DrawingError(f"There are {len(found)} nodes named “{wanted}”. Rename one of them first.")
        raise DrawingError(f"There is no node named “{wanted}” on the canvas. {self._nearest(wanted)}")

    def _nearest(self, wanted: str) -> str:
        names = {name.casefold(): name for name in self.labels}
        near = difflib.get_close_matches(wanted.casefold(), names, n=NAMES_SHOWN, cutoff=0.4)
        shown = [names[name] for name in near] or self.labels[:NAMES_SHOWN]
        if not shown:
            return "It is empty."
        return f"Did you mean {_either(shown)}?" if near else f"There is {_either(shown)}."


def read_canvas(elements: Sequence[Mapping[str, Any]], preferred: Collection[str] = ()) -> CanvasView:
    """The nodes and edges of a canvas. Shapes without a text, and arrows with a loose end, are not among them."""
    living = {element["id"]: complete(element) for element in elements if not element.get("isDeleted")}
    inside: dict[str, str] = {}
    for element in living.values():
        if element["type"] == "text" and element["containerId"] in living:
            inside[element["containerId"]] = one_line(element["originalText"])
    nodes, known = [], set()
    for element in living.values():
        label = inside.get(element["id"], "") if element["type"] in SHAPES else ""
        if element["type"] == "text" and element["containerId"] not in living:
            label = one_line(element["originalText"])
        if label:
            nodes.append(NodeView(element["id"], label, element["type"]))
            known.add(element["id"])
    edges = []
    for element in living.values():
        source, target = ends(element)
        if element["type"] == "arrow" and source in known and target in known:
            edges.append(EdgeView(element["id"], str(source), str(target), inside.get(element["id"], "")))
    return CanvasView(tuple(nodes), tuple(edges), frozenset(preferred))


def one_line(text: str) -> str:
    """A label as one says it: line breaks and doubled spaces do not count."""
    return " ".join(text.split())


def _either(names: Sequence[str]) -> str:
    quoted = [f"“{name if len(name) <= 60 else name[:59] + '…'}”" for name in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} or {quoted[-1]}"
