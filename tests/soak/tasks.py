"""Tasks of the harnesses: they write in every way that a handler can, and each write says which run made it."""

from __future__ import annotations

import os
import time
import uuid
from typing import Any

from marshmallow import Schema, fields

from backend.canvases.service import merge_elements
from backend.jobs import JobContext, task
from tests.jobs.sample_tasks import QUICK, AnySchema

LOG = "SOAK_LOG"  # names the file that gets a line for each run: an effect outside of every transaction


class CanvasSchema(Schema):
    """Which canvas to draw on, how often, and how long to wait between."""

    canvas_id = fields.UUID(required=True)
    times = fields.Integer(load_default=10)
    seconds = fields.Float(load_default=0.05)
    stubborn = fields.Boolean(load_default=False)


@task("soak_write", schema=CanvasSchema, retry=QUICK)
def write(ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """Write on the canvas, into a table, as a partial result and as progress, again and again."""
    run = ctx.job.runs
    for number in range(request["times"]):
        with ctx.transaction() as connection:
            connection.execute("INSERT INTO mark (job_id, run, number) VALUES (%s, %s, %s)", (ctx.job.id, run, number))
            merge_elements(connection, request["canvas_id"], [_element(run, number)], job_id=ctx.job.id)
            ctx.partial(connection, {"run": run, "number": number})
        ctx.progress(number, f"run {run}")
        if request["stubborn"]:
            time.sleep(request["seconds"])
        else:
            ctx.sleep(request["seconds"])
    return {"run": run}


@task("soak_return", schema=CanvasSchema, retry=QUICK)
def return_late(ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """One mark, a long silence, the end: frozen in the silence, it wakes up with nothing left but to complete."""
    with ctx.transaction() as connection:
        connection.execute("INSERT INTO mark (job_id, run, number) VALUES (%s, %s, 0)", (ctx.job.id, ctx.job.runs))
        merge_elements(connection, request["canvas_id"], [_element(ctx.job.runs, 0)], job_id=ctx.job.id)
        ctx.partial(connection, {"run": ctx.job.runs, "number": 0})
    time.sleep(request["times"] * request["seconds"])
    return {"run": ctx.job.runs}


def _element(run: int, number: int) -> dict[str, Any]:
    """A rectangle whose id says who drew it."""
    return {
        "id": f"{run}-{number}",
        "type": "rectangle",
        "x": 10 * number,
        "y": 10 * run,
        "width": 8,
        "height": 8,
        "version": 1,
        "versionNonce": uuid.uuid4().int % 2**31,
        "isDeleted": False,
    }


@task("soak_account", schema=AnySchema, retry=QUICK)
def account(ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """One effect in a transaction that knows whether it was done, and one in a file, which nobody can take back."""
    with ctx.transaction() as connection:
        connection.execute(
            "INSERT INTO effect (job_id, run) SELECT %(id)s, %(run)s WHERE NOT EXISTS (SELECT FROM effect WHERE job_id = %(id)s)",
            {"id": ctx.job.id, "run": ctx.job.runs},
        )
    if LOG in os.environ:
        log = os.open(os.environ[LOG], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.write(log, f"{ctx.job.id}\n".encode())
        os.close(log)
    if request["seconds"]:
        ctx.sleep(request["seconds"])
    return {}


@task("soak_careless_account", schema=AnySchema, retry=QUICK)
def careless_account(ctx: JobContext, _request: dict[str, Any]) -> dict[str, Any]:
    """The same without asking whether it was done: kill -9 between effect and end doubles it."""
    with ctx.transaction() as connection:
        connection.execute("INSERT INTO effect (job_id, run) VALUES (%s, %s)", (ctx.job.id, ctx.job.runs))
    time.sleep(0.02)
    return {}
