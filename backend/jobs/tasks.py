"""The engine's own task: the forced clean-up, for staff."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, fields, validate

from backend.jobs.handling.context import JobContext
from backend.jobs.link import connect
from backend.jobs.registry import task
from backend.jobs.upkeep import retention

CLEAN_UP = "clean_up_jobs"
MAX_DAYS = 3650


class CleanUpSchema(Schema):
    """Which finished jobs to remove now, whatever their retention says."""

    older_than_days = fields.Float(required=True, validate=validate.Range(0, MAX_DAYS))
    failed = fields.Boolean(
        load_default=False, metadata={"description": "Failures too; else they keep their retention."}
    )


@task(
    CLEAN_UP,
    schema=CleanUpSchema,
    access="staff",
    summary=lambda request: f"Remove jobs that ended more than {request['older_than_days']:g} days ago",
)
def clean_up_jobs(ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """Remove finished jobs older than ``older_than_days``, in batches; each one is a checkpoint. Repeatable."""
    days = request["older_than_days"]
    failed_days = days if request["failed"] else None
    removed = 0
    # Beside the job's own transactions: each batch commits, and holds no lock on the job's row.
    with connect(ctx.settings.listen_url or "", "clean-up") as connection:
        total = max(1, retention.count_prunable(connection, days=days, failed_days=failed_days))
        for batch in retention.clean_up(connection, days=days, failed_days=failed_days):
            removed += batch
            ctx.progress(min(99, 100 * removed / total), f"{removed} jobs removed")
    ctx.progress(100, f"{removed} jobs removed")
    return {"removed": removed}
