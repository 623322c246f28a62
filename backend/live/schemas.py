"""Shapes of a job's events in the API."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from backend.live.replay import PAGE


class EventsQuery(Schema):
    """Which events are wanted."""

    after = fields.Integer(
        load_default=0,
        validate=validate.Range(0, 2**31 - 1),
        metadata={"description": "number of the last event that you have"},
    )
    limit = fields.Integer(load_default=1000, validate=validate.Range(1, PAGE))


class EventSchema(Schema):
    """Something that happened to a job."""

    seq = fields.Integer(required=True, metadata={"description": "1, 2, 3 … without gaps"})
    type = fields.String(
        required=True,
        validate=validate.OneOf(
            ["queued", "processing", "progress", "partial", "retrying", "completed", "failed", "cancelled"]
        ),
    )
    status = fields.String(required=True)
    progress = fields.Integer(required=True)
    message = fields.String(required=True, allow_none=True)
    data = fields.Dict(required=True, allow_none=True)
    at = fields.String(required=True, metadata={"format": "date-time"})


class GapSchema(Schema):
    """Events that retention has removed."""

    from_ = fields.Integer(required=True, data_key="from", attribute="from")
    to = fields.Integer(required=True)


class EventsSchema(Schema):
    """A page of a job's events. There are more when the last one is not ``last_seq``."""

    events = fields.List(fields.Nested(EventSchema), required=True)
    last_seq = fields.Integer(required=True)
    gap = fields.Nested(GapSchema)
