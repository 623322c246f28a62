"""Shapes of what is asked of jobs in the API: which to make, which are meant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, pre_load, validate, validates_schema

from backend.jobs.models import PRIORITIES, STATUSES
from backend.jobs.options import MAX_ATTEMPTS, MAX_KEY, MAX_TAG, MAX_TAGS

MAX_LIMIT = 100
MAX_IDS = 100
MAX_BULK = 1_000
MAX_BATCH_JOBS = 200
MAX_TEXT = 200  # characters of a filter


def _printable(text: str) -> None:
    if not text.isprintable():
        raise ValidationError("Use printable characters only.")


short_text: list[Callable[[Any], Any]] = [validate.Length(min=1, max=MAX_TEXT), _printable]


class IdempotencySchema(Schema):
    """The header of every request that makes a job."""

    key = fields.String(
        data_key="Idempotency-Key",
        load_default=None,
        validate=[validate.Length(min=1, max=MAX_KEY), _printable],
        metadata={"description": "The same key and body give the first job again; another body is refused with 409."},
    )


class NewJobHeadersSchema(IdempotencySchema):
    """The headers of a request for any job."""

    cache_control = fields.String(
        data_key="Cache-Control",
        load_default="",
        validate=validate.Length(max=MAX_TEXT),
        metadata={"description": "“no-cache” is the same as `fresh`."},
    )


class NewJobSchema(Schema):
    """A job to be made."""

    job_type = fields.String(required=True, validate=short_text)
    request_data = fields.Dict(keys=fields.String(), load_default=dict)
    queue = fields.String(load_default=None, allow_none=True, validate=short_text)
    priority = fields.String(load_default="normal", validate=validate.OneOf(PRIORITIES))
    run_at = fields.AwareDateTime(load_default=None, allow_none=True)
    expires_at = fields.AwareDateTime(load_default=None, allow_none=True)
    max_attempts = fields.Integer(
        load_default=None, allow_none=True, strict=True, validate=validate.Range(1, MAX_ATTEMPTS)
    )
    tags = fields.List(
        fields.String(validate=[validate.Length(min=1, max=MAX_TAG), _printable]),
        load_default=list,
        validate=validate.Length(max=MAX_TAGS),
    )
    fresh = fields.Boolean(
        load_default=False,
        metadata={"description": "No stored result, and no run that has begun, will do."},
    )


class NewJobsSchema(Schema):
    """Jobs to be made, all of them or none."""

    jobs = fields.List(fields.Nested(NewJobSchema), required=True, validate=validate.Length(min=1, max=MAX_BULK))


class NewBatchSchema(Schema):
    """Jobs to be made as one group."""

    jobs = fields.List(fields.Nested(NewJobSchema), required=True, validate=validate.Length(min=1, max=MAX_BATCH_JOBS))
    then = fields.Nested(NewJobSchema, metadata={"description": "Runs after them."})
    on_failure = fields.String(
        load_default="cancel",
        validate=validate.OneOf(("cancel", "run")),
        metadata={
            "description": "When one of the jobs does not complete: cancel (the group fails, “then” is cancelled) or run "
            "(the group completes, “then” runs and sees it). The other jobs run in both cases."
        },
    )
    summary = fields.String(load_default=None, allow_none=True, validate=short_text)


class JobFilterSchema(Schema):
    """Which jobs are meant; what is left out does not restrict."""

    status = fields.String(
        load_default=None,
        validate=short_text,
        metadata={"description": f"One of {', '.join(STATUSES)}, or several by comma."},
    )
    type = fields.String(load_default=None, validate=short_text)
    queue = fields.String(load_default=None, validate=short_text)
    tag = fields.String(load_default=None, validate=short_text)
    canvas_id = fields.UUID(load_default=None)
    parent = fields.UUID(load_default=None, metadata={"description": "The jobs of this group."})
    q = fields.String(
        load_default=None,
        validate=short_text,
        metadata={
            "description": "Words, or their beginnings, all of which stand in the summary, the type, the request, the tags "
            "or the error. A whole id finds its job."
        },
    )
    priority = fields.String(load_default=None, validate=validate.OneOf(PRIORITIES))
    error_code = fields.String(load_default=None, validate=short_text)
    top_level = fields.Boolean(load_default=False, metadata={"description": "Without the jobs of groups."})
    since = fields.AwareDateTime(load_default=None)
    until = fields.AwareDateTime(load_default=None)
    user = fields.UUID(load_default=None, metadata={"description": "For staff: the jobs of this person."})

    @pre_load
    def drop_empty(self, data: Any, **_: Any) -> Any:
        """A filter that a form left empty does not restrict."""
        return {key: value for key, value in data.items() if value != ""} if isinstance(data, Mapping) else data

    @validates_schema
    def check_statuses(self, data: dict[str, Any], **_: Any) -> None:
        """Every status must be one."""
        wanted = data.get("status")
        if wanted is not None and not set(wanted.split(",")) <= set(STATUSES):
            raise ValidationError(f"Use one of: {', '.join(STATUSES)}, or several by comma.", "status")


class JobQuerySchema(JobFilterSchema):
    """Which jobs to list, and which page of them."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, MAX_LIMIT))
    cursor = fields.String(load_default=None, validate=validate.Length(max=MAX_TEXT))
    order = fields.String(
        load_default="newest",
        validate=validate.OneOf(("newest", "next")),
        metadata={
            "description": "newest: the last that was made first. next, with status=queued: as they come, each line as it is "
            "claimed, then what waits for the clock, then what waits for something else."
        },
    )

    @validates_schema
    def check_order(self, data: dict[str, Any], **_: Any) -> None:
        """What has ended or runs comes in no line."""
        if data["order"] == "next" and data["status"] != "queued":
            raise ValidationError("Use it with status=queued.", "order")


class IdsSchema(Schema):
    """Jobs by their ids."""

    ids = fields.List(fields.UUID(), required=True, validate=validate.Length(min=1, max=MAX_IDS))
