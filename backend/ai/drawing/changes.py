"""Changes to what is on a canvas: new nodes, arrows, names. Whatever an operation does not speak of stays as it is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, assert_never
from uuid import UUID

from backend.ai.drawing.connecting import connect, disconnect, redirect, relabel
from backend.ai.drawing.draw import draw_in_theme
from backend.ai.drawing.elements import Element, Writer
from backend.ai.drawing.errors import DrawingError
from backend.ai.drawing.growing import rename
from backend.ai.drawing.inserting import alone, beside, between
from backend.ai.drawing.newcomers import NewShapes
from backend.ai.drawing.restyle import recolour
from backend.ai.drawing.scene import Scene, ends
from backend.ai.drawing.sizing import shape_size
from backend.ai.drawing.themes import COLOURS, Theme, theme_of
from backend.ai.drawing.tidying import tidy_up
from backend.ai.drawing.tokens import clean
from backend.ai.drawing.view import CanvasView, read_canvas
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

NODE_SIZE = 16


def apply_operations(
    elements: Sequence[Mapping[str, Any]],
    operations: Sequence[Operation],
    *,
    job_id: UUID,
    scheme: str = "default",
    style: str = "clean",
    preferred: Collection[str] = (),
    first: int = 0,
) -> list[Element]:
    """The elements that the operations change, one version on, and those that they add; all others are left out.

    ``elements`` are all of the canvas, deleted ones too; of several nodes with one name those among ``preferred`` ids are
    meant, and only those are tidied up. Nothing else moves: a new node goes into free space near its
    neighbours and looks like them; a shape grows for a longer name only where there is room. Removing a node removes
    its text and its arrows, and nothing closes the gap. A node added behind an entry of a list or a card of a board
    goes to the end of that list, without an arrow. Operations that come one by one are told apart by their numbers, from
    ``first`` on.
    Raises ``DrawingError`` if a target is not there or there are several, with the nearest names.
    """
    theme = theme_of(scheme, style)
    scene = Scene(elements, job_id)
    for number, operation in enumerate(operations, first):
        _Change(scene, theme, job_id, f"change {number} ", preferred).apply(operation)
    return scene.result()


class _Change:
    """One operation on the scene. Keys of what it adds begin with its number, so that a second run makes the same."""

    def __init__(self, scene: Scene, theme: Theme, job_id: UUID, prefix: str, preferred: Collection[str]) -> None:
        self._scene = scene
        self._theme = theme
        self._job_id = job_id
        self._prefix = prefix
        self._writer = Writer(job_id, theme, prefix)
        self._view: CanvasView = read_canvas(scene.living(), preferred)
        self._shapes = NewShapes(scene, self._writer, theme)

    def apply(self, operation: Operation) -> None:
        """Find the operation's targets and carry it out."""
        match operation:
            case AddNode():
                self._add_node(operation)
            case Connect(source, target, label):
                self._connect(self._view.find(source).id, self._view.find(target).id, clean(label))
            case Disconnect(source, target):
                self._disconnect(source, target)
            case Rename(target, label):
                rename(self._scene, self._view.find(target).id, _not_empty(label))
            case Recolour(target, colour):
                recolour(self._scene, self._view.find(target).id, COLOURS[colour])
            case ReplaceText(old, new):
                self._replace_text(old, _not_empty(new))
            case Remove(target):
                self._remove(self._view.find(target).id)
            case TidyUp():
                tidy_up(self._scene, self._view)
            case AddDiagram():
                self._add_diagram(operation)
            case _:
                assert_never(operation)

    def _add_node(self, operation: AddNode) -> None:
        label = _not_empty(operation.label)
        after = self._view.find(operation.after).id if operation.after is not None else None
        before = self._view.find(operation.before).id if operation.before is not None else None
        neighbour = after or before
        if neighbour is not None and (after is None or before is None) and self._shapes.add_to_list(label, neighbour):
            return
        if after is not None and before is None and not operation.branch:
            before = self._only(after, forward=True)
        elif before is not None and after is None:
            after = self._only(before, forward=False)
        model = neighbour if before is not None and after is not None else self._sibling(after, before) or neighbour
        font = self._shapes.font(model)
        size = shape_size(label, operation.shape, font)
        if after is not None and before is not None and after != before:
            rect = between(self._scene, size, after, before)
        elif neighbour is not None:
            rect = beside(self._scene, size, neighbour, forward=after is not None)
        else:
            rect = alone(self._scene, size)
        node = self._shapes.add(label, operation.shape, rect, font, model)
        self._link(after, node, before, clean(operation.edge_label))

    def _link(self, after: str | None, node: str, before: str | None, label: str) -> None:
        """Put a node into the flow: an arrow that ran from ``after`` to ``before`` now ends at it."""
        direct = [edge.id for edge in self._view.edges if edge.source == after and edge.target == before]
        if after is not None and direct:
            redirect(self._scene, direct[0], node)
            if label:
                relabel(self._scene, self._writer, self._theme, direct[0], label)
            for other in direct[1:]:
                disconnect(self._scene, other)
        elif after is not None:
            connect(self._scene, self._writer, self._theme, "arrow to", after, node, label)
        if before is not None:
            on_label = label if after is None else ""
            connect(self._scene, self._writer, self._theme, "arrow from", node, before, on_label)

    def _sibling(self, after: str | None, before: str | None) -> str | None:
        """The last of the nodes that follow (or go before) the same one: a further branch looks like them."""
        if after is not None:
            found = [edge.target for edge in self._view.edges if edge.source == after]
        else:
            found = [edge.source for edge in self._view.edges if edge.target == before]
        return found[-1] if found else None

    def _only(self, node: str, *, forward: bool) -> str | None:
        """The node at the other end of the only arrow out of (or into) a node."""
        edges = [edge for edge in self._view.edges if (edge.source if forward else edge.target) == node]
        if len(edges) != 1:
            return None
        other = edges[0].target if forward else edges[0].source
        return other if other != node else None

    def _connect(self, source: str, target: str, label: str) -> None:
        there = [edge for edge in self._view.edges if edge.source == source and edge.target == target]
        if there and label:
            relabel(self._scene, self._writer, self._theme, there[0].id, label)
        elif not there:
            connect(self._scene, self._writer, self._theme, "arrow", source, target, label)

    def _disconnect(self, source: str, target: str) -> None:
        first, second = self._view.find(source), self._view.find(target)
        between_them = [edge for edge in self._view.edges if {edge.source, edge.target} == {first.id, second.id}]
        if not between_them:
            raise DrawingError(f"There is no arrow between “{first.label}” and “{second.label}”.")
        for edge in between_them:
            disconnect(self._scene, edge.id)

    def _replace_text(self, old: str, new: str) -> None:
        for node in self._view.nodes:
            if node.label == old:
                rename(self._scene, node.id, new)
        for edge in self._view.edges:
            if edge.label == old:
                relabel(self._scene, self._writer, self._theme, edge.id, new)

    def _remove(self, node: str) -> None:
        for arrow in self._scene.arrows_at(node):
            if node in ends(arrow):
                disconnect(self._scene, arrow["id"])
        text = self._scene.text_in(node)
        if text is not None:
            self._scene.delete(text["id"])
        self._scene.delete(node)

    def _add_diagram(self, operation: AddDiagram) -> None:
        batches = draw_in_theme(
            operation.diagram,
            job_id=self._job_id,
            theme=self._theme,
            origin=self._scene.everything(),
            prefix=self._prefix,
        )
        self._scene.add([element for batch in batches for element in batch])


def _not_empty(label: str) -> str:
    text = clean(label)
    if not text:
        raise DrawingError("A node needs a name: say what is to be written on it.")
    return text
