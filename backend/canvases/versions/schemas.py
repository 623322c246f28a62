"""Shapes of the versions of canvases in the API."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from backend.canvases.schemas import MAX_CURSOR, MAX_PAGE, name_rules

CAUSES = ("hand", "edit", "job", "restore")


class NewCanvasVersionSchema(Schema):
    """A version to be kept, or the new name of one."""

    name = fields.String(required=True, validate=name_rules)


class CanvasVersionQuerySchema(Schema):
    """Which versions to list."""

    limit = fields.Integer(load_default=20, validate=validate.Range(1, MAX_PAGE))
    cursor = fields.String(load_default=None, validate=validate.Length(min=1, max=MAX_CURSOR))


class CanvasVersionSchema(Schema):
    """What was on a canvas at one moment."""

    id = fields.UUID(required=True)
    canvas_id = fields.UUID(required=True)
    canvas_version = fields.Integer(required=True, metadata={"description": "The canvas's version at that moment."})
    cause = fields.String(
        required=True,
        validate=validate.OneOf(CAUSES),
        metadata={
            "description": "Made by hand, or by itself before somebody's edit, before a job's change, before a restore."
        },
    )
    name = fields.String(required=True, allow_none=True, metadata={"description": "A version with a name stays."})
    about = fields.String(
        required=True, allow_none=True, metadata={"description": "The job's title, or which version was restored."}
    )
    author = fields.String(
        required=True, allow_none=True, metadata={"description": "Who kept it, or was about to change the canvas."}
    )
    job_id = fields.UUID(required=True, allow_none=True)
    element_count = fields.Integer(required=True)
    size = fields.Integer(required=True, metadata={"description": "Bytes that it takes."})
    preview = fields.List(
        fields.Dict(), required=True, metadata={"description": "The largest elements, with what is seen in small."}
    )
    created_at = fields.AwareDateTime(required=True)
    expires_at = fields.AwareDateTime(required=True, allow_none=True)


class CanvasVersionListSchema(Schema):
    """A page of versions, the newest first."""

    items = fields.List(fields.Nested(CanvasVersionSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class VersionDifferenceSchema(Schema):
    """Ids of what has come, changed and gone since. A text inside a shape is told as its shape."""

    added = fields.List(fields.String(), required=True)
    changed = fields.List(fields.String(), required=True)
    removed = fields.List(fields.String(), required=True)


class CanvasVersionContentsSchema(CanvasVersionSchema):
    """A version with its elements, and what is different on the canvas now."""

    elements = fields.List(fields.Dict(), required=True)
    difference = fields.Nested(VersionDifferenceSchema, required=True)


class RestoredVersionSchema(Schema):
    """What a restore did. ``before`` is the version of what was there: restoring it undoes the restore."""

    version = fields.Integer(required=True, metadata={"description": "The canvas's version now."})
    written = fields.Integer(required=True, metadata={"description": "Elements that were changed by it."})
    before = fields.UUID(required=True, allow_none=True)
