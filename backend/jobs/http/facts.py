"""What features know of a job besides the engine: each declares it, and it stands on the job's page and in its description."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
from marshmallow import fields

from backend.jobs.http.schemas import JobDetailSchema
from backend.jobs.models import AiJob

Fact = Callable[[psycopg.Connection[Any], AiJob], Any]

_facts: dict[str, Fact] = {}


def job_fact(name: str, shape: fields.Field[Any]) -> Callable[[Fact], Fact]:
    """Declare a function that says something of a job, or None when there is nothing to say. ``shape`` describes it."""

    def declare(function: Fact) -> Fact:
        _facts[name] = function
        JobDetailSchema._declared_fields[name] = shape
        return function

    return declare


def facts_of(connection: psycopg.Connection[Any], job: AiJob) -> dict[str, Any]:
    """All that features know of a job."""
    known = {name: fact(connection, job) for name, fact in _facts.items()}
    return {name: value for name, value in known.items() if value is not None}
