"""Shapes of notices in the API."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from backend.notifications.models import KINDS

MAX_PAGE = 100
MAX_IDS = 200
MAX_CURSOR = 200
COUNT_BOUND = 1_000  # unread notices; who has more has stopped counting


class NoticeQuerySchema(Schema):
    """Which notices to list."""

    unread = fields.Boolean(load_default=False, metadata={"description": "Only those that were not read yet."})
    limit = fields.Integer(load_default=30, validate=validate.Range(1, MAX_PAGE))
    cursor = fields.String(load_default=None, validate=validate.Length(min=1, max=MAX_CURSOR))


class NoticeSchema(Schema):
    """Something that I was told. The message `notice` has the same fields."""

    id = fields.UUID(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    title = fields.String(required=True, metadata={"description": "What it is about: the job's title."})
    body = fields.String(required=True, allow_none=True, metadata={"description": "Why, or what came of it."})
    job_id = fields.UUID(required=True, allow_none=True)
    canvas_id = fields.UUID(required=True, allow_none=True)
    created_at = fields.AwareDateTime(required=True)
    read_at = fields.AwareDateTime(required=True, allow_none=True)


class UnreadSchema(Schema):
    """How many notices I have not read."""

    unread = fields.Integer(required=True, metadata={"description": f"Counted to {COUNT_BOUND}."})


class NoticeListSchema(UnreadSchema):
    """A page of notices, the newest first."""

    items = fields.List(fields.Nested(NoticeSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)


class NoticesReadSchema(Schema):
    """What I have read: some notices by their ids, or all of them up to a moment (by default: now)."""

    ids = fields.List(fields.UUID(), validate=validate.Length(min=1, max=MAX_IDS))
    all = fields.Boolean(validate=validate.Equal(True))
    until = fields.AwareDateTime(metadata={"description": "With `all`: what came later stays unread."})

    @validates_schema
    def one_of_both(self, data: dict[str, Any], **_: Any) -> None:
        """Neither nothing nor both."""
        if ("ids" in data) == ("all" in data):
            raise ValidationError("Send either ids or all: true.", "ids")
        if "until" in data and "all" not in data:
            raise ValidationError("Only together with all: true.", "until")


class NoticeEventsSchema(Schema):
    """Of what I want notices: of the ends of my jobs."""

    job_completed = fields.Boolean(required=True)
    job_failed = fields.Boolean(required=True)
    job_cancelled = fields.Boolean(
        required=True, metadata={"description": "Cancelled by somebody else, or because it could not go on."}
    )


class NoticeWaysSchema(Schema):
    """How I want to be told, beside the list."""

    toast = fields.Boolean(required=True, metadata={"description": "On the page."})
    browser = fields.Boolean(required=True, metadata={"description": "By the browser, while the page is not seen."})
    sound = fields.Boolean(required=True)


class QuietHoursSchema(Schema):
    """When there is neither sound nor a browser's notice, by the clock of the machine in front of me."""

    start = fields.Time(required=True, format="%H:%M")
    end = fields.Time(required=True, format="%H:%M")

    @validates_schema
    def not_empty(self, data: dict[str, Any], **_: Any) -> None:
        """The same time twice could mean never or always."""
        if data["start"] == data["end"]:
            raise ValidationError("Must differ from the start.", "end")


class NoticeSettingsSchema(Schema):
    """What I want to be told, and how. It holds on every page of mine."""

    events = fields.Nested(NoticeEventsSchema, required=True)
    ways = fields.Nested(NoticeWaysSchema, required=True)
    quiet_hours = fields.Nested(QuietHoursSchema, required=True, allow_none=True)
