"""H: a running job that is cancelled stops within a second, and nothing is written after its end."""

from __future__ import annotations

import statistics
import time
import uuid

import pytest

from backend.jobs import store
from tests.jobs.engine import Engine
from tests.jobs.guards import Guard, taken_out
from tests.soak.conftest import Nursery, Tally
from tests.soak.history import faults

NO_HINT = Guard(
    "the hint of a cancel",
    (("request_cancel", "SELECT id, pg_notify('job_cancel', id::text) FROM job", "SELECT id, NULL FROM job"),),
)
# The label at once, and the worker hears of it with its next heartbeat.
LABEL_AT_ONCE = Guard(
    "the worker's own word that it has stopped",
    (
        *NO_HINT.cuts,
        (
            "request_cancel",
            "SET cancel_requested_at = clock_timestamp()",
            "SET status = 'cancelled', completed_at = clock_timestamp(), claim_token = NULL, worker_id = NULL, "
            "lease_until = NULL, last_seq = last_seq + 1",
        ),
    ),
)


def shake(engine: Engine, cancels: int) -> list[float]:
    """Cancel jobs that write all the time, and jobs that wait for something: seconds from the request to the end of each."""
    return [cancel_one(engine, pause=(0.002, 3600.0)[number % 2]) for number in range(cancels)]


def cancel_one(engine: Engine, pause: float) -> float:
    """Start a job that writes, with a pause between two writes, cancel it, wait for its end."""
    canvas_id = uuid.uuid4()
    engine.connection.execute(
        "INSERT INTO canvas (id, owner_id, name) VALUES (%s, %s, 'soak')", (canvas_id, engine.user_id)
    )
    request = {"canvas_id": str(canvas_id), "times": 100_000, "seconds": pause}
    job = engine.enqueue("soak_write", request)
    # Its progress is stored: what is left to hear of the cancel by is the hint, the heartbeat, and the next write.
    engine.until(lambda: any(event["type"] == "progress" for event in engine.events(job.id)))
    began = time.monotonic()
    store.request_cancel(engine.connection, [job.id])
    engine.until(lambda: engine.count(f"id = '{job.id}' AND completed_at IS NOT NULL"))
    return time.monotonic() - began


def marks_after_the_end(engine: Engine) -> int:
    """Jobs with an effect after they were called finished."""
    row = engine.connection.execute(
        "SELECT count(DISTINCT id) FROM ai_job JOIN mark ON job_id = id WHERE mark.at > completed_at"
    ).fetchone()
    return int(row[0]) if row else 0


def p95(times: list[float]) -> float:
    """The 95th percentile."""
    return statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]


@pytest.mark.parametrize("hints", [True, False], ids=["", "without NOTIFY"])
@pytest.mark.parametrize("cancels", [5, pytest.param(100, marks=pytest.mark.soak)])
def test_a_cancelled_job_stops_and_writes_nothing_more(
    engine: Engine, nursery: Nursery, tally: Tally, cancels: int, hints: bool
) -> None:
    nursery.start()
    if hints:
        times = shake(engine, cancels)
    else:
        with taken_out(NO_HINT):
            times = shake(engine, cancels)
    bar = 1.0 if hints else 3.0
    tally(
        "cancel of a running job" + ("" if hints else ", NOTIFY off"),
        cancels,
        f"p50 {statistics.median(times):.3f} s, p95 {p95(times):.3f} s, slowest {max(times):.3f} s; bar {bar:g} s",
    )
    assert engine.count("status = 'cancelled'") == cancels
    assert marks_after_the_end(engine) == 0
    assert faults(engine, "not completed") == {}
    assert p95(times) < (bar if cancels > 50 else 20.0)


@pytest.mark.soak
def test_a_cancel_that_nobody_hears_is_found(engine: Engine, nursery: Nursery, tally: Tally) -> None:
    nursery.start(SOAK_FAULT="deaf to cancels")
    canvas_id = uuid.uuid4()
    engine.connection.execute(
        "INSERT INTO canvas (id, owner_id, name) VALUES (%s, %s, 'soak')", (canvas_id, engine.user_id)
    )
    job = engine.enqueue("soak_return", {"canvas_id": str(canvas_id), "times": 100, "seconds": 0.05})
    engine.until_status(job.id, "processing")
    engine.until(lambda: engine.connection.execute("SELECT 1 FROM mark WHERE job_id = %s", (job.id,)).fetchone())
    store.request_cancel(engine.connection, [job.id])
    row = engine.until_status(job.id)
    tally("cancel, and the worker does not listen", 1, f"must find: the job ends as {row['status']}")
    assert row["status"] == "completed"


@pytest.mark.soak
def test_writes_after_a_hasty_cancel_are_found(engine: Engine, nursery: Nursery, tally: Tally) -> None:
    nursery.start(SOAK_FAULT="no claim")
    with taken_out(LABEL_AT_ONCE):
        shake(engine, 3)
    engine.until(lambda: marks_after_the_end(engine))
    tally("cancelled is only a label", 3, f"must find: {marks_after_the_end(engine)} jobs that wrote after their end")
