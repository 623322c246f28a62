"""Arrow notation, the decision: is this text certainly a flow chart in arrows, or prose with an arrow in it?

It is one when every name is short enough for a box and is not sentences. A single arrow needs short names on both
sides and no request in front; a list in which only some entries have an arrow stays a list. ``arrows`` says what
the statements mean.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from backend.ai.diagram import Flowchart
from backend.ai.planner import vocabulary as words
from backend.ai.planner.arrow_scanner import Arrow, Name, has_arrow, scan
from backend.ai.planner.arrows import Statement, build_flowchart, leading_condition, parse_statements
from backend.ai.planner.asking import asks_for_thought, is_pure, kind_of, request_end
from backend.ai.planner.errors import PlanError
from backend.ai.planner.flow import QUESTION_MARKS
from backend.ai.planner.lead import Lead, heading_of
from backend.ai.planner.text import clean, has_sentences, hide_quoted, is_label, same, word_count

MAX_NAME_WORDS = 25
MAX_LONE_ARROW_WORDS = 6
MAX_LONE_NAME_WORDS = 8  # of a statement without any arrow

_MARKER = re.compile(r"[ \t]*+(?:[-*+•–·▪◦‣][ \t]+|(?P<number>\(?\d{1,3}[.)][ \t]+))(?=\S)")
_FINAL_STOP = re.compile(r"(?<=\w\w\w)[.。]$")


def plan_arrows(body: str, lead: Lead) -> Flowchart | None:
    """The flow chart of a text in arrow notation, or None. Raises PlanError for arrows that lead nowhere."""
    statements = read_arrows(body, introduced=bool(lead.words))
    if statements is None:
        return None
    title = lead.title
    if not title and len(statements) > 1 and _is_title(body, statements):
        title, statements = statements[0].groups[0][0].text, statements[1:]
    return build_flowchart(statements, title, "right" if lead.rightward else "down")


def read_arrows(body: str, *, introduced: bool = False) -> list[Statement] | None:
    """The statements of a text that is certainly in arrow notation, else None. Raises PlanError as ``plan_arrows``."""
    # Names in quotes may hold arrows; if nothing else does, it is another notation that quotes its names.
    text = _without_markers(body) if has_arrow(hide_quoted(body)) else None
    if text is None:
        return None
    if text.rstrip().endswith(QUESTION_MARKS) and words.pattern(words.HOW_WORDS, prefix=r"\W*+").match(text):
        return None  # “What is the difference between A -> B and A => B?”
    try:
        statements = parse_statements(text)
    except PlanError:
        if sum(isinstance(token, Arrow) for token in scan(text)) > 1 and not has_sentences(text):
            raise
        return None
    arrows = sum(len(statement.arrows) for statement in statements)
    statements = [_tidied(statement) for statement in statements]
    if not introduced:
        first = _without_request(statements[0], lone=arrows == 1)
        if first is None:
            return None
        statements[0] = first
    return statements if _is_certain(statements, arrows, introduced) else None


def _without_markers(body: str) -> str | None:
    """The text without bullets and numbers before its lines; None for Markdown and for lists with plain entries."""
    lines = [line for line in body.split("\n") if line.strip()]
    marks = [_MARKER.match(line) for line in lines]
    if any(heading_of(line) for line in lines):
        return None
    if not any(marks) or (len(lines) == 1 and marks[0] and marks[0]["number"]):
        return body
    plain_entry = any(mark and not has_arrow(line[mark.end() :]) for line, mark in zip(lines, marks, strict=True))
    if plain_entry:
        return None
    return "\n".join(line[mark.end() :] if mark else line for line, mark in zip(lines, marks, strict=True))


def _tidied(statement: Statement) -> Statement:
    """Without the full stop that ends a sentence of arrows: it belongs to no label."""
    last = statement.groups[-1][-1]
    if last.quoted or not statement.arrows or "." in last.text[:-1]:
        return statement
    trimmed = replace(last, text=_FINAL_STOP.sub("", last.text))
    return replace(statement, groups=(*statement.groups[:-1], (*statement.groups[-1][:-1], trimmed)))


def _without_request(statement: Statement, *, lone: bool) -> Statement | None:
    """“Draw a flow chart of A -> B” begins with A; None where the request says more than the steps (“Show how …”)."""
    name = statement.groups[0][0]
    if name.quoted or name.shape:
        return statement
    end = request_end(name.text)
    rest = name.text[end:]
    polite = words.pattern(words.POLITE, prefix=r"\W*+").match(name.text)
    if end and words.pattern(words.HOW_WORDS, prefix=r"\s*+").match(rest):
        return None
    if asks_for_thought(name.text) and (polite or lone):
        return None
    kind, span = kind_of(name.text, weak=is_pure(name.text))
    if kind == "flowchart" and span and (end or span[0] == 0):
        behind = words.pattern(words.PREPOSITIONS, prefix=r"\s*+", suffix=r"\s*").match(name.text, span[1])
        rest = name.text[behind.end() if behind else span[1] :]
    elif not (polite or is_pure(name.text)):
        return statement
    # “Create flow chart -> Review it” begins with a step, not with a request.
    return _renamed(statement, name, rest)


def _renamed(statement: Statement, name: Name, rest: str) -> Statement:
    text = clean(rest.lstrip(":,–- "))
    if not text:
        return statement
    return replace(statement, groups=((replace(name, text=text), *statement.groups[0][1:]), *statement.groups[1:]))


def _is_certain(statements: Sequence[Statement], arrows: int, introduced: bool) -> bool:
    names = [name for statement in statements for group in statement.groups for name in group if not name.quoted]
    if arrows == 1 and not introduced:
        limit = MAX_LONE_ARROW_WORDS
        if names and request_end(names[0].text) and word_count(names[0].text) > 3:
            return False
    else:
        limit = MAX_NAME_WORDS
    if not all(is_label(name.text, words=limit) for name in names):
        return False
    lone = [statement.groups[0] for statement in statements if not statement.arrows]
    return all(
        name.quoted
        or (is_label(name.text, words=MAX_LONE_NAME_WORDS) and not name.text.endswith((".", "!", ":", "。")))
        for group in lone
        for name in group
    )


def _is_title(body: str, statements: Sequence[Statement]) -> bool:
    """Whether the first line, without an arrow, names the chart: nothing refers to it, and no branch follows."""
    first_line = body.split("\n", 1)[0]
    name = statements[0].groups[0][0]
    if statements[0].arrows or clean(first_line) != name.text or leading_condition(statements[1]):
        return False
    others = (other for statement in statements[1:] for group in statement.groups for other in group)
    return all(same(other.text) != same(name.text) for other in others)
