"""Shapes of prompt generation: the paths of the customer's earlier service, kept to the letter."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, pre_load, validate

from backend.ai.schemas import MAX_INSTRUCTIONS_EVER
from backend.jobs.http.schemas import JobErrorSchema
from backend.jobs.models import STATUSES

MAX_WAIT = 90.0  # seconds: a run, both retries and the pauses between them


class GeneratePromptSchema(Schema):
    """A prompt as somebody has typed it."""

    manual_prompt = fields.String(
        required=True,
        validate=[
            validate.Length(min=1, error="Write a prompt: this one is empty."),
            validate.Length(max=MAX_INSTRUCTIONS_EVER, error="Shorten the prompt to {max:,} characters."),
        ],
        metadata={"description": "The rough prompt."},
    )

    @pre_load
    def strip(self, data: Any, **_: Any) -> Any:
        """Space around the prompt says nothing."""
        if isinstance(data, dict) and isinstance(data.get("manual_prompt"), str):
            return {**data, "manual_prompt": data["manual_prompt"].strip()}
        return data


class QueuedPromptSchema(Schema):
    """The prompt is being made; where to ask how it goes."""

    success = fields.Boolean(required=True)
    message = fields.String(required=True)
    task_id = fields.UUID(required=True, metadata={"description": "The id of the job."})
    status = fields.String(required=True)
    status_url = fields.String(required=True)


class PromptStatusSchema(Schema):
    """How it goes, and the prompt once it is there."""

    status = fields.String(required=True, validate=validate.OneOf(STATUSES))
    progress = fields.Integer(required=True)
    message = fields.String(required=True)
    prompt = fields.String(metadata={"description": "Once completed."})
    generated_by = fields.String(metadata={"description": "“provider/model”, or “built-in”."})
    error = fields.Nested(JobErrorSchema, metadata={"description": "Why it failed."})


class PromptSchema(Schema):
    """The better prompt."""

    success = fields.Boolean(required=True)
    prompt = fields.String(required=True)
    generated_by = fields.String(required=True)
    task_id = fields.UUID(required=True)


class WaitSchema(Schema):
    """How long to wait for it."""

    wait = fields.Float(
        load_default=MAX_WAIT,
        validate=validate.Range(0, MAX_WAIT),
        metadata={"description": "Seconds; after that the answer is 202 as of the asynchronous twin."},
    )
