"""The short way of loading and dumping a request changes nothing, and steps aside where it would."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import INCLUDE, Schema, ValidationError, fields, post_load, validate

from backend.jobs.plain_schema import quick_check


class SimpleSchema(Schema):
    """Nothing but plain values."""

    text = fields.String(validate=validate.Length(max=5))
    number = fields.Integer(validate=validate.Range(0, 9))
    part = fields.Float()
    flag = fields.Boolean()


class IdSchema(Schema):
    """A value that loading changes."""

    id = fields.UUID()


class HookSchema(Schema):
    """A plain value, and a hook that sees it."""

    text = fields.String()

    @post_load
    def shout(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Change it after all."""
        return {"text": data["text"].upper()}


class RenamedSchema(Schema):
    """A plain value under another name."""

    text = fields.String(data_key="label")


class SecretSchema(Schema):
    """A plain value that is not dumped."""

    text = fields.String(load_only=True)


class TextNumberSchema(Schema):
    """A number that is dumped as a text."""

    number = fields.Integer(as_string=True)


ANYTHING = st.one_of(st.none(), st.booleans(), st.integers(-3, 12), st.floats(), st.text(max_size=7))


@given(st.dictionaries(st.sampled_from(["text", "number", "part", "flag", "beyond"]), ANYTHING))
def test_what_is_let_through_would_load_as_it_is(stored: dict[str, Any]) -> None:
    fits = quick_check(SimpleSchema())
    assert fits is not None
    if fits(stored):
        loaded = SimpleSchema().load(stored, unknown=INCLUDE)
        assert {name: (type(value), value) for name, value in loaded.items()} == {
            name: (type(value), value) for name, value in stored.items()
        }
        known = {name: value for name, value in stored.items() if name != "beyond"}
        assert SimpleSchema().dump(stored) == known


def test_a_complete_simple_request_takes_the_short_way_and_a_wrong_one_does_not() -> None:
    fits = quick_check(SimpleSchema())
    assert fits is not None
    stored = {"text": "abc", "number": 3, "part": 0.5, "flag": True}
    assert fits(stored)
    for wrong in (
        {"text": "longer"},
        {"number": 10},
        {"number": True},
        {"part": 1},
        {"flag": 1},
        {"text": None},
        {"part": math.nan},
    ):
        assert not fits({**stored, **wrong})
    assert not fits({name: value for name, value in stored.items() if name != "part"})
    with pytest.raises(ValidationError):
        SimpleSchema().load({**stored, "text": "longer"})


@pytest.mark.parametrize("schema", [IdSchema, HookSchema, RenamedSchema, SecretSchema, TextNumberSchema, Schema])
def test_schemas_that_change_values_always_load(schema: type[Schema]) -> None:
    assert quick_check(schema()) is None
