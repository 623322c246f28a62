"""Shapes of accounts and tokens in the API."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, post_load, validate

from backend.accounts.models import ROLES
from backend.accounts.passwords import MAX_LENGTH, MIN_LENGTH
from backend.identity import ALL_SCOPES

MAX_NAME = 100
MAX_EMAIL = 254
MAX_TOKEN_DAYS = 3650

not_blank = validate.Regexp(r"^\s*\S", error="Write at least one visible character.")
name_rules = [validate.Length(max=MAX_NAME), not_blank]


class CredentialsSchema(Schema):
    """What signs somebody in. Says nothing about how good the password is: that is the sign-up's business."""

    email = fields.String(required=True, validate=validate.Length(min=1, max=MAX_EMAIL))
    password = fields.String(required=True, validate=validate.Length(min=1, max=MAX_LENGTH), load_only=True)


class SignUpSchema(Schema):
    """A new account."""

    email = fields.Email(required=True, validate=validate.Length(max=MAX_EMAIL))
    password = fields.String(required=True, validate=validate.Length(min=MIN_LENGTH, max=MAX_LENGTH), load_only=True)
    name = fields.String(load_default=None, allow_none=True, validate=name_rules)


class WantTokenSchema(Schema):
    """``?token=1``: put an API token into the answer too."""

    token = fields.Boolean(load_default=False)


class UserSchema(Schema):
    """A person, as that person sees it."""

    id = fields.UUID(required=True)
    email = fields.String(required=True, allow_none=True)
    name = fields.String(required=True)
    role = fields.String(required=True, validate=validate.OneOf(ROLES))
    is_guest = fields.Boolean(required=True)
    created_at = fields.AwareDateTime(required=True)


class SignedInSchema(UserSchema):
    """The answer to everything that signs in."""

    csrf_token = fields.String(required=True)
    token = fields.String(metadata={"description": "Only with ?token=1. Shown this once."})


class VersionSchema(Schema):
    """Of the server; what follows the + is the build of the page."""

    version = fields.String(required=True)


class CsrfSchema(Schema):
    """The token for the header X-CSRF-Token."""

    csrf_token = fields.String(required=True)


class SessionSchema(CsrfSchema):
    """What a page needs to know before it draws anything."""

    user = fields.Nested(UserSchema, required=True, allow_none=True)
    version = fields.String(required=True)
    signup_enabled = fields.Boolean(required=True)
    guests_enabled = fields.Boolean(required=True)
    min_password = fields.Integer(required=True)


class TokenSchema(Schema):
    """An API token without its secret."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    scopes = fields.List(fields.String(), required=True)
    created_at = fields.AwareDateTime(required=True)
    last_used_at = fields.AwareDateTime(required=True, allow_none=True)
    expires_at = fields.AwareDateTime(required=True, allow_none=True)


class NewTokenSchema(TokenSchema):
    """An API token, the one time that its secret is shown."""

    token = fields.String(required=True)


class TokenListSchema(Schema):
    """All tokens of a person; there are never so many that they need pages."""

    items = fields.List(fields.Nested(TokenSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class TokenRequestSchema(Schema):
    """What a new token should be."""

    name = fields.String(required=True, validate=name_rules)
    scopes = fields.List(
        fields.String(validate=validate.OneOf(sorted(ALL_SCOPES))),
        load_default=lambda: sorted(ALL_SCOPES),
        validate=validate.Length(min=1, max=10),
    )
    expires_in_days = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(1, MAX_TOKEN_DAYS)
    )

    @post_load
    def writing_means_reading(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Who may write may read what came of it."""
        wanted = set(data["scopes"])
        data["scopes"] = sorted(wanted | {"read"})
        return data
