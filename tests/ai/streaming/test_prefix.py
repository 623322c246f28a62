"""Whatever of an answer has come, its beginning is a valid answer, and grows with it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from backend.ai.diagram import labels_of
from backend.ai.drawing.draw import draw_at
from backend.ai.drawing.themes import theme_of
from backend.ai.kinds.forms import FORMS
from backend.ai.kinds.kind import Kind
from backend.ai.streaming.prefix import continued, growing, has_parts

THEME = theme_of("default", "clean")
KINDS = {form.kind.name: form.kind for form in FORMS}
every_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())


def prefixes(kind: Kind, *, whole: bool = False) -> Iterator[Any]:
    text = json.dumps(kind.example[1], ensure_ascii=False)
    for end in range(len(text) + 1):
        yield growing(text[:end], kind.schema, whole=whole)


@every_kind
def test_every_prefix_is_a_diagram_or_not_yet_one_and_loses_no_label_again(kind: Kind) -> None:
    seen: set[str] = set()
    steps = 0
    complete = set(labels_of(kind.parse(kind.example[1]))) - {""}
    for answer in prefixes(kind):
        diagram = kind.read_beginning(answer) if answer else None
        if diagram is None:
            continue
        draw_at(diagram, None, [], job_id=uuid4(), theme=THEME)  # each of them can be drawn
        labels = set(labels_of(diagram)) - {""}
        assert labels <= complete, "no word is there before it is complete"
        assert labels >= seen
        steps += labels > seen
        seen = labels
    assert seen == complete
    assert steps > 1, "it is drawn in several steps"


@every_kind
def test_an_answer_that_broke_off_anywhere_is_completed_by_the_rest_of_it(kind: Kind) -> None:
    whole = kind.example[1]
    for before in prefixes(kind, whole=True):
        if before is not None and has_parts(before):
            assert kind.parse(continued(before, _rest(before, whole), kind.schema)) == kind.parse(whole)
            assert continued(before, whole, kind.schema) == whole, "what is said again is there once"


def _rest(before: Any, whole: Any) -> Any:
    """What a model would add: texts that are there already are empty, lists hold what is missing."""
    if isinstance(whole, dict):
        return {name: _rest(before.get(name), value) for name, value in whole.items()}
    if isinstance(whole, list):
        return [entry for entry in whole if entry not in (before or [])]
    return "" if before and isinstance(whole, str) else whole


def test_text_before_the_object_and_behind_it_is_left_out() -> None:
    schema = KINDS["swot"].schema
    assert growing("Here it", schema) is None
    assert growing("[1, 2", schema) is None
    found = growing('```json\n{"title": "T"}\n``` and more { [', schema)
    assert found is not None and found["title"] == "T"


def test_brackets_and_quotes_inside_of_texts_open_nothing() -> None:
    kind = KINDS["outline"]
    text = '{"title": "a [ { \\" b", "ordered": false, "items": [{"label": "x ] }", "children": []}, {"label": "y'
    found = growing(text, kind.schema)
    assert found is not None
    assert (found["title"], [item["label"] for item in found["items"]]) == ('a [ { " b', ["x ] }"])
