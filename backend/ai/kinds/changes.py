"""Changes to what is on a canvas: operations whose targets are the labels that are there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backend.ai.calling.chain import AnswerError, ImperfectAnswer
from backend.ai.diagram import Shape
from backend.ai.kinds.kind import TEXT, Json, label_of, many, one_of, record, rows_of, text_of
from backend.ai.operations import AddNode, Connect, Disconnect, Operation, Remove, Rename, TidyUp

MAX_CHANGES = 100
# Providers limit how many values an enum may have; beyond it, targets are checked after the answer only.
MAX_TARGETS = 200
MAX_NEW = 20  # new nodes that later operations of the same answer may name, as “new 1” …

ADDING = ("add_after", "add_before", "add_between", "add_branch", "add_alone")
OPERATIONS = (*ADDING, "rename", "remove", "connect", "disconnect", "draw", "tidy_up")

TASK = (
    "Change the diagram that is on the canvas, with as few operations as the instructions need, in their order. "
    "“target” and “other” name nodes by their labels exactly as they are on the canvas; the n-th node that you add can be "
    "named “new n” afterwards. What an operation does not need is empty.\n"
    "Something new is a node of its own. add_after, add_before: a new node “label” next to “target”, in its way. add_between: a "
    "new node between “target” and “other”. add_branch: a new node that follows “target” only in the case “edge_label”, besides "
    "what follows always. add_alone: a new node without arrows. rename: “target” gets the text “label”. remove: “target” goes. "
    "connect: an arrow from “target” to “other”, both there already, with the text “edge_label”. disconnect: no arrow between "
    "the two. "
    "tidy_up: lays everything out anew; only if the instructions ask for order. "
    "draw: a whole further diagram beside what is there, described in “label”; at most once.\n"
    "Change nothing that the instructions do not speak of."
)

EXAMPLE_LABELS = ("Cart", "Checkout", "Shipping")
EXAMPLE = (
    "put a gift wrap option before shipping, call the cart basket, and somebody may have forgotten the address at checkout",
    {
        "operations": [
            {"op": "add_before", "target": "Shipping", "other": "", "label": "Gift wrap option", "edge_label": ""},
            {"op": "rename", "target": "Cart", "other": "", "label": "Basket", "edge_label": ""},
            {
                "op": "add_branch",
                "target": "Checkout",
                "other": "",
                "label": "Ask for address",
                "edge_label": "no address",
            },
        ]
    },
)


@dataclass(frozen=True)
class Draw:
    """A further diagram that is still to be made from its description."""

    description: str


Change = Operation | Draw


def schema_for(labels: Sequence[str]) -> Json:
    """The schema of changes to a canvas with these labels."""
    target = TEXT
    if len(labels) <= MAX_TARGETS:
        target = one_of("", *labels, *(f"new {number}" for number in range(1, MAX_NEW + 1)))
    change = record(op=one_of(*OPERATIONS), target=target, other=target, label=TEXT, edge_label=TEXT)
    return record(operations=many(change, 1, MAX_CHANGES))


def read_changes(answer: Json, labels: Sequence[str]) -> list[Change]:
    """The changes in an answer.

    Raises AnswerError when one cannot be made on a canvas with these labels, or is probably not what was meant.
    """
    try:
        rows = rows_of(answer["operations"])
        reader = _Reader(labels)
        changes = [reader.change(row) for row in rows]
    except (KeyError, TypeError, AttributeError) as error:
        raise AnswerError(f"It does not have the form that was asked for ({error}).") from error
    if not changes:
        raise AnswerError("There is no operation in it.")
    if len(changes) > MAX_CHANGES:
        raise AnswerError(f"There are more than {MAX_CHANGES} operations.")
    if sum(isinstance(change, Draw) for change in changes) > 1:
        raise AnswerError("“draw” may stand in it once.")
    if reader.doubts:
        raise ImperfectAnswer(" ".join(reader.doubts), changes, len(reader.doubts))
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
        found.append(change)
    return found


class _Reader:
    """Reads operations in their order, knowing which labels are on the canvas when each one's turn comes."""

    def __init__(self, labels: Sequence[str]) -> None:
        self._labels = dict.fromkeys(labels)
        self._new: list[str] = []
        self.doubts: list[str] = []

    def change(self, row: Json) -> Change:
        op = row["op"]
        if op in ADDING:
            return self._add(op, row)
        if op == "draw":
            return Draw(label_of(row["label"]))
        if op == "tidy_up":
            return TidyUp()
        if op == "rename":
            return self._rename(row)
        if op == "remove":
            target = self._known(row["target"])
            del self._labels[target]
            return Remove(target)
        if op in ("connect", "disconnect"):
            return self._arrow(op, row)
        raise AnswerError(f"There is no operation “{op}”.")

    def _add(self, op: str, row: Json) -> AddNode:
        label = label_of(row["label"])
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

    def _rename(self, row: Json) -> Rename:
        target, label = self._known(row["target"]), label_of(row["label"])
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
        if number.isdecimal() and 1 <= int(number) <= len(self._new):
            name = self._new[int(number) - 1]
        alike = [label for label in self._labels if text_of(label).casefold() == name.casefold()]
        if len(alike) == 1:
            return alike[0]
        there = ", ".join(f"“{label}”" for label in list(self._labels)[:30])
        raise AnswerError(f"There is no node “{name}” on the canvas. There are: {there}.")
