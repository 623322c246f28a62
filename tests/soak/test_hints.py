"""NOTIFY is lost: the listener is killed, or a transaction pooler stands between. Jobs run and cancels arrive all the same."""

from __future__ import annotations

import random
import time

import pytest

from backend.jobs import store
from tests.jobs.engine import Engine
from tests.soak.conftest import Nursery, Tally

NO_POLLING = "3600"  # seconds: who does not hear does not run
KILL_LISTENERS = """
SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
WHERE datname = current_database() AND application_name LIKE 'collabcanvas worker%listener'
"""


def ends(engine: Engine, job_type: str, seconds: float, *, cancel: bool) -> float | None:
    """Seconds from the enqueue (or from the cancel) to the end of a job; None if it takes longer than ``seconds``."""
    job = engine.enqueue(job_type, {"seconds": 3600 if cancel else 0})
    began = time.monotonic()
    if cancel:
        while not engine.count(f"id = '{job.id}' AND progress = 10"):
            if time.monotonic() - began > seconds:
                return None
            time.sleep(0.005)
        began = time.monotonic()
        store.request_cancel(engine.connection, [job.id])
    while not engine.count(f"id = '{job.id}' AND completed_at IS NOT NULL"):
        if time.monotonic() - began > seconds:
            return None
        time.sleep(0.005)
    return time.monotonic() - began


def shake(
    engine: Engine, nursery: Nursery, kills: int, seconds: float, fault: str = ""
) -> tuple[int, list[float], int]:
    """Kill the listener before each job and each cancel: how often, how long it took, how many were too late."""
    nursery.start(JOB_PROCESSING_INTERVAL=NO_POLLING, SOAK_FAULT=fault)
    assert ends(engine, "sample_begun", 60.0, cancel=False) is not None
    killed, times, late = 0, [], 0
    while killed < kills and late < 3:
        row = engine.connection.execute(KILL_LISTENERS).fetchone()
        killed += row[0] if row else 0
        time.sleep(random.uniform(0, 0.2))  # any moment of the way back
        took = ends(engine, "sample_begun", seconds, cancel=killed % 2 == 0)
        late += took is None
        times += [] if took is None else [took]
        if not (row and row[0]):
            time.sleep(0.05)
            if fault:
                killed += 1  # it never comes back
    return killed, times, late


@pytest.mark.parametrize("kills", [6, pytest.param(100, marks=pytest.mark.soak)])
def test_jobs_run_and_cancels_arrive_while_the_listener_is_killed(
    engine: Engine, nursery: Nursery, tally: Tally, kills: int
) -> None:
    killed, times, late = shake(engine, nursery, kills, seconds=30.0)
    tally("listener's connection killed", killed, f"{late} jobs or cancels lost, slowest {max(times):.1f} s")
    assert late == 0


@pytest.mark.soak
def test_a_listener_that_stays_away_is_found(engine: Engine, nursery: Nursery, tally: Tally) -> None:
    killed, _, late = shake(engine, nursery, 6, seconds=5.0, fault="never listens again")
    tally("listener killed, and it stays away", killed, f"must find: {late} late")
    assert late
