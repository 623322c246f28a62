"""Job types for trying and measuring an installation. Staff only, always present."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from backend.jobs import JobContext, RetryableError, task

MAX_SECONDS = 3600
MAX_STEPS = 1_000
MAX_FAILURES = 100
MAX_PAYLOAD = 1_000_000  # bytes


class NoopSchema(Schema):
    """Nothing to say."""


class SleepSchema(Schema):
    """How long to sleep, and what to pretend meanwhile."""

    seconds = fields.Float(required=True, validate=validate.Range(0, MAX_SECONDS))
    steps = fields.Integer(load_default=0, strict=True, validate=validate.Range(0, MAX_STEPS))
    fail_attempts = fields.Integer(load_default=0, strict=True, validate=validate.Range(0, MAX_FAILURES))
    payload_bytes = fields.Integer(load_default=0, strict=True, validate=validate.Range(0, MAX_PAYLOAD))


@task("diagnostic_noop", schema=NoopSchema, access="staff")
def diagnostic_noop(_ctx: JobContext, _request: dict[str, Any]) -> dict[str, Any]:
    """Do nothing."""
    return {}


@task("diagnostic_sleep", schema=SleepSchema, access="staff", summary=lambda request: f"Sleep {request['seconds']:g} s")
def diagnostic_sleep(ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """Sleep in ``steps`` equal parts and report each; fail the first ``fail_attempts`` attempts half-way."""
    steps, seconds = request["steps"], request["seconds"]
    fails = ctx.job.attempt <= request["fail_attempts"]
    pieces = max(steps, 1)
    for step in range(1, pieces + 1):
        ctx.sleep(seconds / pieces)
        if fails and step * 2 >= pieces:
            raise RetryableError("diagnostic_failure", f"Attempt {ctx.job.attempt} failed, as it was told to.")
        if steps:
            ctx.progress(100 * step / steps, f"Step {step} of {steps}")
    return {"slept": seconds, "attempt": ctx.job.attempt, "payload": "x" * request["payload_bytes"]}
