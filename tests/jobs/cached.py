"""What the tests of cached results and of shared runs have in common."""

from __future__ import annotations

import uuid
from typing import Any

from backend.jobs import service
from backend.jobs.job import Job
from tests.jobs import cache_tasks  # noqa: F401 - declares sample_cached, whichever test is run alone
from tests.jobs.engine import Engine


def ask(engine: Engine, job_type: str = "sample_cached", name: str = "a", **options: Any) -> Job:
    return engine.enqueue(job_type, {"name": name}, **options)


def runs(engine: Engine) -> int:
    return sum(engine.effects().values())


def stop(engine: Engine, job_id: uuid.UUID) -> bool:
    return bool(service.stop_jobs(engine.connection, [job_id]))


def the_flight(engine: Engine) -> dict[str, Any]:
    row = engine.connection.execute("SELECT id FROM ai_job WHERE hidden").fetchone()
    assert row is not None
    return engine.row(row[0])
