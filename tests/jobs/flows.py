"""What the tests of jobs that wait for jobs have in common."""

from __future__ import annotations

import uuid

from backend.jobs import Job, JobSpec
from backend.jobs.flows.flow_care import settle_flows
from backend.jobs.runtime.maintenance import FollowUps
from backend.jobs.upkeep import duty_store
from tests.jobs import flow_tasks
from tests.jobs.engine import Engine

assert flow_tasks.QUICK
ECHO = JobSpec("sample_echo")
FAILS = JobSpec("sample_fail", {"code": "final", "times": 9})
LOOKS = JobSpec("flow_inputs")


def statuses(engine: Engine, *jobs: Job | uuid.UUID) -> list[str]:
    return [engine.row(job.id if isinstance(job, Job) else job)["status"] for job in jobs]


def until_all_end(engine: Engine) -> None:
    engine.until(lambda: engine.count("completed_at IS NULL") == 0)


def run_all(engine: Engine) -> None:
    """Let a worker do everything, and what follows from it."""
    with engine.worker():
        until_all_end(engine)


def care(engine: Engine) -> None:
    """What maintenance does once."""
    FollowUps(engine.settings, [settle_flows])(engine.connection)
    duty_store.promote(engine.connection)


def inputs(engine: Engine, job: Job) -> list[tuple[str, str]]:
    return [(found["job_id"], found["status"]) for found in engine.row(job.id)["result_data"]["inputs"]]


def somebody_waits(engine: Engine) -> bool:
    """Whether a session waits for a lock."""
    return engine.connection.execute("SELECT count(*) FROM pg_locks WHERE NOT granted").fetchone() != (0,)
