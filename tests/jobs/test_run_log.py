"""A line that a handler logs names its job; so do the jobs that it makes; the next job starts with nothing."""

from __future__ import annotations

from typing import Any

import pytest
import structlog

from backend.jobs import JobContext, task
from backend.jobs.run_log import add_job, current_correlation
from tests.jobs.engine import Engine
from tests.jobs.sample_tasks import AnySchema

seen: list[dict[str, Any]] = []


@task("sample_logs", schema=AnySchema)
def logs(_ctx: JobContext, _request: dict[str, Any]) -> dict[str, Any]:
    """Note what a log line would hold, then bind something."""
    line = structlog.contextvars.merge_contextvars(None, "info", {"event": "hello"})
    seen.append({**add_job(None, "info", line), "correlation": current_correlation()})
    structlog.contextvars.bind_contextvars(left_behind=True)
    return {}


@pytest.fixture(autouse=True)
def nothing_seen() -> None:
    """Each test looks at its own lines."""
    seen.clear()


def test_a_handlers_log_line_names_its_job_and_its_correlation(engine: Engine) -> None:
    job = engine.enqueue("sample_logs", correlation_id="trace-7")
    engine.drain()
    (line,) = seen
    assert (line["job_id"], line["job_type"], line["attempt"]) == (str(job.id), "sample_logs", 1)
    assert (line["user_id"], line["correlation_id"], line["correlation"]) == (str(engine.user_id), "trace-7", "trace-7")


def test_a_job_without_correlation_is_its_own_and_leaves_nothing_to_the_next(engine: Engine) -> None:
    jobs = [engine.enqueue("sample_logs") for _ in range(3)]
    engine.drain(concurrency=1)
    assert [line["correlation"] for line in seen] == [str(job.id) for job in jobs]
    assert not any("left_behind" in line for line in seen)


def test_outside_of_a_job_nothing_is_added() -> None:
    assert add_job(None, "info", {"event": "hello"}) == {"event": "hello"}
    assert current_correlation() is None
