"""Shapes of the AI routes and of the requests of their jobs."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, pre_load, validate

from backend.ai.drawing.themes import SCHEMES, STYLES
from backend.jobs.models import PRIORITIES

# Beyond MAX_INSTRUCTIONS, which is a setting: what the schema refuses before anybody looks at settings.
MAX_INSTRUCTIONS_EVER = 1_000_000  # characters
MAX_SELECTED = 1_000  # elements
EMPTY = "Say what to draw: the instructions are empty."


class _DrawingRequest(Schema):
    instructions = fields.String(
        required=True,
        validate=[
            validate.Length(min=1, error=EMPTY),
            validate.Length(max=MAX_INSTRUCTIONS_EVER, error="Shorten the instructions to {max:,} characters."),
        ],
        metadata={"description": "What to draw or to change, in words or as a structure such as “A -> B; if no -> C”."},
    )
    style = fields.String(load_default=STYLES[0], validate=validate.OneOf(STYLES))
    color_scheme = fields.String(load_default=next(iter(SCHEMES)), validate=validate.OneOf(tuple(SCHEMES)))
    preview = fields.Boolean(
        load_default=False, metadata={"description": "New elements are dashed and pale until the change is kept."}
    )
    follow_up_of = fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={"description": "A finished job on the same canvas whose instructions these go on from."},
    )
    variant_of = fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={"description": "A finished job of which this is to be another version."},
    )

    @pre_load
    def strip(self, data: Any, **_: Any) -> Any:
        """Space around the instructions says nothing; only it is no instruction."""
        if isinstance(data, dict) and isinstance(data.get("instructions"), str):
            return {**data, "instructions": data["instructions"].strip()}
        return data


class CreateCanvasRequestSchema(_DrawingRequest):
    """Draw something new, on a canvas of its own if none is named."""

    canvas_id = fields.UUID(load_default=None, allow_none=True)


class ModifyCanvasRequestSchema(_DrawingRequest):
    """Change what is on a canvas."""

    canvas_id = fields.UUID(required=True)
    selection = fields.List(
        fields.String(validate=validate.Length(1, 64)),
        load_default=None,
        allow_none=True,
        validate=validate.Length(max=MAX_SELECTED),
        metadata={"description": "Ids of the elements that are meant; without them, all of the canvas."},
    )


class _Prioritised(Schema):
    priority = fields.String(load_default="normal", validate=validate.OneOf(PRIORITIES))


class CreateCanvasSchema(CreateCanvasRequestSchema, _Prioritised):
    """Body of create-canvas."""


class ModifyCanvasSchema(ModifyCanvasRequestSchema, _Prioritised):
    """Body of modify-canvas."""


class AcceptedSchema(Schema):
    """A job has been queued; where to ask how it goes."""

    success = fields.Boolean(required=True)
    message = fields.String(required=True)
    job_id = fields.UUID(required=True)
    canvas_id = fields.UUID(required=True, allow_none=True)  # none once the canvas is removed: the key is used again
    status = fields.String(required=True)
    status_url = fields.String(required=True)
    result_url = fields.String(required=True)
    events_url = fields.String(required=True)
