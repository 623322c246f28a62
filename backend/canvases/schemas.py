"""Shapes of canvases in the API."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

MAX_NAME = 200
MAX_PAGE = 100
MAX_CURSOR = 200
UNTITLED = "Untitled canvas"

name_rules = [
    validate.Length(max=MAX_NAME),
    validate.Regexp(r"^\s*\S", error="Write at least one visible character."),
]


class NewCanvasSchema(Schema):
    """A canvas to be made."""

    name = fields.String(load_default=UNTITLED, validate=name_rules)


class CanvasChangeSchema(Schema):
    """What can be changed of a canvas."""

    name = fields.String(required=True, validate=name_rules)


class CanvasQuerySchema(Schema):
    """Which canvases to list."""

    q = fields.String(
        load_default="", validate=validate.Length(max=MAX_NAME), metadata={"description": "Part of the name."}
    )
    trash = fields.Boolean(load_default=False, metadata={"description": "The deleted ones instead."})
    limit = fields.Integer(load_default=50, validate=validate.Range(1, MAX_PAGE))
    cursor = fields.String(load_default=None, validate=validate.Length(min=1, max=MAX_CURSOR))


class CanvasSchema(Schema):
    """A canvas, as somebody sees it who may. ``version`` counts the changes of its elements."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    version = fields.Integer(required=True)
    element_count = fields.Integer(required=True, metadata={"description": "Without deleted ones."})
    owner_id = fields.UUID(required=True)
    role = fields.String(required=True, validate=validate.OneOf(["owner"]))
    created_at = fields.AwareDateTime(required=True)
    updated_at = fields.AwareDateTime(required=True)
    deleted_at = fields.AwareDateTime(required=True, allow_none=True)


class CanvasListSchema(Schema):
    """A page of canvases, the last changed first."""

    items = fields.List(fields.Nested(CanvasSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class ElementsQuerySchema(Schema):
    """Which elements to read."""

    since = fields.Integer(
        load_default=0,
        validate=validate.Range(0, 2**53),
        metadata={"description": "Only those that changed after this version of the canvas."},
    )


class ElementsSchema(Schema):
    """Complete Excalidraw elements; deleted ones have ``isDeleted``."""

    elements = fields.List(fields.Dict(), required=True)
    version = fields.Integer(required=True)


class UpdateSchema(Schema):
    """Elements to merge. Each is examined by itself, hence Raw."""

    elements = fields.Raw(
        required=True,
        metadata={"type": "array", "items": {"type": "object"}, "description": "Complete Excalidraw elements."},
    )


class MergedSchema(Schema):
    """What came of an update. ``stale``: elements of the canvas that won against the given ones; show those."""

    version = fields.Integer(required=True)
    accepted = fields.List(fields.String(), required=True)
    stale = fields.List(fields.Dict(), required=True)
