"""A short way for stored requests of simple schemas: what would load as it is need not be loaded.

marshmallow takes as long for two numbers as everything else that a worker does with a job.
"""

from __future__ import annotations

from collections.abc import Callable
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
    """Says of a stored request whether loading it would change nothing; None if the schema is not simple.

    No is no error: then the schema itself must load it.
    """
    plain = [_plain(name, field) for name, field in schema.fields.items()]
    if not plain or None in plain or any(schema._hooks.values()):
        return None
    known = [field for field in plain if field is not None]

    def fits(stored: dict[str, Any]) -> bool:
        for name, kind, checks in known:
            if type(value := stored.get(name)) is not kind:
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
    return None if kind is None or renamed or hooked or field.dump_only else _Plain(name, kind, field.validators)
