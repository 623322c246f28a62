"""Shape of what a job waits for, in the API."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from backend.jobs.admission.circuit import TROUBLES

CAUSES = ("paused", "limit", "jobs", "flight", "time", "provider", "worker", "busy", "order", "expired")


class WaitingForSchema(Schema):
    """One cause why a job does not run, with what is behind it. Ids are those of jobs that one may see.

    Of a job that shares a run with equal ones it is said why that run does not begin.
    """

    cause = fields.String(
        required=True,
        validate=validate.OneOf(CAUSES),
        metadata={
            "description": "`paused`: its queue. `limit`: no slot is free. `jobs`: it needs others. `flight`: the run that it "
            "shares with equal jobs has just begun. `time`: for `until`. `provider`: that cannot be asked now. "
            "`worker`: none serves its queue. `busy`: all threads that do are taken. `order`: others "
            "come first. `expired`: it will not run any more."
        },
    )
    message = fields.String(required=True, metadata={"description": "A sentence for people."})
    until = fields.AwareDateTime(
        required=True, allow_none=True, metadata={"description": "When this cause ends, if that is known."}
    )
    queue = fields.String(metadata={"description": "With `paused` and `worker`."})
    since = fields.AwareDateTime(metadata={"description": "When the queue was paused."})
    paused_by = fields.UUID(metadata={"description": "For staff."})
    reason = fields.String(
        metadata={
            "description": "With `paused` and `provider` a sentence; with `time` why it was put off, for example `retry`."
        }
    )
    limit = fields.String(metadata={"description": "The limit's scope and key, for example queue:ai."})
    slots = fields.Integer(
        metadata={"description": "Jobs that the limit (`limit`), or threads that the workers (`busy`) allow."}
    )
    held = fields.Integer(metadata={"description": "How many of them are taken."})
    provider = fields.String(metadata={"description": "Its name, for example openai/gpt-4o."})
    trouble = fields.String(
        validate=validate.OneOf(tuple(TROUBLES)),
        metadata={
            "description": "With `provider`. `busy`: it asks us to slow down. `down`: it is out of order. `rate`: it is asked as "
            "often as we may. `probe`: another job finds out whether it answers."
        },
    )
    job_ids = fields.List(
        fields.UUID(),
        metadata={
            "description": "Jobs that one may see, 20 at most. With `jobs`: which it needs. With `limit`: which hold the slots."
        },
    )
    count = fields.Integer(
        metadata={
            "description": "With `jobs`: how many jobs it still needs, those that one may not see included. "
            "With `busy`: workers that serve its queue."
        }
    )
    ahead = fields.Integer(metadata={"description": "Jobs of the queue that come before it; counted to 1,000."})
    by_priority = fields.Integer(metadata={"description": "Those of them that overtook it."})
