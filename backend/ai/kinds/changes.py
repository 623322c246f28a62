"""Changes to what is on a canvas: operations whose targets are the labels that are there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from backend.ai.calling.chain import AnswerError, ImperfectAnswer
from backend.ai.diagram import Shape
from backend.ai.kinds.change_schema import ADDING, COLOURS, MAX_CHANGES
from backend.ai.kinds.doubts import doubts, is_unasked
from backend.ai.kinds.kind import Json, label_of, rows_of, text_of
from backend.ai.operations import AddNode, Colour, Connect, Disconnect, Operation, Recolour, Remove, Rename, TidyUp

TASK = (
    "Change the diagram that is on the canvas, with as few operations as the instructions need, in their order. "
    "“target” and “other” name nodes by their labels exactly as they are on the canvas; the n-th node that you add can be "
    "named “new n” afterwards.\n"
    "Something new is a node of its own. add_before: a new node “label” that comes before “target” in its way. add_after: a new "
    "node that comes after “target”. add_between: a new node between “target” and “other”. add_branch: a new node that follows "
    "“target” only in the case “edge_label”, besides what follows always. add_alone: a new node without arrows. rename: "
    "“target” gets the text “label”. colour: “target” gets a colour. remove: “target” goes. connect: an arrow from “target” to "
    "“other”, both there already, with the text “edge_label”. disconnect: no arrow between the two. "
    "tidy_up: lays everything out anew; only if the instructions ask for order. "
    "draw: a whole further diagram beside what is there, described in “label”; at most once.\n"
    "Change nothing that the instructions do not speak of."
)

EXAMPLE_LABELS = ("Cart", "Checkout", "Shipping")
EXAMPLE = (
    "put a gift wrap option before shipping, call the cart basket, and somebody may have forgotten the address at checkout",
    {
        "operations": [
            {"op": "add_before", "target": "Shipping", "label": "Gift wrap option"},
            {"op": "rename", "target": "Cart", "label": "Basket"},
            {"op": "add_branch", "target": "Checkout", "label": "Ask for address", "edge_label": "no address"},
        ]
    },
)


@dataclass(frozen=True)
class Draw:
    """A further diagram that is still to be made from its description."""

    description: str


Change = Operation | Draw


def read_changes(answer: Json, labels: Sequence[str], instructions: str = "") -> list[Change]:
    """The changes in an answer.

    Raises AnswerError when one cannot be made on a canvas with these labels, or is probably not what was meant.
    """
    try:
        rows = rows_of(answer["operations"])
        reader = _Reader(labels)
        changes = [change for change in map(reader.change, rows) if change is not None and not _is_idle(change)]
    except (KeyError, TypeError, AttributeError) as error:
        raise AnswerError(f"It does not have the form that was asked for ({error}).") from error
    if not changes:
        raise AnswerError("There is no operation in it that changes anything.")
    if len(changes) > MAX_CHANGES:
        raise AnswerError(f"There are more than {MAX_CHANGES} operations.")
    if sum(isinstance(change, Draw) for change in changes) > 1:
        raise AnswerError("“draw” may stand in it once.")
    found = [*reader.doubts, *doubts(changes, labels, instructions)]
    if found:
        spared = [
            each for each in changes if each not in reader.colliding and not is_unasked(each, labels, instructions)
        ]
        raise ImperfectAnswer(" ".join(found), spared or changes, len(found))
    return changes


def read_beginning(answer: Json, labels: Sequence[str]) -> list[Operation]:
    """The changes at the beginning of an answer that is still being written, up to one that makes no sense so far, or that
    is still to be made from its description."""
    reader = _Reader(labels)
    found: list[Operation] = []
    for row in answer.get("operations", ())[:MAX_CHANGES]:
        try:
            change = reader.change(row)
        except (AnswerError, KeyError, TypeError, AttributeError):
            break
        if isinstance(change, Draw) or reader.doubts:
            break
        if change is not None and not _is_idle(change):
            found.append(change)
    return found


def _is_idle(change: Change) -> bool:
    """Whether a change leaves everything as it is."""
    return isinstance(change, Rename) and change.target == change.label


class _Reader:
    """Reads operations in their order, knowing which labels are on the canvas when each one's turn comes."""

    def __init__(self, labels: Sequence[str]) -> None:
        self._labels = dict.fromkeys(labels)
        self._new: list[str] = []
        self.doubts: list[str] = []
        self.colliding: list[Rename] = []  # to a name that another node has

    def change(self, row: Json) -> Change | None:
        """The change of a row; None for a node that the same answer has added before."""
        match row["op"]:
            case "draw":
                change: Change | None = Draw(label_of(row["label"]))
            case "tidy_up":
                change = TidyUp()
            case "rename":
                change = self._rename(row)
            case "colour":
                change = Recolour(self._known(row["target"]), _colour(row["colour"]))
            case "remove":
                change = self._remove(row)
            case "connect" | "disconnect" as op:
                change = self._arrow(op, row)
            case str(op) if op in ADDING:
                change = self._add(op, row)
            case op:
                raise AnswerError(f"There is no operation “{op}”.")
        return change

    def _add(self, op: str, row: Json) -> AddNode | None:
        label = label_of(row["label"])
        if label in self._new:
            return None
        after = self._known(row["target"]) if op in ("add_after", "add_between", "add_branch") else None
        before = (
            self._known(row["other" if op == "add_between" else "target"])
            if op in ("add_before", "add_between")
            else None
        )
        if label in self._labels:
            raise AnswerError(f"“{label}” is on the canvas already. Name it as a target instead of adding it again.")
        self._labels[label] = None
        self._new.append(label)
        shape: Shape = "diamond" if label.endswith(("?", "？", "؟")) else "rectangle"
        return AddNode(label, after, before, shape, text_of(row.get("edge_label", "")), branch=op == "add_branch")

    def _remove(self, row: Json) -> Remove:
        target = self._known(row["target"])
        del self._labels[target]
        return Remove(target)

    def _rename(self, row: Json) -> Rename:
        target, label = self._known(row["target"]), label_of(row["label"])
        if label in self._labels and label != target:
            self.doubts.append(f"“{label}” is on the canvas already: “{target}” cannot have the same name.")
            self.colliding.append(Rename(target, label))
            return self.colliding[-1]
        self._labels = dict.fromkeys(label if known == target else known for known in self._labels)
        self._new = [label if known == target else known for known in self._new]
        return Rename(target, label)

    def _arrow(self, op: str, row: Json) -> Connect | Disconnect:
        source, target = self._known(row["target"]), self._known(row["other"])
        if source == target:
            raise AnswerError(f"“{source}” cannot be connected with itself.")
        if op == "disconnect":
            return Disconnect(source, target)
        text, label = text_of(row.get("edge_label", "")), text_of(row.get("label", ""))
        if label and not text and label not in self._labels:
            self.doubts.append(
                f"“connect” only joins what is there. If “{label}” is something new, use add_between, add_after or add_branch."
            )
        return Connect(source, target, text or label)

    def _known(self, value: object) -> str:
        """The label that ``value`` means: exactly, as “new n”, or but for capitals and spaces."""
        if isinstance(value, str) and value in self._labels:
            return value
        name = text_of(value)
        number = name.removeprefix("new ")
        if number != name and number.isdecimal() and int(number) and self._new:
            name = self._new[min(int(number), len(self._new)) - 1]
        alike = [label for label in self._labels if text_of(label).casefold() == name.casefold()]
        if len(alike) == 1:
            return alike[0]
        there = ", ".join(f"“{label}”" for label in list(self._labels)[:30])
        raise AnswerError(f"There is no node “{name}” on the canvas. There are: {there}.")


def _colour(value: object) -> Colour:
    if value not in COLOURS:
        raise AnswerError(f"There is no colour “{value}”. There are: {', '.join(COLOURS)}.")
    return cast(Colour, value)
