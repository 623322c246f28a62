"""Shapes of the result cache."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from backend.jobs.http.request_schemas import short_text

MAX_HOURS = 24 * 400


class CacheStatsQuerySchema(Schema):
    """Which uses to count."""

    hours = fields.Integer(load_default=24 * 7, validate=validate.Range(1, MAX_HOURS))


class _Saved(Schema):
    saved_usd = fields.Float(
        required=True,
        metadata={
            "description": "What a run of the type cost on average (US dollars), for each job that needed none of its own."
        },
    )


class CacheLineSchema(_Saved):
    """How the jobs of a type use the cache. ``shared``: they joined a run that another one had begun."""

    job_type = fields.String(required=True)
    entries = fields.Integer(required=True)
    bytes = fields.Integer(required=True)
    hits = fields.Integer(required=True)
    misses = fields.Integer(required=True)
    shared = fields.Integer(required=True)
    saved_seconds = fields.Float(
        required=True, metadata={"description": "Time that the runs behind the hits took, which nobody spent again."}
    )


class CacheStatsSchema(_Saved):
    """Entries now, and uses of the last hours."""

    hours = fields.Integer(required=True)
    entries = fields.Integer(required=True)
    bytes = fields.Integer(required=True)
    hits = fields.Integer(required=True)
    misses = fields.Integer(required=True)
    shared = fields.Integer(required=True)
    saved_seconds = fields.Float(required=True)
    types = fields.List(fields.Nested(CacheLineSchema), required=True)


class ForgetSchema(Schema):
    """Which stored results to remove: those that fit everything that is given."""

    key = fields.String(load_default=None, validate=short_text)
    type = fields.String(load_default=None, validate=short_text)
    canvas_id = fields.UUID(load_default=None)

    @validates_schema
    def check_any(self, data: dict[str, Any], **_: Any) -> None:
        """Removing everything must be a decision: by type."""
        if not any(data.values()):
            raise ValidationError("Give at least one of key, type and canvas_id.", "key")


class ForgottenSchema(Schema):
    """How many stored results are gone."""

    deleted = fields.Integer(required=True)
