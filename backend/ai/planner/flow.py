"""Building a flow chart: nodes found again by their label, arrows drawn once, shapes by what a node does."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Literal

from backend.ai.diagram import MAX_EDGES, MAX_NODES, Direction, Edge, Flowchart, Node, Shape
from backend.ai.planner.errors import PlanError
from backend.ai.planner.text import clean, same

QUESTION_MARKS = ("?", "？", "؟")
# With fewer nodes it is a relation, not a flow with a beginning and an end.
FLOW_NODES = 3


@dataclass(frozen=True, slots=True)
class _Arrow:
    edge: Edge
    conditional: bool


class FlowBuilder:
    """Collects nodes and arrows in the order of the text. Keys are ``n1``, ``n2`` … in the order of first mention."""

    def __init__(self) -> None:
        self._nodes: dict[str, Node] = {}
        self._explicit: set[str] = set()
        self._labels: dict[str, str] = {}
        self._arrows: dict[tuple[str, str, str], _Arrow] = {}
        self._exits: dict[str, set[str]] = {}

    def node(self, label: str, shape: Shape | None = None, *, identity: str | None = None) -> str:
        """Key of the node with this label (case and blanks do not count), made if there is none.

        ``identity`` names the node where labels may repeat; the label given last then counts. Raises PlanError when
        there are too many.
        """
        name = same(label) if identity is None else identity
        found = self._nodes.get(name)
        if found is None:
            if len(self._nodes) >= MAX_NODES:
                raise PlanError(f"There are more than {MAX_NODES} boxes; draw it in several steps.")
            found = Node(f"n{len(self._nodes) + 1}", clean(label))
        elif identity is not None:
            found = replace(found, label=clean(label))
        if shape is not None:
            found = replace(found, shape=shape)
            self._explicit.add(found.key)
        self._nodes[name] = found
        self._labels[found.key] = found.label
        return found.key

    def has(self, identity: str) -> bool:
        """Whether a node of this identity is known."""
        return identity in self._nodes

    def key_of(self, identity: str) -> str:
        """Key of a node that is known."""
        return self._nodes[identity].key

    def label_of(self, key: str) -> str:
        """The label of a node that is known."""
        return self._labels[key]

    def edge(
        self, source: str, target: str, label: str = "", *, dashed: bool = False, conditional: bool = False
    ) -> None:
        """An arrow; the same one said twice is one. Raises PlanError when there are too many."""
        if len(self._arrows) >= MAX_EDGES:
            raise PlanError(f"There are more than {MAX_EDGES} arrows; draw it in several steps.")
        label = clean(label)
        self._exits.setdefault(source, set()).add(same(label))
        self._arrows.setdefault((source, target, same(label)), _Arrow(Edge(source, target, label, dashed), conditional))

    def has_exit(self, key: str) -> bool:
        """Whether an arrow leaves the node."""
        return key in self._exits

    def has_exit_labelled(self, key: str, label: str) -> bool:
        """Whether an arrow with this label leaves the node."""
        return same(label) in self._exits.get(key, ())

    def finish(
        self, title: str, direction: Direction = "down", *, infer: Literal["all", "decisions", "nothing"] = "all"
    ) -> Flowchart:
        """The chart. Shapes that nobody gave are inferred: see ``_inferred``."""
        edges = tuple(arrow.edge for arrow in self._arrows.values())
        nodes = tuple(self._nodes.values())
        if infer != "nothing" and nodes:
            nodes = tuple(self._inferred(nodes, edges, ends=infer == "all"))
        return Flowchart(title, nodes, edges, direction)

    def _inferred(self, nodes: tuple[Node, ...], edges: tuple[Edge, ...], *, ends: bool) -> list[Node]:
        """A question, or a step with several exits of which one is conditional, is a diamond; begin and end are ellipses.

        In a circle the node mentioned first is where it begins.
        """
        exits = Counter(edge.source for edge in edges)
        entries = Counter(edge.target for edge in edges if edge.target != edge.source)
        conditional = {arrow.edge.source for arrow in self._arrows.values() if arrow.conditional}
        starts = {node.key for node in nodes if exits[node.key] and not entries[node.key]} or {nodes[0].key}
        shaped = []
        for node in nodes:
            shape: Shape = "rectangle"
            if node.key in self._explicit:
                shape = node.shape
            elif node.label.endswith(QUESTION_MARKS) or (node.key in conditional and exits[node.key] > 1):
                shape = "diamond"
            elif (
                ends
                and len(nodes) >= FLOW_NODES
                and (node.key in starts or (entries[node.key] and not exits[node.key]))
            ):
                shape = "ellipse"
            shaped.append(replace(node, shape=shape))
        return shaped
