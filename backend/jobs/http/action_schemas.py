"""Shapes of what is done with jobs that exist."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from backend.jobs.actions import ACTIONS
from backend.jobs.http.request_schemas import JobFilterSchema
from backend.jobs.models import PRIORITIES

MAX_ACTION_IDS = 1_000


class PrioritySchema(Schema):
    """What may be changed of a queued job."""

    priority = fields.String(required=True, validate=validate.OneOf(PRIORITIES))


class BulkActionSchema(Schema):
    """The same for many jobs, named by their ids or found by a filter."""

    ids = fields.List(fields.UUID(), validate=validate.Length(min=1, max=MAX_ACTION_IDS))
    filter = fields.Nested(JobFilterSchema)
    action = fields.String(required=True, validate=validate.OneOf(ACTIONS))
    priority = fields.String(validate=validate.OneOf(PRIORITIES))

    dry_run = fields.Boolean(
        load_default=False, metadata={"description": "Change nothing: count what fits and could be changed."}
    )

    @validates_schema
    def check_combination(self, data: dict[str, Any], **_: Any) -> None:
        """Either ids or a filter; a priority where one is to be set."""
        if ("ids" in data) == ("filter" in data):
            raise ValidationError("Send either “ids” or “filter”.", "ids")
        if (data.get("action") == "priority") != ("priority" in data):
            raise ValidationError("Belongs to the action “priority”, and that needs it.", "priority")


class SkippedSchema(Schema):
    """A job that was left as it is."""

    job_id = fields.UUID(required=True)
    reason = fields.String(
        required=True,
        metadata={
            "description": "not_found, forbidden, not_queued, not_finished, already_completed (or failed, cancelled), "
            "cancel_requested, equal_job_waits, need_failed (retry what it needs first, or both together), group (it has no "
            "priority), unknown_job_type, or busy: try again"
        },
    )


class BulkActedSchema(Schema):
    """How many jobs were changed, and which were not."""

    done = fields.Integer(required=True)
    skipped = fields.List(fields.Nested(SkippedSchema), required=True)
    more = fields.Boolean(required=True, metadata={"description": "The filter found more than one request may change."})
    dry_run = fields.Boolean(required=True, metadata={"description": "Nothing was changed; “done” is what would be."})
