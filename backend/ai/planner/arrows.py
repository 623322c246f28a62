"""Arrow notation: ``Sign up -> Verify e-mail -> Choose plan; if no e-mail -> Resend -> Verify e-mail``.

Statements are chains, divided by ``;`` or by newlines (unless an arrow begins or ends the line). The same label is
the same node, whatever its case. A statement that begins with a condition (“if …”, “else”, “yes”, “no”) is a branch:

1. It leaves the node that shares the most words with the condition (“if wrong password” leaves “check password”).
2. Otherwise it leaves the latest question (a label that ends with “?”) which has no exit with this label yet.
3. Otherwise it leaves the last chain: from its last step if the branch is attached to it by a comma, or if the
   branches behind it give both ways out (an “else” beside an “if”, or a “yes”); and from the step before the last if
   they give the other way only, because then the last step is what happens when all is well.

Branches that follow each other leave the same node, unless their own words or a question between say otherwise.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from backend.ai.diagram import Direction, Flowchart
from backend.ai.planner.arrow_scanner import Arrow, End, Group, Name, Token, scan, split_parts
from backend.ai.planner.conditions import Condition, begins_condition, is_no, is_yes, read_condition, shared_words
from backend.ai.planner.errors import PlanError
from backend.ai.planner.flow import QUESTION_MARKS, FlowBuilder
from backend.ai.planner.text import same

# Only so many of the latest nodes are compared with a condition: a branch stands near what it leaves.
REACH = 60
MAX_CONDITION = 200  # characters looked at behind a comma
_COMMA = re.compile(r"[,，、]\s*")


@dataclass(frozen=True, slots=True)
class Statement:
    """Groups of names with the arrows between them: one arrow fewer than groups.

    ``attached`` says that it follows the step before it in the same breath: behind a comma, not a semicolon.
    """

    groups: tuple[Group, ...]
    arrows: tuple[Arrow, ...]
    attached: bool = False


def parse_statements(text: str) -> list[Statement]:
    """The chains of a text. Raises PlanError for an arrow that has nothing before or behind it."""
    statements: list[Statement] = []
    for run in _runs([*scan(text)]):
        groups: list[Group] = []
        arrows: list[Arrow] = []
        for token in run:
            if isinstance(token, Arrow):
                if len(arrows) == len(groups):
                    raise PlanError(_dangling(groups))
                arrows.append(token)
            elif not isinstance(token, End):
                groups.append(token)
        if len(arrows) >= len(groups):
            raise PlanError(_dangling(groups))
        for statement in _split_at_conditions(Statement(tuple(groups), tuple(arrows))):
            statements += _split_at_returns(statement)
    return statements


def leading_condition(statement: Statement) -> Condition | None:
    """The condition that makes a statement a branch; it has to lead somewhere."""
    first = statement.groups[0]
    if len(first) > 1 or first[0].quoted or first[0].shape:
        return None
    condition = read_condition(first[0].text)
    return condition if condition and (condition.target or statement.arrows) else None


def build_flowchart(
    statements: Sequence[Statement], title: str, direction: Direction, *, ends: bool = True
) -> Flowchart:
    """The chart that the statements say. Without ``ends`` it is a piece: nothing begins or ends in it.

    Raises PlanError if it is too large.
    """
    return _Interpreter(statements).run().finish(title, direction, infer="all" if ends else "decisions")


def _split_at_conditions(statement: Statement) -> Iterator[Statement]:
    """“A -> B, if no -> C” is two statements; a comma before other words belongs to the name."""
    for index, group in enumerate(statement.groups):
        if len(group) > 1 or group[0].quoted:
            continue
        head, tail = _condition_behind_comma(group[0].text)
        rest = Statement(((Name(tail),), *statement.groups[index + 1 :]), statement.arrows[index:], attached=True)
        if tail and leading_condition(rest):
            yield replace(
                statement,
                groups=(*statement.groups[:index], (replace(group[0], text=head),)),
                arrows=statement.arrows[:index],
            )
            yield from _split_at_conditions(rest)
            return
    yield statement


def _split_at_returns(statement: Statement) -> Iterator[Statement]:
    """“A -> B, A -> C” is two statements: behind a comma, a step that the chain has had begins another one."""
    known: set[str] = set()
    begun, first = statement, 0
    for index, group in enumerate(statement.groups[:-1]):
        head, step = _step_behind_comma(group, known) if index else ("", "")
        if step:
            ended = (*begun.groups[: index - first], (replace(group[0], text=head),))
            yield replace(begun, groups=ended, arrows=statement.arrows[first:index])
            begun = Statement(((Name(step),), *statement.groups[index + 1 :]), statement.arrows[index:])
            first = index
            known.add(same(head))
        known.update(same(name.text) for name in group)
    yield begun


def _step_behind_comma(group: Group, known: Collection[str]) -> tuple[str, str]:
    """(name, step) at the last comma of a name before a step that is known, or the same again; ("", "") without one."""
    name = group[0]
    if len(group) > 1 or name.quoted or name.shape:
        return "", ""
    for comma in reversed([*_COMMA.finditer(name.text)]):
        head, tail = name.text[: comma.start()].strip(), name.text[comma.end() :].strip()
        if head and tail and (same(tail) in known or same(tail) == same(head)):
            return head, tail
    return "", ""


def _condition_behind_comma(text: str) -> tuple[str, str]:
    """(name, condition) at the first comma before “if”, “else” …; ("", "") without one."""
    for comma in _COMMA.finditer(text):
        if comma.start() and begins_condition(text[comma.end() : comma.end() + MAX_CONDITION]):
            return text[: comma.start()].strip(), text[comma.end() :].strip()
    return "", ""


def _runs(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """The tokens of each statement. A newline beside an arrow ends nothing."""
    arrow_follows = _arrow_follows(tokens)
    run: list[Token] = []
    for index, token in enumerate(tokens):
        if not isinstance(token, End):
            run.append(token)
        elif run and not (token.newline and (isinstance(run[-1], Arrow) or arrow_follows[index])):
            yield run
            run = []
    if run:
        yield run


def _arrow_follows(tokens: Sequence[Token]) -> list[bool]:
    """For each token whether, newlines left out, an arrow is next."""
    following, found = False, []
    for token in reversed(tokens):
        found.append(following)
        if not (isinstance(token, End) and token.newline):
            following = isinstance(token, Arrow)
    return found[::-1]


def _dangling(groups: Sequence[Group]) -> str:
    if not groups:
        return "An arrow has no step before it: write where it comes from."
    return f"The arrow after “{groups[-1][0].text}” leads nowhere: write the next step behind it."


def _answered(group: Group, arrow: Arrow) -> tuple[Group, Arrow]:
    """“Ship: yes” and “yes: Ship” behind an arrow are Ship with the label “yes”; other colons belong to the name."""
    name = group[0]
    head, colon, tail = name.text.partition(":")
    if len(group) > 1 or name.quoted or not (colon and head.strip() and tail.strip()):
        return group, arrow
    if is_yes(head) or is_no(head):
        return (replace(name, text=tail.strip()),), replace(arrow, label=head.strip())
    if is_yes(tail) or is_no(tail):
        return (replace(name, text=head.strip()),), replace(arrow, label=tail.strip())
    return group, arrow


class _Interpreter:
    """Goes through the statements in order, knowing the chain before each branch."""

    def __init__(self, statements: Sequence[Statement]) -> None:
        self._statements = statements
        self._conditions = [
            leading_condition(statement) if index else None for index, statement in enumerate(statements)
        ]
        self._flow = FlowBuilder()
        self._alone = {same(name.text) for statement in statements for group in statement.groups for name in group}
        self._chain: list[str] = []  # keys of the last chain that is no branch
        self._recent: dict[str, None] = {}  # keys in the order of their last mention
        self._source: str | None = None  # where the branch before this one left

    def run(self) -> FlowBuilder:
        """Draw all statements."""
        for index, (statement, condition) in enumerate(zip(self._statements, self._conditions, strict=True)):
            if condition is None:
                self._chain = self._draw_chain(statement.groups, statement.arrows)
                self._source = None
            else:
                self._draw_branch(condition, statement, statement.attached or self._gives_both_ways(index))
        return self._flow

    def _gives_both_ways(self, index: int) -> bool:
        """Whether the run of branches around this one says what happens when all is well, too."""
        before = itertools.takewhile(bool, reversed(self._conditions[max(0, index - REACH) : index]))
        after = itertools.takewhile(bool, self._conditions[index : index + REACH])
        run = [condition for condition in (*before, *after) if condition]
        alternatives = any(condition.otherwise for condition in run) and len(run) > 1
        return alternatives or any(condition.positive for condition in run)

    def _draw_branch(self, condition: Condition, statement: Statement, from_last: bool) -> None:
        groups, arrows = statement.groups[1:], statement.arrows
        if condition.target:
            groups, arrows = ((Name(condition.target),), *groups), (Arrow(), *arrows)
        self._source = self._source_of(condition, from_last)
        self._draw_chain(groups, arrows, before=[self._source], waiting=condition)

    def _source_of(self, condition: Condition, from_last: bool) -> str:
        """The three rules of the module's docstring."""
        if condition.otherwise and self._source:
            return self._source
        candidates = list(itertools.islice(reversed(self._recent), REACH))
        free = [key for key in candidates if not self._flow.has_exit_labelled(key, condition.label)] or candidates
        questions = [key for key in free if self._flow.label_of(key).endswith(QUESTION_MARKS)]
        shared = {key: shared_words(condition.label, self._flow.label_of(key)) for key in free}
        related = [key for key in free if shared[key]]
        if related:
            return max(
                related, key=lambda key: (key in questions, self._flow.has_exit(key), shared[key], -free.index(key))
            )
        if questions:
            return questions[0]
        if self._source:
            return self._source
        return self._chain[-1] if from_last or len(self._chain) < 2 else self._chain[-2]

    def _draw_chain(
        self,
        groups: Sequence[Group],
        arrows: Sequence[Arrow],
        before: Sequence[str] = (),
        waiting: Condition | None = None,
    ) -> list[str]:
        """Nodes and arrows of a chain, hung on ``before``; the keys of its nodes.

        ``waiting`` is the condition under which the next node is reached: “Check -> if ok -> Ship” labels one arrow.
        """
        keys: list[str] = []
        into = arrows if before else (Arrow(), *arrows)
        for index, (group, arrow) in enumerate(zip(groups, into, strict=True)):
            if index < len(groups) - 1 and before and (found := self._inner_condition(group, before)):
                waiting = found
                continue
            there, labelled = _answered(group, arrow) if before and not arrow.label else (group, arrow)
            here = self._keys(there)
            for source, target in itertools.product(before, here):
                self._draw_arrow(source, target, labelled, waiting)
            before, waiting = here, None
            keys += here
        return keys

    def _inner_condition(self, group: Group, before: Sequence[str]) -> Condition | None:
        if len(group) > 1 or group[0].quoted or group[0].shape:
            return None
        text = group[0].text
        asked = bool(before) and self._flow.label_of(before[-1]).endswith(QUESTION_MARKS)
        if asked and (is_yes(text) or is_no(text)):
            return Condition(text)
        found = read_condition(text, inside_chain=not asked)
        return found if found and not found.target else None

    def _draw_arrow(self, source: str, target: str, arrow: Arrow, condition: Condition | None) -> None:
        label = ": ".join(filter(None, (condition.label if condition else "", arrow.label)))
        conditional = condition is not None or is_yes(label) or is_no(label)
        if arrow.forth:
            self._flow.edge(source, target, label, dashed=arrow.dashed, conditional=conditional)
        if arrow.back:
            self._flow.edge(target, source, label, dashed=arrow.dashed, conditional=conditional)

    def _keys(self, group: Group) -> list[str]:
        """Keys of the nodes of a place in a chain; an enumeration is several nodes if each of them is known alone."""
        keys = []
        for name in group:
            parts = split_parts(name.text) if not name.quoted and not name.shape and len(group) == 1 else ()
            known = len(parts) > 1 and all(same(part.text) in self._alone for part in parts)
            for part in parts if known else (name,):
                key = self._flow.node(part.text, part.shape)
                self._recent.pop(key, None)
                self._recent[key] = None
                keys.append(key)
        return keys
