"""Tasks whose results are cached. Each run leaves an effect, so that runs can be counted."""

from __future__ import annotations

from typing import Any

from backend.jobs import FinalError, JobContext, RetryPolicy, task
from tests.jobs.sample_tasks import AnySchema, gates, reached


def _ran(ctx: JobContext) -> None:
    with ctx.transaction() as connection:
        connection.execute("INSERT INTO effect (job_id, run) VALUES (%s, %s)", (ctx.job.id, ctx.job.runs))


@task("sample_cached", schema=AnySchema, cache_seconds=3600)
def cached(ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """Give back the name, in no time."""
    _ran(ctx)
    return {"name": request["name"], "by": str(ctx.job.user_id)}


@task("sample_cached_gate", schema=AnySchema, cache_seconds=3600)
def cached_gate(ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """Say that it runs, report, write a partial result, wait for the test or for the end."""
    _ran(ctx)
    ctx.progress(10, "ten")
    with ctx.transaction() as connection:
        ctx.partial(connection, {"text": "part"}, progress=20, message="twenty")
    reached[request["name"]].set()
    while not gates[request["name"]].wait(0.01):
        ctx.checkpoint()
    return {"name": request["name"]}


@task("sample_cached_deaf", schema=AnySchema, cache_seconds=3600)
def cached_deaf(ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """Wait for the test without ever looking whether to stop."""
    _ran(ctx)
    reached[request["name"]].set()
    gates[request["name"]].wait(30)
    return {"name": request["name"]}


@task("sample_cached_shared", schema=AnySchema, cache_seconds=3600, cache_scope="shared")
def cached_shared(ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """The same for everybody."""
    _ran(ctx)
    return {"name": request["name"]}


@task("sample_cached_fail", schema=AnySchema, cache_seconds=3600, retry=RetryPolicy(base=0.01, cap=0.02))
def cached_fail(ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """Wait for the test, then fail the first ``times`` runs of all, the last of them for good if ``code`` says so."""
    _ran(ctx)
    gates[request["name"]].wait(30)
    with ctx.transaction() as connection:
        row = connection.execute("SELECT count(*) FROM effect").fetchone()
    if row and row[0] <= request["times"]:
        if request["code"] == "final":
            raise FinalError("no_way", "This can never work.")
        raise ConnectionError("not this time")
    return {"runs": ctx.job.runs}


@task("sample_cached_big", schema=AnySchema, cache_seconds=3600)
def cached_big(ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """Give back ``times`` bytes."""
    _ran(ctx)
    return {"text": "x" * int(request["times"])}


@task("sample_cached_steps", schema=AnySchema, cache_seconds=3600)
def cached_steps(ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """A step that leaves an effect; wait for the test; fail the first time of all for good if ``code`` says so."""

    def pay() -> dict[str, Any]:
        _ran(ctx)
        return {"paid": request["name"]}

    first = ctx.step("first", pay)
    ctx.progress(50, "half")
    while not gates[request["name"]].wait(0.01):
        ctx.checkpoint()
    with ctx.transaction() as connection:
        row = connection.execute("SELECT count(*) FROM ai_job_attempt WHERE error_code = 'no_way'").fetchone()
    if request["code"] == "final" and row == (0,):
        raise FinalError("no_way", "This can never work.")
    return {"first": first, "second": ctx.step("second", lambda: ctx.job.runs)}
