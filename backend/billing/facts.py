"""What the money side adds to pages of the engine: the cost of a job, and what the result cache has saved."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import psycopg
from marshmallow import Schema, fields

from backend.billing import usage
from backend.jobs.caching.worth import cache_worth
from backend.jobs.http.facts import job_fact
from backend.jobs.models import AiJob

Connection = psycopg.Connection[Any]


class JobCostSchema(Schema):
    """What the calls of models came to."""

    calls = fields.Integer(required=True)
    failed = fields.Integer(required=True)
    cached = fields.Integer(required=True)
    tokens_in = fields.Integer(required=True)
    tokens_out = fields.Integer(required=True)
    usd = fields.Float(required=True)
    saved_usd = fields.Float(required=True, metadata={"description": "What answers from a cache would have cost."})


@job_fact("cost", fields.Nested(JobCostSchema, metadata={"description": "Of a job that has asked models."}))
def cost(connection: Connection, job: AiJob) -> dict[str, Any] | None:
    """What the job has cost so far."""
    return usage.cost_of_job(connection, job.id)


@cache_worth
def worth(connection: Connection, hours: int) -> Mapping[str, float]:
    """What a hit saves."""
    return usage.worth_of_runs(connection, hours)
