"""A task of which equal jobs are made once."""

from __future__ import annotations

from typing import Any

from backend.jobs import JobContext, Unique, task
from tests.jobs.sample_tasks import AnySchema


@task("bulk_unique", schema=AnySchema, unique=Unique(fields=["name"]))
def bulk_unique(ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """Give back the name."""
    return {"name": request["name"]}
