"""Shapes of jobs in the API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import Schema, ValidationError, fields, pre_load, validate, validates_schema

from backend.jobs.actions import JOB_ACTIONS
from backend.jobs.http.estimate_schemas import EstimateSchema
from backend.jobs.http.waiting_schemas import WaitingForSchema
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


class IdsSchema(Schema):
    """Jobs by their ids."""

    ids = fields.List(fields.UUID(), required=True, validate=validate.Length(min=1, max=MAX_IDS))


class JobErrorSchema(Schema):
    """Why a job failed, or failed last."""

    code = fields.String(required=True)
    message = fields.String(required=True)
    correlation_id = fields.String(required=True)


class ChildrenSchema(Schema):
    """How the jobs of a group stand. What is neither finished nor running waits."""

    total = fields.Integer(required=True)
    completed = fields.Integer(required=True)
    failed = fields.Integer(required=True)
    cancelled = fields.Integer(required=True)
    running = fields.Integer(required=True)


class JobSchema(Schema):
    """How a job stands."""

    job_id = fields.UUID(required=True)
    job_type = fields.String(required=True)
    queue = fields.String(required=True)
    priority = fields.String(required=True, validate=validate.OneOf(PRIORITIES))
    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    progress = fields.Integer(required=True)
    message = fields.String(required=True, allow_none=True)
    summary = fields.String(required=True, allow_none=True)
    user_id = fields.UUID(required=True)
    canvas_id = fields.UUID(required=True, allow_none=True)
    parent_id = fields.UUID(required=True, allow_none=True, metadata={"description": "The group that it belongs to."})
    tags = fields.List(fields.String(), required=True)
    attempt = fields.Integer(required=True)
    max_attempts = fields.Integer(required=True)
    created_at = fields.AwareDateTime(required=True)
    run_at = fields.AwareDateTime(required=True, allow_none=True)
    expires_at = fields.AwareDateTime(required=True, allow_none=True)
    started_at = fields.AwareDateTime(required=True, allow_none=True)
    completed_at = fields.AwareDateTime(required=True, allow_none=True)
    error = fields.Nested(JobErrorSchema)
    last_seq = fields.Integer(required=True)
    cancel_requested = fields.Boolean(required=True)
    cached = fields.Boolean(required=True, metadata={"description": "The result was there before the job."})
    actions = fields.List(
        fields.String(validate=validate.OneOf(JOB_ACTIONS)),
        required=True,
        metadata={"description": "What I may do with it as it stands."},
    )
    children = fields.Nested(ChildrenSchema, metadata={"description": "Of a group, in lists and on its own page."})
    user_name = fields.String(metadata={"description": "For staff, in lists and on its own page."})
    estimate = fields.Nested(
        EstimateSchema,
        allow_none=True,
        metadata={"description": "Of a job that waits or runs, in lists and on its own page; null once it has ended."},
    )


class AttemptSchema(Schema):
    """One run that has ended."""

    run = fields.Integer(required=True)
    attempt = fields.Integer(required=True)
    worker_id = fields.Integer(required=True, allow_none=True)
    started_at = fields.AwareDateTime(required=True, allow_none=True)
    ended_at = fields.AwareDateTime(required=True)
    outcome = fields.String(required=True)
    error_code = fields.String(required=True, allow_none=True)
    error_message = fields.String(required=True, allow_none=True)
    traceback = fields.String(metadata={"description": "For staff."})
    next_run_at = fields.AwareDateTime(required=True, allow_none=True)


class TimelineSchema(Schema):
    """One stretch of a job's life: it waited, or it ran."""

    kind = fields.String(required=True, validate=validate.OneOf(("wait", "run")))
    start = fields.AwareDateTime(required=True, allow_none=True)
    end = fields.AwareDateTime(required=True, allow_none=True, metadata={"description": "Null: it goes on."})
    reason = fields.String(
        metadata={
            "description": "Of a wait: queued, scheduled, retry, retry_after, snoozed, rescued, released, blocked."
        }
    )
    message = fields.String(required=True, metadata={"description": "A sentence for people."})
    run = fields.Integer(metadata={"description": "Of a run: its number."})
    attempt = fields.Integer(metadata={"description": "Of a run: which attempt it spent."})
    worker_id = fields.Integer(allow_none=True)
    outcome = fields.String(metadata={"description": "Of a run: running, or as it ended."})
    error_code = fields.String(allow_none=True)
    error_message = fields.String(allow_none=True)


