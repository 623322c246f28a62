"""Tasks that the tests of the engine run, in workers of this process and of others."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from typing import Any

from marshmallow import Schema, fields

from backend.jobs import Cancel, FinalError, JobContext, RetryableError, RetryPolicy, Snooze, task

QUICK = RetryPolicy(base=0.01, cap=0.05)

# What handlers that run in this process wait for and say, by the name in their request.
gates: dict[str, threading.Event] = defaultdict(threading.Event)
reached: dict[str, threading.Event] = defaultdict(threading.Event)


class AnySchema(Schema):
    """Whatever a test wants."""

    name = fields.String(load_default="")
    seconds = fields.Float(load_default=0.0)
    times = fields.Integer(load_default=1)
    code = fields.String(load_default="")
    id = fields.UUID()


@task("sample_echo", schema=AnySchema)
def echo(_ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """Return the request as the handler sees it."""
    return {"name": request["name"], "type_of_id": type(request.get("id")).__name__, "extra": request.get("extra")}


@task("sample_other_queue", schema=AnySchema, queue="reports")
def other_queue(_ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """The same on another queue."""
    return {"name": request["name"]}


@task("sample_gate", schema=AnySchema)
def gate(ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """Say that it runs, wait until the test lets it go, reach a checkpoint."""
    reached[request["name"]].set()
    gates[request["name"]].wait(30)
    ctx.checkpoint()
    return {"attempt": ctx.job.attempt}


@task("sample_wait", schema=AnySchema)
def wait(ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """Say that it runs, then wait as a handler should: until somebody wants it to stop."""
    reached[request["name"]].set()
    ctx.sleep(request["seconds"])
    return {}


@task("sample_stream", schema=AnySchema)
def stream(ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """Block as a read from a model does, until on_cancel closes the stream under it."""
    closed = threading.Event()
    with ctx.on_cancel(closed.set):
        reached[request["name"]].set()
        if closed.wait(30):
            raise ConnectionError("the stream was closed")
    return {}


@task("sample_stubborn", schema=AnySchema)
def stubborn(_ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """Never look whether to stop."""
    reached[request["name"]].set()
    time.sleep(request["seconds"])
    return {}


@task("sample_slow", schema=AnySchema, timeout=0.2)
def slow(ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """Take longer than it may."""
    ctx.sleep(request["seconds"])
    return {}


@task("sample_progress", schema=AnySchema)
def progress(ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """Report as fast as it can, ``times`` times."""
    for step in range(1, request["times"] + 1):
        ctx.progress(100 * step / request["times"], f"step {step}")
    return {}


@task("sample_begun", schema=AnySchema)
def begun(ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """Tell other processes that it runs, and wait."""
    ctx.progress(10, "begun")
    ctx.sleep(request["seconds"])
    return {}


@task("sample_fail", schema=AnySchema, retry=RetryPolicy(base=0.01, cap=0.05, final=(ZeroDivisionError,)))
def fail(ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """Fail the first ``times`` attempts in the way that ``code`` says."""
    if ctx.job.runs > request["times"]:
        return {"attempt": ctx.job.attempt, "runs": ctx.job.runs}
    match request["code"]:
        case "final":
            raise FinalError("no_way", "This can never work.")
        case "retry_after":
            raise RetryableError("provider_busy", "The provider is busy.", retry_after=0.05)
        case "snooze":
            raise Snooze(0.05, "waiting for the tide")
        case "cancel":
            raise Cancel("nobody wants it")
        case "division":
            return {"never": 1 / 0}
        case "bug":
            raise KeyError("secret inner detail")
    raise RetryableError("flaky", "Try again.")


@task("sample_bad_result", schema=AnySchema)
def bad_result(_ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """Return what cannot be stored."""
    results: dict[str, Any] = {
        "nul": {"text": "a\x00b"},
        "list": [1],
        "object": {"value": object()},
        "surrogate": {"text": "\ud800"},
    }
    found: dict[str, Any] = results[request["code"]]
    return found


@task("sample_effect", schema=AnySchema, retry=QUICK)
def effect(ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """Have one effect in the database, seen once if the job runs once."""
    with ctx.transaction() as connection:
        connection.execute("INSERT INTO effect (job_id, run) VALUES (%s, %s)", (ctx.job.id, ctx.job.runs))
        ctx.partial(connection, {"effect": str(ctx.job.id)}, progress=50)
        reached[request["name"]].set()
        ctx.sleep(request["seconds"])
    return {}


@task("sample_gated_effect", schema=AnySchema, retry=QUICK)
def gated_effect(ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """Open a transaction, say so, wait for the test, then commit."""
    with ctx.transaction() as connection:
        connection.execute("INSERT INTO effect (job_id, run) VALUES (%s, %s)", (ctx.job.id, ctx.job.runs))
        reached[request["name"]].set()
        gates[request["name"]].wait(30)
    return {}


@task("sample_staff_only", schema=AnySchema, access="staff")
def staff_only(_ctx: JobContext, _request: dict[str, Any]) -> dict[str, Any]:
    """For staff."""
    return {}


@task("sample_internal", schema=AnySchema, access="internal")
def internal(_ctx: JobContext, _request: dict[str, Any]) -> dict[str, Any]:
    """For the application itself."""
    return {}
