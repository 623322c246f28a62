"""Instructions for a canvas that has something on it: commands, arrows that tie in with it, or a further diagram."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from backend.ai.diagram import Flowchart, diagram_problems
from backend.ai.operations import AddDiagram, AddNode, Connect, Operation, TidyUp
from backend.ai.planner import vocabulary as words
from backend.ai.planner.arrow_notation import read_arrows
from backend.ai.planner.arrow_scanner import has_arrow
from backend.ai.planner.arrows import build_flowchart
from backend.ai.planner.commands import NotACommand, Outcome, looks_like_command, run_command
from backend.ai.planner.diagrams import MAX_INPUT, plan_diagram
from backend.ai.planner.errors import PlanError
from backend.ai.planner.lead import split_lead
from backend.ai.planner.text import clean, hide_quoted, normalise, same, unfence

MAX_OPERATIONS = 500
MAX_SHORT = 80  # characters

_MARKER = re.compile(r"^[ \t]*(?:[-*+•–][ \t]+|\d{1,3}[.)][ \t]+)")
_STATEMENT_END = re.compile(r"[;；\n]|(?<=[\w\"”»'’)?])[.!。][ \t]*(?=[ \t]\S|$)|。")
_ARROW_VERB = re.compile(
    r"^\s*(?:please\s+)?(?:connect|link|add|draw|verbinde|conecta|relie|collega)(?:\s*[:：]|\s+(?=\S))\s*",
    re.IGNORECASE,
)


def plan_changes(instructions: str, labels: Sequence[str]) -> list[Operation] | None:
    """The changes that the instructions spell out, for a canvas with these labels; None where a model is needed.

    Raises PlanError for a command whose target is not on the canvas or is ambiguous, naming what is near, and
    otherwise as ``plan_diagram``.
    """
    if len(instructions) > MAX_INPUT:
        raise PlanError(f"The instructions are longer than {MAX_INPUT} characters.")
    text, _ = unfence(normalise(instructions))
    if _asks_for_order(text):
        return [TidyUp()]
    operations = _commands(text, labels) or _tied_in(text, labels)
    if operations is not None:
        if len(operations) > MAX_OPERATIONS:
            raise PlanError(_too_many(len(operations)))
        return operations
    diagram = plan_diagram(instructions)
    return None if diagram is None else [AddDiagram(diagram)]


def _asks_for_order(text: str) -> bool:
    """Whether “tidy up”, of this, that or everything, is all that is said."""
    if len(text) > MAX_SHORT:
        return False
    rest = words.pattern(words.POLITE, prefix=r"^\W*+", suffix=r"[\s,]*").sub("", text)
    match = words.pattern(words.TIDY_UP, prefix=r"^\s*+").match(rest)
    if match is None:
        return False
    return not clean(words.pattern(words.TIDIED).sub("", rest[match.end() :]).strip(" .!。！,"))


def _commands(text: str, labels: Sequence[str]) -> list[Operation] | None:
    """The operations of statements that all are commands, or chains of arrows between them."""
    statements = _statements(text)
    if not statements:
        return None
    if len(statements) > MAX_OPERATIONS:
        if looks_like_command(statements[0]):
            raise PlanError(_too_many(len(statements)))
        return None
    if not any(looks_like_command(statement) for statement in statements):
        return None
    listed = _MARKER.match(text) is not None
    operations: list[Operation] = []
    known = tuple(labels)
    for statement in statements:
        try:
            outcome = _outcome(statement, known)
        except NotACommand:
            return None
        except PlanError:
            if listed:
                return None  # a list of things to do, not of changes
            raise
        operations += outcome.operations
        known = outcome.labels
    return operations


def _too_many(count: int) -> str:
    return f"There are {count} changes; at most {MAX_OPERATIONS} can be made at once."


def _outcome(statement: str, labels: tuple[str, ...]) -> Outcome:
    if not has_arrow(hide_quoted(statement)):
        return run_command(statement, labels)
    tied = _tied_in(statement, labels)
    if tied is None:
        raise NotACommand
    return Outcome(tuple(tied), (*labels, *(each.label for each in tied if isinstance(each, AddNode))))


def _statements(text: str) -> list[str]:
    """The sentences of a text: lines, and what semicolons and full stops divide outside of quotes."""
    text = "\n".join(_MARKER.sub("", line) for line in text.split("\n"))
    hidden = hide_quoted(text)
    ends = [0, *(match.end() for match in _STATEMENT_END.finditer(hidden)), len(text)]
    parts = (text[start:end].strip().rstrip(";；") for start, end in itertools.pairwise(ends))
    return [part.strip() for part in parts if part.strip()]


def _tied_in(text: str, labels: Sequence[str]) -> list[Operation] | None:
    """Arrow notation in which something is on the canvas already: its nodes are used, the others are added."""
    if not has_arrow(text):
        return None
    names = {same(label): label for label in reversed(labels)}
    lead, body = split_lead(text)
    candidates = dict.fromkeys((body, _without_verb(body)))
    charts = [_chart(candidate, introduced=bool(lead.words)) for candidate in candidates]
    known = [sum(same(node.label) in names for node in chart.nodes) if chart else 0 for chart in charts]
    best = charts[known.index(max(known))]
    return _merged(best, names) if best and max(known) else None


def _chart(text: str, *, introduced: bool) -> Flowchart | None:
    statements = read_arrows(text, introduced=introduced)
    return build_flowchart(statements, "", "down", ends=False) if statements else None


def _without_verb(text: str) -> str:
    """“connect A -> B” says no more than “A -> B”; whether the verb belongs to a label, the canvas decides."""
    return _ARROW_VERB.sub("", text, count=1)


def _merged(chart: Flowchart, names: dict[str, str]) -> list[Operation]:
    problems = diagram_problems(chart)
    if problems:
        raise PlanError(" ".join(problems))
    labels = {node.key: names.get(same(node.label), node.label) for node in chart.nodes}
    added = [AddNode(node.label, shape=node.shape) for node in chart.nodes if same(node.label) not in names]
    return [*added, *(Connect(labels[edge.source], labels[edge.target], edge.label) for edge in chart.edges)]
