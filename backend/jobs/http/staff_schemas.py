"""Shapes of what staff look at: queues, workers, courses, types."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from backend.jobs.admission.limit_models import SCOPES
from backend.jobs.http.queue_schemas import LimitSchema, QueueSchema
from backend.jobs.http.request_schemas import short_text
from backend.jobs.upkeep.courses import COURSES
from backend.jobs.upkeep.statistics import BOUND

MAX_HOURS = 24 * 31


class StaffQueueSchema(QueueSchema):
    """How a queue stands, and how its last hour was."""

    threads = fields.Integer(required=True, metadata={"description": "Of the workers that serve it."})
    delayed = fields.Integer(required=True, metadata={"description": "Jobs that wait for a time."})
    blocked = fields.Integer(required=True, metadata={"description": "Jobs that wait for something else."})
    oldest = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": f"Since when the oldest of the next {BOUND} waits."}
    )
    ended = fields.Integer(required=True, metadata={"description": "Jobs that ended in the last hour."})
    failed = fields.Integer(required=True, metadata={"description": "Those of them that failed."})
    per_minute = fields.Float(required=True)
    wait_p50 = fields.Float(required=True, allow_none=True, metadata={"description": "Seconds, in the last hour."})
    wait_p95 = fields.Float(required=True, allow_none=True)


class StaffQueuesSchema(Schema):
    """All queues, and the limits that are not about one of them."""

    items = fields.List(fields.Nested(StaffQueueSchema), required=True)
    limits = fields.List(fields.Nested(LimitSchema), required=True)
    counted_until = fields.AwareDateTime(required=True, allow_none=True)
    warnings = fields.List(fields.String(), required=True)


class RunSchema(Schema):
    """What a worker runs now."""

    job_id = fields.UUID(required=True)
    job_type = fields.String(required=True)
    queue = fields.String(required=True)
    summary = fields.String(required=True, allow_none=True)
    progress = fields.Integer(required=True)
    message = fields.String(required=True, allow_none=True)
    started_at = fields.AwareDateTime(required=True, allow_none=True)
    user_id = fields.UUID(required=True)
    user_name = fields.String(required=True, allow_none=True)


class WorkerSchema(Schema):
    """A worker process."""

    id = fields.Integer(required=True)
    name = fields.String(required=True)
    state = fields.String(
        required=True,
        validate=validate.OneOf(("live", "silent", "stopped")),
        metadata={"description": "silent: no heartbeat; its jobs are being rescued."},
    )
    mode = fields.String(
        required=True,
        validate=validate.OneOf(("listening", "polling")),
        metadata={"description": "polling: notifications do not arrive."},
    )
    queues = fields.List(fields.String(), required=True, allow_none=True, metadata={"description": "Null: all."})
    concurrency = fields.Integer(required=True)
    busy = fields.Integer(required=True)
    abandoned = fields.Integer(required=True, metadata={"description": "Runs that were given up and go on."})
    holds_lock = fields.Boolean(required=True)
    started_at = fields.AwareDateTime(required=True)
    heartbeat_at = fields.AwareDateTime(required=True)
    stopped_at = fields.AwareDateTime(required=True, allow_none=True)
    runs = fields.List(fields.Nested(RunSchema), required=True)


class WorkersQuerySchema(Schema):
    """Which workers to list."""

    all = fields.Boolean(load_default=False, metadata={"description": "Also those that have stopped."})


class WorkersSchema(Schema):
    """Worker processes, the latest first."""

    items = fields.List(fields.Nested(WorkerSchema), required=True)


class CourseQuerySchema(Schema):
    """Which course to read."""

    span = fields.String(
        load_default="hour",
        validate=validate.OneOf(tuple(COURSES)),
        metadata={"description": "The last hour by minutes, day by hours, or 30 days by days (UTC)."},
    )
    queue = fields.String(load_default=None, validate=short_text)
    type = fields.String(load_default=None, validate=short_text)


def _counts(says: str) -> fields.List[Any]:
    return fields.List(fields.Integer(), required=True, metadata={"description": says})


def _seconds(says: str) -> fields.List[Any]:
    return fields.List(fields.Float(allow_none=True), required=True, metadata={"description": says})


class CourseSchema(Schema):
    """Columns of equal length, ready for a chart; null where nothing is known."""

    span = fields.String(required=True)
    step = fields.Integer(required=True, metadata={"description": "Seconds."})
    at = fields.List(fields.AwareDateTime(), required=True, metadata={"description": "Where each step begins."})
    completed = _counts("Jobs that completed in the step.")
    failed = _counts("Jobs that failed in it.")
    cancelled = _counts("Jobs that were cancelled in it.")
    wait_p50 = _seconds("Seconds that half of them waited at most.")
    wait_p95 = _seconds("Seconds that 95 of 100 waited at most.")
    run_p50 = _seconds("Seconds that half of them ran at most.")
    run_p95 = _seconds("Seconds that 95 of 100 ran at most.")
    waiting = _seconds("Jobs that waited, on average; null for a type.")
    running = _seconds("Jobs that ran, on average; null for a type.")


class TypesQuerySchema(Schema):
    """Over what time."""

    hours = fields.Integer(load_default=24, validate=validate.Range(1, MAX_HOURS))


class ErrorCountSchema(Schema):
    """How often something went wrong."""

    code = fields.String(required=True)
    jobs = fields.Integer(required=True)


class TypeFiguresSchema(Schema):
    """How the jobs of a type went."""

    job_type = fields.String(required=True)
    queues = fields.List(fields.String(), required=True)
    jobs = fields.Integer(required=True)
    completed = fields.Integer(required=True)
    failed = fields.Integer(required=True)
    cancelled = fields.Integer(required=True)
    failure_rate = fields.Float(required=True, metadata={"description": "Of those that completed or failed, 0 to 1."})
    attempts = fields.Integer(required=True)
    rescues = fields.Integer(required=True)
    errors = fields.List(
        fields.Nested(ErrorCountSchema),
        required=True,
        metadata={"description": "The most frequent first, five at most."},
    )
    wait_p50 = fields.Float(required=True, allow_none=True)
    wait_p95 = fields.Float(required=True, allow_none=True)
    run_p50 = fields.Float(required=True, allow_none=True)
    run_p95 = fields.Float(required=True, allow_none=True)


class TypesSchema(Schema):
    """All types that ran, those that fail most first, then the slowest."""

    hours = fields.Integer(required=True)
    items = fields.List(fields.Nested(TypeFiguresSchema), required=True)


class SetLimitSchema(Schema):
    """How many jobs may run at the same time."""

    slots = fields.Integer(required=True, strict=True, validate=validate.Range(1, 100_000))


class LimitPathSchema(Schema):
    """What is limited."""

    scope = fields.String(required=True, validate=validate.OneOf(SCOPES))
    key = fields.String(required=True, validate=short_text)
