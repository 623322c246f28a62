"""Shapes of queues and limits in the API."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from backend.jobs.admission.limit_models import SCOPES
from backend.jobs.admission.queues import COUNT_LIMIT
from backend.jobs.http.request_schemas import short_text


class LimitSchema(Schema):
    """How many jobs of one kind run at the same time."""

    scope = fields.String(required=True, validate=validate.OneOf(SCOPES))
    key = fields.String(required=True, metadata={"description": "What is limited; * is each for itself."})
    slots = fields.Integer(required=True)
    held = fields.Integer(required=True)
    waiting = fields.Integer(required=True, metadata={"description": "Jobs that were put aside; counted to 1,000."})
    source = fields.String(required=True, validate=validate.OneOf(["settings", "task", "staff"]))


class QueueSchema(Schema):
    """How a queue stands."""

    name = fields.String(required=True)
    paused = fields.Boolean(required=True)
    paused_at = fields.AwareDateTime(required=True, allow_none=True)
    paused_by = fields.UUID(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    ready = fields.Integer(
        required=True, metadata={"description": f"Jobs that only wait for a worker; counted to {COUNT_LIMIT}."}
    )
    running = fields.Integer(required=True)
    workers = fields.Integer(required=True)
    limits = fields.List(fields.Nested(LimitSchema), required=True)


class QueueListSchema(Schema):
    """All queues, and the limits that are not about one of them."""

    items = fields.List(fields.Nested(QueueSchema), required=True)
    limits = fields.List(fields.Nested(LimitSchema), required=True)


class PauseSchema(Schema):
    """Why a queue is paused; shown to everybody who waits."""

    reason = fields.String(load_default=None, allow_none=True, validate=short_text)
