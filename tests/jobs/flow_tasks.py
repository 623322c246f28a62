"""Tasks with steps, and tasks for chains and groups."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from marshmallow import Schema, fields

from backend.jobs import JobContext, RetryableError, RetryPolicy, task
from tests.jobs.sample_tasks import gates, reached

QUICK = RetryPolicy(base=0.01, cap=0.05)


class FlowSchema(Schema):
    """Whatever a test wants."""

    name = fields.String(load_default="")
    seconds = fields.Float(load_default=0.0)
    times = fields.Integer(load_default=0)
    code = fields.String(load_default="")


def pay(ctx: JobContext, name: str) -> dict[str, Any]:
    """An expensive call: its row in ``effect`` is the bill, which no rollback of the job takes back."""
    with ctx.transaction() as connection:
        connection.execute("INSERT INTO effect (job_id, run) VALUES (%s, %s)", (ctx.job.id, ctx.job.runs))
    return {"paid": name, "run": ctx.job.runs}


@task("flow_two_steps", schema=FlowSchema, retry=QUICK)
def two_steps(ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """Pay in the first step; say so and wait in the first run, then take the second; ``times`` runs fail in between."""
    first = ctx.step("first", pay, ctx, "first")
    ctx.progress(50, "between")
    if ctx.job.runs == 1:
        ctx.sleep(request["seconds"])
    if ctx.job.runs <= request["times"]:
        raise RetryableError("flaky", "Try again.")
    return {"first": first, "second": ctx.step("second", pay, ctx, name="second"), "run": ctx.job.runs}


@task("flow_step_of", schema=FlowSchema, retry=RetryPolicy(max_attempts=1))
def step_of(ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """One step that returns what ``code`` names."""
    results: dict[str, Any] = {
        "nul": {"text": "a\x00b"},
        "nul in a list": [["\x00"]],
        "object": object(),
        "surrogate": "\ud800",
        "huge": "x" * 2_000_000,
        "none": None,
        "tuple": ("a", 1, {"when": datetime(2030, 1, 1, tzinfo=UTC), "b": 1.0, "aa": None}),
    }
    return {"result": ctx.step("only", lambda: results[request["code"]])}


@task("flow_step_misused", schema=FlowSchema, retry=RetryPolicy(max_attempts=1))
def step_misused(ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """Steps used as they should not be; returns what the error says."""
    calls: list[int] = []

    def flaky() -> str:
        calls.append(1)
        if len(calls) == 1:
            raise ConnectionError("not this time")
        return "well"

    match request["code"]:
        case "twice":
            ctx.step("page", int)
            try:
                ctx.step("page", int)
            except ValueError as error:
                return {"said": str(error)}
        case "in a transaction":
            try:
                with ctx.transaction():
                    ctx.step("page", int)
            except RuntimeError as error:
                return {"said": str(error)}
        case "again after it failed":
            try:
                ctx.step("page", flaky)
            except ConnectionError:
                return {"said": ctx.step("page", flaky), "calls": len(calls)}
        case "without a name":
            try:
                ctx.step("", int)
            except ValueError as error:
                return {"said": str(error)}
    return {}


@task("flow_gated_step", schema=FlowSchema, retry=QUICK)
def gated_step(ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """A step in whose middle the test can do things."""

    def work() -> int:
        reached[request["name"]].set()
        gates[request["name"]].wait(30)
        return ctx.job.runs

    return {"first": ctx.step("first", work), "second": ctx.step("second", lambda: ctx.job.runs)}


@task("flow_inputs", schema=FlowSchema, retry=QUICK)
def inputs(ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """Leave a mark, and return what came in."""
    with ctx.transaction() as connection:
        connection.execute("INSERT INTO effect (job_id, run) VALUES (%s, %s)", (ctx.job.id, ctx.job.runs))
    return {"name": request["name"], "inputs": ctx.inputs()}


@task("flow_half", schema=FlowSchema, retry=QUICK)
def half(ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """Get half done, then wait."""
    ctx.progress(50, "half")
    ctx.sleep(request["seconds"])
    return {}
