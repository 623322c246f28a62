"""Shapes of the changes of jobs in the API."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

MAX_PAGE = 100
STATUSES = ("open", "kept", "undone")


class ChangeSchema(Schema):
    """What one job did to a canvas, as one step."""

    job_id = fields.UUID(required=True)
    canvas_id = fields.UUID(required=True)
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    summary = fields.String(required=True, allow_none=True)
    author = fields.String(required=True, metadata={"description": "Who asked for it."})
    spared = fields.List(
        fields.String(), required=True, metadata={"description": "Elements that were changed since and not undone."}
    )
    message = fields.String(required=True)
    created_at = fields.AwareDateTime(required=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)


class ChangeListSchema(Schema):
    """A page of changes, the newest first."""

    items = fields.List(fields.Nested(ChangeSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ChangeQuerySchema(Schema):
    """Which changes to list."""

    limit = fields.Integer(load_default=20, validate=validate.Range(1, MAX_PAGE))
    cursor = fields.String(load_default=None, validate=validate.Length(min=1, max=200))


class UndoSchema(Schema):
    """How to undo."""

    spare_changed = fields.Boolean(
        load_default=True, metadata={"description": "Leave alone what people have changed since."}
    )
