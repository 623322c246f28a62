"""Shape of what a job waits for, in the API."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

CAUSES = ("paused", "limit", "jobs", "flight", "time", "provider", "worker", "busy", "order", "expired")


class WaitingForSchema(Schema):
    """One cause why a job does not run, with what is behind it. Ids are those of jobs that one may see."""

    cause = fields.String(required=True, validate=validate.OneOf(CAUSES))
    message = fields.String(required=True)
    until = fields.AwareDateTime(required=True, allow_none=True)
    queue = fields.String()
    since = fields.AwareDateTime(metadata={"description": "When the queue was paused."})
    paused_by = fields.UUID(metadata={"description": "For staff."})
    reason = fields.String()
    limit = fields.String(metadata={"description": "The limit's scope and key, for example queue:ai."})
    slots = fields.Integer(metadata={"description": "Jobs that the limit, or threads that the workers, allow."})
    held = fields.Integer(metadata={"description": "How many of them are taken."})
    provider = fields.String()
    job_ids = fields.List(fields.UUID())
    count = fields.Integer(metadata={"description": "Jobs that it waits for; of all people."})
    ahead = fields.Integer(metadata={"description": "Jobs of the queue that come before it; counted to 1,000."})
    by_priority = fields.Integer(metadata={"description": "Those of them that overtook it."})
