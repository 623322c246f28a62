"""Changes to a diagram that is already on a canvas, as a person says them: by the labels of what is meant, not by ids.

The planner and the model providers make these; ``backend.ai.drawing.apply_operations`` finds the elements and
changes them. Targets are labels that exist on the canvas when the operation's turn comes (an ``AddNode`` may be
the target of a later operation).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from backend.ai.diagram import Diagram, Shape


@dataclass(frozen=True, slots=True)
class AddNode:
    """A new node. With ``after`` and ``before`` it goes between the two: their arrow is replaced by two.

    With ``after`` alone it is put behind that node: when that node has exactly one arrow out, the new node is spliced
    into it; otherwise it becomes a further branch. ``before`` alone likewise with the arrows in. With neither, it
    is tied by the ``Connect`` operations that follow, and has its place beside what they tie it to; without any, it
    stands free. ``edge_label`` is the label of the arrow that leads to it. A ``branch`` is never spliced in: it follows
    ``after`` besides what follows already.
    """

    label: str
    after: str | None = None
    before: str | None = None
    shape: Shape = "rectangle"
    edge_label: str = ""
    branch: bool = False


@dataclass(frozen=True, slots=True)
class Connect:
    """A new arrow; when there is one already between the two in this direction, only its label changes."""

    source: str
    target: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Disconnect:
    """Remove the arrows between the two, in either direction."""

    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Rename:
    """Replace the text of a node."""

    target: str
    label: str


Colour = Literal["red", "orange", "yellow", "green", "teal", "blue", "purple", "pink", "grey", "white"]


@dataclass(frozen=True, slots=True)
class Recolour:
    """Give a node another colour: its border and what fills it. Its text stays readable."""

    target: str
    colour: Colour


@dataclass(frozen=True, slots=True)
class ReplaceText:
    """Every text that is exactly ``old`` becomes ``new``: of nodes, however many, and of arrows."""

    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Remove:
    """Remove a node with its text and its arrows."""

    target: str


@dataclass(frozen=True, slots=True)
class AddDiagram:
    """Draw a further diagram beside what is there."""

    diagram: Diagram


@dataclass(frozen=True, slots=True)
class TidyUp:
    """Lay out anew what arrows join: of the selection, or of the whole canvas. The one operation that moves things."""


Operation = AddNode | Connect | Disconnect | Rename | Recolour | ReplaceText | Remove | AddDiagram | TidyUp
