"""Flow charts: steps, each with what comes next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backend.ai.calling.chain import AnswerError
from backend.ai.diagram import Direction, Edge, Flowchart, Node, Shape
from backend.ai.kinds.kind import TEXT, Json, Kind, label_of, many, one_of, record, rows_of, text_of, title_of

SHAPES: tuple[Shape, ...] = ("rectangle", "ellipse", "diamond")

# Arrows are written with the step they leave: models lose fewer of them than in a list of their own at the end.
SCHEMA = record(
    title=TEXT,
    direction=one_of("down", "right"),
    steps=many(
        record(key=TEXT, label=TEXT, shape=one_of(*SHAPES), next=many(record(to=TEXT, when=TEXT), 0, 20)),
    ),
)

TASK = (
    "Draw a flow chart. Give each step a key (1, 2, 3 …), a short concrete label, a shape and what comes next. "
    "Use an ellipse for where it starts and ends, a diamond for a question, a rectangle for everything else. "
    "“next” lists the keys of the steps that follow; “when” is the short label of that arrow, such as yes or no, or "
    "empty. A diamond has at least two ways on. Include what happens when something goes wrong."
)

EXAMPLE = (
    "password reset",
    {
        "title": "Password reset",
        "direction": "down",
        "steps": [
            {"key": "1", "label": "Enter e-mail address", "shape": "ellipse", "next": [{"to": "2", "when": ""}]},
            {
                "key": "2",
                "label": "Address known?",
                "shape": "diamond",
                "next": [{"to": "3", "when": "yes"}, {"to": "4", "when": "no"}],
            },
            {"key": "3", "label": "Send reset link", "shape": "rectangle", "next": [{"to": "5", "when": ""}]},
            {"key": "4", "label": "Show error", "shape": "rectangle", "next": [{"to": "1", "when": "try again"}]},
            {"key": "5", "label": "Set new password", "shape": "ellipse", "next": []},
        ],
    },
)


def parse(answer: Json) -> Flowchart:
    """Steps become nodes; an arrow to a step that is not there is mended by its label, or left out."""
    steps = rows_of(answer["steps"])
    nodes = tuple(Node(label_of(s["key"]), label_of(s["label"]), _shape(s.get("shape"))) for s in steps)
    keys = [node.key for node in nodes]
    repeated = sorted({key for key in keys if keys.count(key) > 1})
    if repeated:
        raise AnswerError(f"The keys {', '.join(repeated[:5])} are used twice. Give each step a key of its own.")
    edges = tuple(_edges(steps, nodes))
    if len(nodes) > 1 and not edges:
        raise AnswerError("No step leads to another one. Say in “next” which step follows.")
    direction: Direction = "right" if answer.get("direction") == "right" else "down"
    return Flowchart(title_of(answer["title"]), nodes, edges, direction)


def _shape(value: object) -> Shape:
    return next((shape for shape in SHAPES if shape == value), "rectangle")


def _edges(steps: list[Json], nodes: Sequence[Node]) -> Iterator[Edge]:
    """The arrows in their order, each pair of steps connected once."""
    known = {node.key for node in nodes}
    by_label = {node.label.casefold(): node.key for node in nodes}
    drawn: set[tuple[str, str]] = set()
    for step, node in zip(steps, nodes, strict=True):
        for way in rows_of(step.get("next", [])):
            to = text_of(way["to"])
            target = to if to in known else by_label.get(to.casefold())
            if target is None or (node.key, target) in drawn:
                continue
            drawn.add((node.key, target))
            yield Edge(node.key, target, text_of(way.get("when", "")))


FLOWCHART = Kind("flowchart", TASK, SCHEMA, EXAMPLE, parse, unit="steps", part="label")
