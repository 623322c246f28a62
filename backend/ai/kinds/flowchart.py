"""Flow charts: the steps in their order, and what happens besides where a question has more than one answer.

The way on which all goes well is a list, and the other answers stand with the step that asks: a small model loses itself in
a list of arrows, and every model writes the steps in the order in which they are drawn.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from backend.ai.calling.chain import AnswerError
from backend.ai.diagram import Diagram, Direction, Edge, Flowchart, Node, Shape
from backend.ai.kinds.kind import TEXT, Json, Kind, label_of, many, one_of, record, rows_of, text_of, title_of

NEXT, AGAIN, END = "next", "again", "end"
QUESTION_MARKS = "?？؟"

OTHERWISE = record(answer=TEXT, step=TEXT, then=one_of(NEXT, AGAIN, END))
STEP = record(step=TEXT, question=TEXT, expected=TEXT, otherwise=many(OTHERWISE, 0, 8))
SCHEMA = record(title=TEXT, direction=one_of("down", "right"), steps=many(STEP, 3))

TASK = (
    "Draw a flow chart: the steps in their order, usually four to eight, each beginning with a verb. Some of them have a "
    "“question” that decides how it goes on: with the “expected” answer the next step follows; “otherwise” lists the other "
    "answers, each with the “step” that follows only then, and where that leads: next (the next step), again (this step once "
    "more) or end. Most steps have no question."
)

EXAMPLE = (
    "renting a boat",
    {
        "title": "Renting a boat",
        "direction": "down",
        "steps": [
            {
                "step": "Ask for a boat",
                "question": "Is one free?",
                "expected": "yes",
                "otherwise": [{"answer": "no", "step": "Wait on the terrace", "then": "again"}],
            },
            {"step": "Pay the deposit", "question": "", "expected": "", "otherwise": []},
            {
                "step": "Row across the lake",
                "question": "How is the weather?",
                "expected": "calm",
                "otherwise": [
                    {"answer": "windy", "step": "Stay near the shore", "then": "next"},
                    {"answer": "stormy", "step": "Call the rescue boat", "then": "end"},
                ],
            },
            {"step": "Return the boat", "question": "", "expected": "", "otherwise": []},
        ],
    },
)


@dataclass(frozen=True)
class _Way:
    """An answer that was not expected, the step that follows, and where that leads."""

    answer: str
    step: str
    then: str


@dataclass(frozen=True)
class _Step:
    """A step of the way on which all goes well."""

    key: str
    label: str
    question: str
    expected: str
    ways: tuple[_Way, ...]

    @property
    def asks_itself(self) -> bool:
        """Whether the step is the question: “Paid?”."""
        return (
            not self.question or self.label.endswith(tuple(QUESTION_MARKS)) or _same(self.label) == _same(self.question)
        )


def parse(answer: Json) -> Flowchart:
    """Nodes in reading order: a step, its question, the steps that follow other answers."""
    steps = _steps(rows_of(answer["steps"]))
    if not steps:
        raise AnswerError("There are no steps.")
    chart = _Chart({_same(step.label): step.key for step in steps})
    for number, step in enumerate(steps):
        chart.add(step, steps[number + 1].key if number + 1 < len(steps) else None)
    direction: Direction = "right" if answer.get("direction") == "right" else "down"
    return Flowchart(title_of(answer["title"]), tuple(chart.nodes), tuple(chart.edges), direction)


def finish(diagram: Diagram) -> Diagram:
    """Where it begins and where it ends is round."""
    if not isinstance(diagram, Flowchart):
        return diagram
    left, entered = ({edge.source for edge in diagram.edges}, {edge.target for edge in diagram.edges})
    if not entered:
        return diagram
    nodes = tuple(
        Node(node.key, node.label, "ellipse")
        if node.shape != "diamond" and (node.key not in left or node is diagram.nodes[0])
        else node
        for node in diagram.nodes
    )
    return Flowchart(diagram.title, nodes, diagram.edges, diagram.direction, diagram.form)


def _steps(rows: list[Json]) -> list[_Step]:
    """The steps, each once: small models come back to the one before."""
    found: dict[str, _Step] = {}
    for number, row in enumerate(rows, 1):
        label, expected = label_of(row["step"]), text_of(row.get("expected", ""))
        ways = _ways(rows_of(row.get("otherwise", [])), label, expected)
        step = _Step(str(number), label, text_of(row.get("question", "")), expected, ways)
        found.setdefault(_same(label), step)
    return list(found.values())


def _ways(rows: list[Json], label: str, expected: str) -> tuple[_Way, ...]:
    """The other answers, each once, without what only says the expected one or the step itself again."""
    found: dict[str, _Way] = {}
    for row in rows:
        answer, step = text_of(row["answer"]), text_of(row.get("step", ""))
        then = row.get("then")
        if _same(step) == _same(label):
            step, then = "", AGAIN
        if not answer or _same(answer) == _same(expected) or (not step and then != AGAIN):
            continue
        found.setdefault(_same(answer), _Way(answer, step, then if then in (AGAIN, END) else NEXT))
    return tuple(found.values())


@dataclass
class _Chart:
    """What is drawn so far; ``known`` are the steps of the main way, wherever they stand."""

    known: dict[str, str]
    nodes: list[Node] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)

    def add(self, step: _Step, following: str | None) -> None:
        """A step with its question and the ways from there."""
        ways = self._leading_somewhere(step, following)
        fork = step.key if step.asks_itself or not ways else f"{step.key}?"
        self._node(step.key, step.label, bool(ways) and fork == step.key)
        if fork != step.key:
            self._node(fork, step.question, True)
            self._edge(step.key, fork)
        if following is not None:
            self._edge(fork, following, step.expected if ways else "")
        for target, way in ways.items():
            self._edge(fork, target, way.answer)
            if target in self.known.values():
                continue
            self._node(target, way.step, False)
            if way.then == AGAIN:
                self._edge(target, step.key)
            elif way.then == NEXT and following is not None:
                self._edge(target, following)

    def _leading_somewhere(self, step: _Step, following: str | None) -> dict[str, _Way]:
        """The ways by the node that each leads to. A question from which all ways lead to the same is none."""
        found: dict[str, _Way] = {}
        for number, way in enumerate(step.ways, 1):
            there = self.known.get(_same(way.step), f"{step.key}.{number}") if way.step else step.key
            if there != following and not (there == step.key and step.asks_itself):
                found.setdefault(there, way)
        return found if len(found) + (following is not None) > 1 else {}

    def _node(self, key: str, label: str, asks: bool) -> None:
        shape: Shape = "diamond" if asks else "rectangle"
        self.nodes.append(Node(key, label, shape))

    def _edge(self, source: str, target: str, label: str = "") -> None:
        if all((edge.source, edge.target) != (source, target) for edge in self.edges):
            self.edges.append(Edge(source, target, label))


def _same(text: str) -> str:
    return text.rstrip(QUESTION_MARKS + " .!").casefold()


FLOWCHART = Kind("flowchart", TASK, SCHEMA, EXAMPLE, parse, unit="steps", part="step", finish=finish)
