"""Tasks that do not stop when they should."""

from __future__ import annotations

from typing import Any

from backend.jobs import JobContext, task
from tests.jobs.sample_tasks import QUICK, AnySchema, gates, reached


@task("overdue_deaf", schema=AnySchema, retry=QUICK, timeout=0.1, hard_timeout=0.3)
def deaf(ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """Never look whether to stop; when the test lets it go, try to write all the same."""
    reached[request["name"]].set()
    gates[request["name"]].wait(30)
    try:
        with ctx.transaction() as connection:
            connection.execute("INSERT INTO effect (job_id, run) VALUES (%s, %s)", (ctx.job.id, ctx.job.runs))
    finally:
        reached[request["name"] + " late"].set()
    return {"late": True}


@task("overdue_in_transaction", schema=AnySchema, retry=QUICK, timeout=0.1, hard_timeout=0.3)
def in_transaction(ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """The same with the job's row locked."""
    try:
        with ctx.transaction() as connection:
            connection.execute("INSERT INTO effect (job_id, run) VALUES (%s, %s)", (ctx.job.id, ctx.job.runs))
            reached[request["name"]].set()
            gates[request["name"]].wait(30)
    finally:
        reached[request["name"] + " late"].set()
    return {}


@task("overdue_patient", schema=AnySchema, retry=QUICK, timeout=0.1, hard_timeout=30)
def patient(ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """Look late, but look."""
    reached[request["name"]].set()
    gates[request["name"]].wait(30)
    ctx.checkpoint()
    return {}
