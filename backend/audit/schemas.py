"""Shapes of the audit in the API."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

VIAS = ("session", "token", "command line")
MAX_LIMIT = 200
MAX_TEXT = 200

short_text = validate.Length(min=1, max=MAX_TEXT)


class AuditQuerySchema(Schema):
    """Which entries to list; what is left out does not restrict."""

    actor = fields.UUID(load_default=None, metadata={"description": "Who did it."})
    action = fields.String(
        load_default=None,
        validate=short_text,
        metadata={"description": "job.cancel, or its first half (job) for everything done to one kind."},
    )
    target_type = fields.String(load_default=None, validate=short_text)
    target = fields.String(load_default=None, validate=short_text, metadata={"description": "An id or a name."})
    via = fields.String(load_default=None, validate=validate.OneOf(VIAS))
    since = fields.AwareDateTime(load_default=None)
    until = fields.AwareDateTime(load_default=None)
    limit = fields.Integer(load_default=50, validate=validate.Range(1, MAX_LIMIT))
    cursor = fields.String(load_default=None, validate=validate.Length(max=MAX_TEXT))


class AuditEntrySchema(Schema):
    """One thing that somebody did."""

    id = fields.UUID(required=True)
    at = fields.AwareDateTime(required=True)
    actor_id = fields.UUID(
        required=True,
        allow_none=True,
        metadata={"description": "Null: somebody at the machine itself, or not signed in."},
    )
    actor_name = fields.String(required=True)
    actor_role = fields.String(required=True)
    via = fields.String(required=True, validate=validate.OneOf(VIAS))
    action = fields.String(required=True)
    target_type = fields.String(required=True)
    targets = fields.List(fields.String(), required=True, metadata={"description": "The first 20 ids or names."})
    target_count = fields.Integer(required=True)
    details = fields.Dict(required=True)


class AuditListSchema(Schema):
    """A page of entries, the newest first."""

    items = fields.List(fields.Nested(AuditEntrySchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
