"""Shapes of what staff see and change of people."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from backend.accounts.models import ROLES
from backend.accounts.schemas import UserSchema

MAX_LIMIT = 100
MAX_TEXT = 200


class PeopleQuerySchema(Schema):
    """Which people to list."""

    q = fields.String(
        load_default=None,
        validate=validate.Length(min=1, max=MAX_TEXT),
        metadata={"description": "Part of the name or address, or the id."},
    )
    role = fields.String(load_default=None, validate=validate.OneOf(ROLES))
    guests = fields.Boolean(load_default=True)
    limit = fields.Integer(load_default=50, validate=validate.Range(1, MAX_LIMIT))
    cursor = fields.String(load_default=None, validate=validate.Length(max=MAX_TEXT))


class PersonSchema(UserSchema):
    """A person, as staff see it."""

    suspended_at = fields.AwareDateTime(required=True, allow_none=True)
    last_seen_at = fields.AwareDateTime(required=True, allow_none=True)


class PeopleSchema(Schema):
    """A page of people, the newest first."""

    items = fields.List(fields.Nested(PersonSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class PersonChangeSchema(Schema):
    """What staff may change of a person."""

    role = fields.String(validate=validate.OneOf(ROLES))
    suspended = fields.Boolean()

    @validates_schema
    def check_any(self, data: dict[str, Any], **_: Any) -> None:
        """Something must be changed."""
        if not data:
            raise ValidationError("Give “role” or “suspended”.", "role")
