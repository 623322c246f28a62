"""Shape of what is foretold of a job that has not ended."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from backend.jobs.forecast.forecast import UNKNOWN


class BandSchema(Schema):
    """Between these two moments, in four of five cases."""

    start = fields.AwareDateTime(required=True, data_key="from")
    end = fields.AwareDateTime(required=True, data_key="to")
    typical = fields.AwareDateTime(
        required=True,
        metadata={"description": "Before this one in every second case: what to go by where the band is wide."},
    )


class EstimateSchema(Schema):
    """The place of a job in its queue, and when it will probably start and end."""

    position = fields.Integer(
        required=True, allow_none=True, metadata={"description": "1: the next. Null where it stands in no line."}
    )
    ahead = fields.Integer(required=True, allow_none=True, metadata={"description": "Jobs that come before it."})
    at_least = fields.Boolean(required=True, metadata={"description": "More come before it than were counted."})
    position_reason = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Why jobs that stood behind it, or came later, are before it now; null if none is."},
    )
    start = fields.Nested(
        BandSchema, required=True, allow_none=True, metadata={"description": "Null: it runs, or it cannot be known."}
    )
    finish = fields.Nested(BandSchema, required=True, allow_none=True)
    basis = fields.String(required=True, metadata={"description": "A sentence: from what this was learnt."})
    why_unknown = fields.String(
        required=True,
        allow_none=True,
        validate=validate.OneOf(UNKNOWN),
        metadata={"description": "Why there is no band; “basis” says it as a sentence."},
    )
