"""Handlers that take longer than they may: asked first, then given up without losing the worker's capacity."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from marshmallow import Schema

from backend.jobs import task
from backend.jobs.handling.run import Interruption, Run
from backend.jobs.runtime import overdue as overdue_module
from tests.jobs.engine import Engine
from tests.jobs.overdue_tasks import deaf
from tests.jobs.sample_tasks import gates, reached


@pytest.fixture
def engine_environ(engine_environ: dict[str, str]) -> dict[str, str]:
    return {**engine_environ, "HEARTBEAT_INTERVAL": "0.05"}


@pytest.fixture(autouse=True)
def _no_thread_is_left(engine: Engine) -> Iterator[None]:
    yield
    for gate in list(gates.values()):
        gate.set()
    engine.until(lambda: not [thread for thread in threading.enumerate() if thread.name.startswith("job-")])


def abandoned(engine: Engine) -> int:
    row = engine.connection.execute("SELECT max(abandoned) FROM ai_worker").fetchone()
    return int(row[0]) if row else 0


def test_a_run_that_never_looks_ends_at_its_hard_limit_and_its_thread_is_replaced(engine: Engine) -> None:
    job = engine.enqueue("overdue_deaf", {"name": "deaf"}, max_attempts=1)
    with engine.worker(concurrency=1):
        row = engine.until_status(job.id)
        assert (row["status"], row["error_code"]) == ("failed", "timeout")
        assert reached["deaf"].is_set() and not reached["deaf late"].is_set()
        assert engine.until_status(engine.enqueue().id)["status"] == "completed"
        engine.until(lambda: abandoned(engine) == 1)
        gates["deaf"].set()
        assert reached["deaf late"].wait(30)
        engine.until(lambda: abandoned(engine) == 0)
    assert engine.effects() == {}
    assert engine.row(job.id) == row
    assert engine.event_types(job.id) == ["queued", "processing", "failed"]


def test_a_run_that_was_given_up_is_tried_again_by_its_policy(engine: Engine) -> None:
    job = engine.enqueue("overdue_deaf", {"name": "again"}, max_attempts=2)
    with engine.worker(concurrency=1):
        row = engine.until_status(job.id)
        gates["again"].set()
    assert (row["status"], row["attempt"], row["error_code"]) == ("failed", 2, "timeout")
    assert [attempt["outcome"] for attempt in engine.attempts(job.id)] == ["retried", "failed"]


def test_a_transaction_that_is_held_open_beyond_the_hard_limit_holds_up_no_other_job(engine: Engine) -> None:
    job = engine.enqueue("overdue_in_transaction", {"name": "open"}, max_attempts=1)
    with engine.worker(concurrency=1):
        assert reached["open"].wait(30)
        assert engine.until_status(job.id)["error_code"] == "timeout"
        assert not reached["open late"].is_set()
        assert engine.until_status(engine.enqueue().id)["status"] == "completed"
        gates["open"].set()
        assert reached["open late"].wait(30)
    assert engine.effects() == {}


def test_the_soft_limit_alone_interrupts_at_the_next_checkpoint(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupt, interrupted = Run.interrupt, threading.Event()

    def note(run: Run, reason: Interruption) -> None:
        interrupt(run, reason)
        interrupted.set()

    monkeypatch.setattr(Run, "interrupt", note)
    job = engine.enqueue("overdue_patient", {"name": "patient"}, max_attempts=1)
    with engine.worker(concurrency=1):
        assert reached["patient"].wait(30)
        assert interrupted.wait(30)
        gates["patient"].set()
        row = engine.until_status(job.id)
    assert (row["status"], row["error_code"]) == ("failed", "timeout")
    assert abandoned(engine) == 0


def test_a_worker_with_too_many_abandoned_threads_ends_as_a_fault(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(overdue_module, "MAX_ABANDONED", 1)
    for _ in range(2):
        engine.enqueue("overdue_deaf", {"name": "many"}, max_attempts=1)
    from backend.jobs.runtime.worker import FAULT, Worker

    assert Worker(engine.settings, concurrency=1).run() == FAULT
    assert engine.count("status = 'failed' AND error_code = 'timeout'") == 2


def test_a_hard_limit_shorter_than_the_soft_one_is_refused() -> None:
    with pytest.raises(ValueError, match="hard_timeout"):
        task("overdue_nonsense", schema=Schema, timeout=10, hard_timeout=5)(deaf)
