"""Schemas as grammars: bounds for lists, texts that say something, and whatever labels a canvas has."""

from __future__ import annotations

import json
import re

from hypothesis import given
from hypothesis import strategies as st

from backend.ai.embedded import grammar as rules
from backend.ai.embedded.grammar import MOST, MOST_EVER, grammar_of
from backend.ai.kinds.change_schema import schema_for
from backend.ai.kinds.kind import FILLED, MAYBE, TEXT, many, one_of, record


def rule(grammar: str, name: str) -> str:
    return next(line.split(" ::= ")[1] for line in grammar.splitlines() if line.startswith(f"{name} ::= "))


def test_lists_have_bounds_and_inner_ones_narrower_bounds() -> None:
    grammar = grammar_of(record(rows=many(record(name=TEXT, cells=many(TEXT, 2, 500))), few=many(TEXT, 0, 3)))

    assert f"{{0,{MOST[0] - 1}}}" in rule(grammar, "root")
    assert f"{{1,{MOST[1] - 1}}}" in rule(grammar, "root-0-e")
    assert re.search(r"\( root-1-e \( \",\" root-1-e \)\{0,2\} \)\?", rule(grammar, "root"))


def test_what_says_what_something_is_is_not_empty() -> None:
    grammar = grammar_of(record(title=TEXT, note=TEXT, tags=many(TEXT)))

    assert '"\\"title\\":" text "," "\\"note\\":" maybe' in rule(grammar, "root")
    assert rule(grammar, "root-2-e") == "text"


def test_a_list_that_must_have_more_entries_than_its_bound_has_as_many_as_that() -> None:
    assert f"{{{MOST[0] - 1},{MOST[0] - 1}}}" in grammar_of(record(words=many(TEXT, 60, 60)))


def test_an_outer_list_has_room_for_as_many_as_are_asked_for() -> None:
    schema = record(rows=many(record(name=TEXT, cells=many(TEXT))))

    assert f"{{0,{20 - 1}}}" in rule(grammar_of(schema, 20), "root")
    assert f"{{0,{MOST[1] - 1}}}" in rule(grammar_of(schema, 20), "root-0-e")
    assert f"{{0,{MOST[0] - 1}}}" in rule(grammar_of(schema, 3), "root")
    assert f"{{0,{MOST_EVER - 1}}}" in rule(grammar_of(schema, 5000), "root")


def test_a_text_says_whether_it_may_be_empty_and_a_choice_of_objects_is_one() -> None:
    assert (MAYBE["description"], FILLED["description"]) == (rules.MAYBE, rules.FILLED)
    grammar = grammar_of({**record(rows={"anyOf": [record(a=MAYBE, b=TEXT), record(c=FILLED, d=FILLED)]})})

    assert rule(grammar, "root") == (
        '"{" "\\"rows\\":" ( "{" "\\"a\\":" maybe "," "\\"b\\":" text "}" | '
        '"{" "\\"c\\":" text "," "\\"d\\":" text "}" ) "}"'
    )


@given(st.lists(st.text(), unique=True, max_size=4))
def test_every_label_of_a_canvas_is_one_literal_on_one_line(labels: list[str]) -> None:
    grammar = grammar_of(schema_for(labels))

    assert all(" ::= " in line for line in grammar.split("\n"))
    literals = re.findall(r'"(?:[^"\\]|\\.)*"', grammar.split("\nnode")[1])
    said = [json.loads(literal) for literal in literals]
    assert {json.dumps(label, ensure_ascii=False) for label in labels} <= set(said)


def test_an_enum_is_its_values_as_json() -> None:
    assert '( "\\"a \\\\\\"b\\\\\\"\\"" )' in grammar_of(record(only=one_of('a "b"')))
