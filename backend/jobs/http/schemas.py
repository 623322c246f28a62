"""Shapes of jobs in the answers of the API."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from backend.jobs.actions import JOB_ACTIONS
from backend.jobs.http.estimate_schemas import EstimateSchema
from backend.jobs.http.waiting_schemas import WaitingForSchema
from backend.jobs.models import PRIORITIES, STATUSES


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
    found_until = fields.AwareDateTime(
        required=True,
        allow_none=True,
        metadata={
            "description": "The search is catching up: of jobs that ended after this moment it may miss some. Null: it misses "
            "none. With the first page alone."
        },
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
