"""Tasks that run in child processes. What they want to tell the test they write into the database, or return."""

from __future__ import annotations

import ctypes
import logging
import os
import re
import signal
import subprocess
import sys
import threading
import time
import uuid
from typing import Any, LiteralString

import psycopg
import structlog

from backend.jobs import Cancel, FinalError, JobContext, RetryableError, RetryPolicy, Snooze, task
from backend.jobs.engine_settings import current_settings
from tests.jobs.sample_tasks import QUICK, AnySchema


@task("child_work", schema=AnySchema, retry=QUICK, process=True)
def work(ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """Everything that a context offers."""
    for number in range(1000):
        ctx.progress(number / 20, f"step {number}")
    paid = ctx.step("pay", lambda: {"price": 7})
    with ctx.transaction() as connection:
        connection.execute("INSERT INTO effect (job_id, run) VALUES (%s, %s)", (ctx.job.id, ctx.job.runs))
        ctx.partial(connection, {"effect": str(ctx.job.id)}, progress=60)
    ctx.sleep(request["seconds"])
    ctx.progress(99, "last")
    return {"pid": os.getpid(), "parent": os.getppid(), "paid": paid, "name": request["name"]}


@task("child_hog", schema=AnySchema, retry=QUICK, process=True)
def hog(ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """Compute for minutes inside one call that keeps the interpreter's lock, and write when it is done."""
    ctx.progress(10, f"pid {os.getpid()}")
    await_column(ctx.job.id, "progress", 10)  # the report has left this process
    compute()
    with ctx.transaction() as connection:
        connection.execute("INSERT INTO effect (job_id, run) VALUES (%s, %s)", (ctx.job.id, ctx.job.runs))
    return {}


def await_column(job_id: uuid.UUID, column: LiteralString, value: object) -> None:
    """Until the job's row says so; no checkpoint."""
    with psycopg.connect(current_settings().database_url or "", autocommit=True) as connection:
        while connection.execute(f"SELECT {column} FROM ai_job WHERE id = %s", (job_id,)).fetchone() != (value,):
            time.sleep(0.01)


def compute() -> None:
    """Catastrophic backtracking: no other thread of this process runs until it is over."""
    re.match(r"(a+)+$", "a" * 40 + "b")


@task("child_hog_limited", schema=AnySchema, retry=QUICK, process=True, timeout=0.3, hard_timeout=0.6)
def hog_limited(ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """The same with time limits, and with the job's row locked meanwhile."""
    with ctx.transaction() as connection:
        connection.execute("INSERT INTO effect (job_id, run) VALUES (%s, %s)", (ctx.job.id, ctx.job.runs))
        compute()
    return {}


@task("child_patient", schema=AnySchema, retry=QUICK, process=True)
def patient(ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """Wait as a handler should, with a subprocess of its own beside it."""
    beside = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(300)"])
    ctx.progress(10, f"pid {os.getpid()} {beside.pid}")
    try:
        ctx.sleep(request["seconds"])
    finally:
        beside.kill()
        beside.wait()
    return {}


@task("child_dies", schema=AnySchema, retry=QUICK, process=True)
def dies(ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """End the process in the way that ``code`` says, the first ``times`` attempts."""
    if ctx.job.attempt > request["times"]:
        return {"attempt": ctx.job.attempt}
    match request["code"]:
        case "exit":
            os._exit(3)
        case "segfault":
            ctypes.string_at(0)
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(60)
    return {}


@task("child_fail", schema=AnySchema, process=True, retry=RetryPolicy(base=0.01, cap=0.05, final=(ZeroDivisionError,)))
def fail(ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """Fail the first run in the way that ``code`` says."""
    if ctx.job.runs > 1:
        return {"runs": ctx.job.runs}
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
        case "result":
            return {"value": object()}
    raise KeyError("secret inner detail")


@task("child_talks", schema=AnySchema, process=True)
def talks(ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """Say something in every way."""
    structlog.get_logger("child.ours").warning("by structlog", answer=42, thing=object)
    logging.getLogger("child.theirs").error("by %s", "logging")
    print("by print", flush=True)
    return {}


@task("child_talks_late", schema=AnySchema, process=True)
def talks_late(ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """Leave something behind that speaks when the job has ended."""

    def speak() -> None:
        await_column(ctx.job.id, "status", "completed")
        print("at last", flush=True)

    threading.Thread(target=speak, daemon=True).start()
    return {}