class StepSchema(Schema):
    """A finished step: no later run does it again."""

    name = fields.String(required=True)
    started_at = fields.AwareDateTime(required=True)
    ended_at = fields.AwareDateTime(required=True)
    duration_ms = fields.Integer(required=True)


class JobDetailSchema(JobSchema):
    """A job with what it was asked and what happened to it."""

    request_data = fields.Dict(required=True)
    cache_key = fields.String(
        required=True, allow_none=True, metadata={"description": "Where its result is stored for equal requests."}
    )
    attempts = fields.List(fields.Nested(AttemptSchema), required=True)
    steps = fields.List(fields.Nested(StepSchema), required=True)
    waiting_for = fields.List(
        fields.Nested(WaitingForSchema),
        required=True,
        metadata={"description": "Why it does not run; empty unless it is queued."},
    )
    timeline = fields.List(
        fields.Nested(TimelineSchema),
        required=True,
        metadata={"description": "Waits and runs from its making until now, without gaps, the oldest first."},
    )
    result = fields.Dict(
        required=True, allow_none=True, metadata={"description": "Of a completed job, unless it is large: see /result."}
    )
    result_bytes = fields.Integer(required=True, allow_none=True)


class TotalSchema(Schema):
    """How many jobs fit the filter."""

    jobs = fields.Integer(required=True)
    exact = fields.Boolean(required=True, metadata={"description": "Else an estimate of the database."})


class JobListSchema(Schema):
    """A page of jobs."""

    items = fields.List(fields.Nested(JobSchema), required=True)
    next_cursor = fields.String(required=True, allow_none=True)
    total = fields.Nested(
        TotalSchema, required=True, allow_none=True, metadata={"description": "With the first page alone."}
    )


class TreeNodeSchema(JobSchema):
    """A job of a tree."""

    depth = fields.Integer(required=True, metadata={"description": "0: the root."})
    needs = fields.List(
        fields.UUID(), required=True, metadata={"description": "Jobs of the tree that must end before it begins."}
    )


class TreeSchema(Schema):
    """A group with all that belongs to it, parents before their children."""

    root_id = fields.UUID(required=True)
    items = fields.List(fields.Nested(TreeNodeSchema), required=True)
    truncated = fields.Boolean(required=True, metadata={"description": "There is more than one answer may show."})


class BulkStatusSchema(Schema):
    """How several jobs stand; ``missing`` are those that do not exist or belong to somebody else."""

    items = fields.List(fields.Nested(JobSchema), required=True)
    missing = fields.List(fields.UUID(), required=True)


class AcceptedJobSchema(Schema):
    """A job was made (or found by its idempotency key)."""

    success = fields.Boolean(required=True)
    message = fields.String(required=True)
    job_id = fields.UUID(required=True)
    job_type = fields.String(required=True)
    canvas_id = fields.UUID(required=True, allow_none=True)
    status = fields.String(required=True)
    status_url = fields.String(required=True)
    result_url = fields.String(required=True)
    events_url = fields.String(required=True)
    cached = fields.Boolean(required=True, metadata={"description": "The result was there; the job is completed."})


class AcceptedJobsSchema(Schema):
    """The jobs that were made, in the order of the request."""

    jobs = fields.List(fields.Nested(AcceptedJobSchema), required=True)


class JobResultSchema(Schema):
    """What a completed job gave."""

    job_id = fields.UUID(required=True)
    job_type = fields.String(required=True)
    canvas_id = fields.UUID(required=True, allow_none=True)
    status = fields.String(required=True)
    completed_at = fields.AwareDateTime(required=True)
    result = fields.Dict(required=True)


class CancelledSchema(Schema):
    """A job was cancelled, or will stop."""

    success = fields.Boolean(required=True)
    message = fields.String(required=True)
    job_id = fields.UUID(required=True)
    status = fields.String(required=True)
