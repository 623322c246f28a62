"""Shapes of statistics."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from backend.jobs.models import FINISHED

STATES = ("ready", "delayed", "blocked", "processing")
MAX_HOURS = 24 * 31


class StatisticsQuerySchema(Schema):
    """Over what time."""

    hours = fields.Integer(load_default=24, validate=validate.Range(1, MAX_HOURS))


class LiveCountSchema(Schema):
    """Jobs that wait or run."""

    state = fields.String(required=True, validate=validate.OneOf(STATES))
    queue = fields.String(required=True)
    job_type = fields.String(required=True)
    jobs = fields.Integer(required=True, metadata={"description": "At “counted_up_to” a queue, the counting stops."})
    oldest = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "Since when the oldest one waits, or runs."}
    )


class FinishedCountSchema(Schema):
    """Jobs that ended in one way."""

    queue = fields.String(required=True)
    job_type = fields.String(required=True)
    status = fields.String(required=True, validate=validate.OneOf(FINISHED))
    error_code = fields.String(required=True, metadata={"description": "Of failures; else empty."})
    jobs = fields.Integer(required=True)
    attempts = fields.Integer(required=True)
    rescues = fields.Integer(required=True)
    mean_wait = fields.Float(required=True, allow_none=True, metadata={"description": "Seconds, before the last run."})
    mean_run = fields.Float(required=True, allow_none=True, metadata={"description": "Seconds, of the last run."})


class HourSchema(Schema):
    """What ended in one hour."""

    at = fields.AwareDateTime(required=True)
    completed = fields.Integer(required=True)
    failed = fields.Integer(required=True)
    cancelled = fields.Integer(required=True)


class TypicalTimesSchema(Schema):
    """Seconds that jobs of one type waited and ran, estimated from histograms."""

    queue = fields.String(required=True)
    job_type = fields.String(required=True)
    jobs = fields.Integer(required=True)
    wait_p50 = fields.Float(required=True)
    wait_p95 = fields.Float(required=True)
    run_p50 = fields.Float(required=True)
    run_p95 = fields.Float(required=True)


class StatisticsSchema(Schema):
    """How the queues stand and what came of the jobs."""

    scope = fields.String(required=True, validate=validate.OneOf(("all", "own")))
    since = fields.AwareDateTime(required=True)
    counted_up_to = fields.Integer(required=True)
    counted_until = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "Jobs that ended later are not in the counts yet."}
    )
    live = fields.List(fields.Nested(LiveCountSchema), required=True)
    finished = fields.List(fields.Nested(FinishedCountSchema), required=True)
    throughput = fields.List(fields.Nested(HourSchema), required=True)
    times = fields.List(fields.Nested(TypicalTimesSchema), required=True)
    warnings = fields.List(fields.String(), required=True)
