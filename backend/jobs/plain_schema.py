"""A short way for requests of simple schemas: what would load, or dump, as it is need not be loaded or dumped.

marshmallow takes as long for two numbers as everything else that a worker does with a job.
"""

from __future__ import annotations

from collections.abc import Callable
from math import isfinite
from typing import Any, NamedTuple

from marshmallow import Schema, ValidationError, fields

PLAIN: dict[type[fields.Field[Any]], type] = {
    fields.String: str,
    fields.Integer: int,
    fields.Float: float,
    fields.Boolean: bool,
}


class _Plain(NamedTuple):
    name: str
    kind: type  # exactly this one: true is no number, and 1 no float
    checks: list[Callable[[Any], Any]]


def quick_check(schema: Schema) -> Callable[[dict[str, Any]], bool] | None:
    """Says of a request whether loading and dumping it would change nothing of the fields that the schema knows; None if the
    schema is not simple.

    No is no error: then the schema itself must load it, or say what is wrong.
    """
    plain = [_plain(name, field) for name, field in schema.fields.items()]
    own_way = type(schema).load is not Schema.load or type(schema).dump is not Schema.dump
    if not plain or None in plain or any(schema._hooks.values()) or own_way:
        return None
    known = [field for field in plain if field is not None]

    def fits(stored: dict[str, Any]) -> bool:
        for name, kind, checks in known:
            if type(value := stored.get(name)) is not kind or (isinstance(value, float) and not isfinite(value)):
                return False
            try:
                for check in checks:
                    check(value)
            except ValidationError:
                return False
        return True

    return fits


def _plain(name: str, field: fields.Field[Any]) -> _Plain | None:
    kind = PLAIN.get(type(field))
    renamed = field.attribute is not None or field.data_key is not None
    hooked = bool(field.pre_load or field.post_load)
    one_way = field.dump_only or field.load_only or getattr(field, "as_string", False)
    return None if kind is None or renamed or hooked or one_way else _Plain(name, kind, field.validators)
