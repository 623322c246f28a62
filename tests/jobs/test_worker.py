"""A worker in this process: what handlers may do, and what becomes of their jobs."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any, cast

import psycopg
import pytest

from backend.jobs import hints, store
from backend.jobs.handling.execute import UNKNOWN_PAUSE
from backend.jobs.hints import Hints
from backend.jobs.link import Link
from backend.jobs.runtime import claimer, worker
from backend.jobs.runtime.completer import Completer
from backend.jobs.runtime.worker import WorkerTools
from tests.jobs.engine import Engine
from tests.jobs.sample_tasks import gates, reached


def test_a_job_is_run_and_its_result_stored(engine: Engine) -> None:
    job = engine.enqueue("sample_echo", {"name": "first", "id": str(uuid.uuid4())})
    assert engine.drain() == 0
    row = engine.row(job.id)
    assert (row["status"], row["progress"], row["attempt"], row["runs"]) == ("completed", 100, 1, 1)
    assert row["result_data"] == {"name": "first", "type_of_id": "UUID", "extra": None}
    assert row["claim_token"] is None
    assert engine.event_types(job.id) == ["queued", "processing", "completed"]
    (attempt,) = engine.attempts(job.id)
    assert (attempt["run"], attempt["attempt"], attempt["outcome"]) == (1, 1, "completed")
    assert row["created_at"] <= row["started_at"] <= row["completed_at"]


def test_a_worker_is_woken_by_an_enqueue_without_polling(engine_environ: dict[str, str]) -> None:
    engine = Engine({**engine_environ, "JOB_PROCESSING_INTERVAL": "3600"})
    with engine.worker():
        for _ in range(20):
            engine.until_status(engine.enqueue().id, "completed")
    engine.close()


def test_a_failing_job_is_tried_again_until_it_works(engine: Engine) -> None:
    job = engine.enqueue("sample_fail", {"times": 2})
    with engine.worker():
        row = engine.until_status(job.id)
    assert (row["status"], row["attempt"], row["error_code"]) == ("completed", 3, None)
    assert engine.event_types(job.id) == ["queued", *["processing", "retrying"] * 2, "processing", "completed"]
    first = engine.attempts(job.id)[0]
    assert (first["outcome"], first["error_code"]) == ("retried", "flaky")
    assert "RetryableError" in first["traceback"]
    assert first["next_run_at"] is not None
    retrying = engine.events(job.id)[2]
    assert retrying["status"] == "queued"
    assert retrying["data"]["error"] == {"code": "flaky", "message": "Try again."}


def test_a_job_fails_when_its_attempts_are_spent(engine: Engine) -> None:
    job = engine.enqueue("sample_fail", {"times": 99}, max_attempts=3)
    with engine.worker():
        row = engine.until_status(job.id)
    assert (row["status"], row["attempt"], row["error_code"], row["error_message"]) == (
        "failed",
        3,
        "flaky",
        "Try again.",
    )
    assert [attempt["outcome"] for attempt in engine.attempts(job.id)] == ["retried", "retried", "failed"]
    assert engine.events(job.id)[-1]["data"]["error"]["code"] == "flaky"


@pytest.mark.parametrize(("code", "error"), [("final", "no_way"), ("division", "unexpected")])
def test_a_final_error_is_not_tried_again(engine: Engine, code: str, error: str) -> None:
    job = engine.enqueue("sample_fail", {"times": 99, "code": code})
    engine.drain()
    row = engine.row(job.id)
    assert (row["status"], row["attempt"], row["error_code"]) == ("failed", 1, error)


@pytest.mark.parametrize("code", ["retry_after", "snooze"])
def test_waiting_for_a_provider_or_snoozing_spends_no_attempt(engine: Engine, code: str) -> None:
    job = engine.enqueue("sample_fail", {"times": 6, "code": code}, max_attempts=2)
    with engine.worker():
        row = engine.until_status(job.id)
    assert (row["status"], row["attempt"], row["runs"]) == ("completed", 1, 7)


def test_a_handler_may_cancel_its_own_job(engine: Engine) -> None:
    job = engine.enqueue("sample_fail", {"times": 1, "code": "cancel"})
    engine.drain()
    assert engine.row(job.id)["status"] == "cancelled"
    assert engine.events(job.id)[-1]["data"] == {"reason": "nobody wants it"}


def test_what_went_wrong_inside_is_kept_for_staff_and_hidden_from_the_owner(engine: Engine) -> None:
    job = engine.enqueue("sample_fail", {"times": 99, "code": "bug"}, max_attempts=1)
    engine.drain()
    row = engine.row(job.id)
    assert row["error_code"] == "unexpected"
    assert "secret inner detail" not in row["error_message"]
    assert "secret inner detail" not in str(engine.events(job.id))
    (attempt,) = engine.attempts(job.id)
    assert "secret inner detail" in attempt["error_message"]
    assert "KeyError" in attempt["traceback"]


@pytest.mark.parametrize("code", ["nul", "list", "object", "surrogate"])
def test_a_result_that_cannot_be_stored_fails_its_job_and_no_other(engine: Engine, code: str) -> None:
    bad = engine.enqueue("sample_bad_result", {"code": code})
    good = engine.enqueue()
    engine.drain()
    row = engine.row(bad.id)
    assert (row["status"], row["error_code"]) == ("failed", "invalid_result")
    assert engine.row(good.id)["status"] == "completed"


def test_a_job_of_a_type_that_this_worker_does_not_know_is_left_for_one_that_does(engine: Engine) -> None:
    job = engine.enqueue(max_attempts=1)
    engine.connection.execute("UPDATE ai_job SET job_type = 'from_the_future' WHERE id = %s", (job.id,))
    for turn in (1, 2):
        engine.drain()
        row = engine.row(job.id)
        assert (row["status"], row["error_code"], row["attempt"]) == ("queued", "unknown_job_type", 0)
        assert row["runs"] == turn, "not again at once"
        assert row["run_at"] - engine.attempts(job.id)[-1]["ended_at"] > timedelta(seconds=UNKNOWN_PAUSE - 1)
        engine.connection.execute("UPDATE ai_job SET run_at = now() WHERE id = %s", (job.id,))
    engine.connection.execute("UPDATE ai_job SET job_type = 'sample_echo' WHERE id = %s", (job.id,))
    engine.drain()
    assert engine.row(job.id)["status"] == "completed", "a worker that knows it has come"


def test_a_running_job_stops_when_it_is_cancelled(engine: Engine) -> None:
    job = engine.enqueue("sample_wait", {"name": "cancel", "seconds": 30})
    with engine.worker():
        assert reached["cancel"].wait(30)
        assert store.request_cancel(engine.connection, [job.id])
        assert not store.request_cancel(engine.connection, [job.id])
        row = engine.until_status(job.id)
    assert (row["status"], row["result_data"]) == ("cancelled", None)
    assert engine.event_types(job.id) == ["queued", "processing", "cancelled"]


def test_a_cancel_arrives_by_the_heartbeat_when_notifications_do_not(engine_environ: dict[str, str]) -> None:
    engine = Engine({**engine_environ, "HEARTBEAT_INTERVAL": "0.1"})
    job = engine.enqueue("sample_wait", {"name": "silent", "seconds": 30})
    with engine.worker():
        assert reached["silent"].wait(30)
        engine.connection.execute("UPDATE ai_job SET cancel_requested_at = now() WHERE id = %s", (job.id,))
        assert engine.until_status(job.id)["status"] == "cancelled"
    engine.close()


def test_a_blocking_stream_is_closed_by_a_cancel_and_its_error_counts_as_the_cancel(engine: Engine) -> None:
    job = engine.enqueue("sample_stream", {"name": "stream"})
    with engine.worker():
        assert reached["stream"].wait(30)
        store.request_cancel(engine.connection, [job.id])
        row = engine.until_status(job.id)
    assert (row["status"], row["error_code"]) == ("cancelled", None)


def test_a_run_that_takes_too_long_is_stopped_and_tried_again(engine_environ: dict[str, str]) -> None:
    engine = Engine({**engine_environ, "HEARTBEAT_INTERVAL": "0.05"})
    job = engine.enqueue("sample_slow", {"seconds": 30}, max_attempts=2)
    with engine.worker():
        row = engine.until_status(job.id)
    assert (row["status"], row["error_code"], row["attempt"]) == ("failed", "timeout", 2)
    engine.close()


def test_progress_is_coalesced_without_gaps_and_the_last_report_is_kept(engine: Engine) -> None:
    job = engine.enqueue("sample_progress", {"times": 500})
    engine.drain()
    events = engine.events(job.id)
    assert [event["seq"] for event in events] == list(range(1, len(events) + 1))
    progress = [event for event in events if event["type"] == "progress"]
    took = (events[-1]["at"] - events[1]["at"]).total_seconds()
    assert 1 <= len(progress) <= took * 10 + 2
    assert (progress[-1]["progress"], progress[-1]["message"]) == (100, "step 500")
    assert events[-1]["type"] == "completed"


def test_an_effect_and_its_partial_event_commit_together(engine: Engine) -> None:
    job = engine.enqueue("sample_effect")
    engine.drain()
    assert engine.effects() == {job.id: 1}
    assert engine.event_types(job.id) == ["queued", "processing", "partial", "completed"]
    partial = engine.events(job.id)[2]
    assert (partial["data"], partial["progress"]) == ({"effect": str(job.id)}, 50)


def test_an_open_transaction_is_rolled_back_when_the_run_is_interrupted(engine: Engine) -> None:
    job = engine.enqueue("sample_effect", {"name": "open", "seconds": 30})
    with engine.worker():
        assert reached["open"].wait(30)
    row = engine.row(job.id)
    assert (row["status"], row["attempt"]) == ("queued", 0)
    assert engine.effects() == {}
    assert engine.event_types(job.id) == ["queued", "processing", "retrying"]


def test_read_ahead_that_no_thread_can_begin_is_given_back(engine: Engine) -> None:
    """A worker that guessed wrong must not sit on jobs that another one could run."""
    with engine.worker(concurrency=1):
        for _ in range(30):  # quick jobs, so that the worker reads ahead
            engine.enqueue()
        engine.until(lambda: engine.count("status = 'completed'") == 30)
        with engine.connection.transaction():
            blocking = engine.enqueue("sample_gate", {"name": "busy"})
            others = [engine.enqueue().id for _ in range(5)]
        assert reached["busy"].wait(30)
        engine.until(lambda: engine.count("status = 'queued'") == len(others))
        gates["busy"].set()
        for job_id in [blocking.id, *others]:
            assert engine.until_status(job_id)["status"] == "completed"
    given_back = [job_id for job_id in others if "retrying" in engine.event_types(job_id)]
    assert given_back
    assert all(engine.row(job_id)["attempt"] == 1 for job_id in others)
    assert {engine.attempts(job_id)[0]["outcome"] for job_id in given_back} == {"released"}


def test_jobs_that_were_given_back_are_not_claimed_again_while_the_worker_is_busy(
    engine_environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What never ran took no time, and would make the worker believe that it can read ahead for ever."""
    monkeypatch.setattr(claimer, "GIVE_BACK_SECONDS", 0.05)
    engine = Engine({**engine_environ, "HEARTBEAT_INTERVAL": "0.1"})
    with engine.worker(concurrency=1) as worker:
        for _ in range(30):  # quick jobs, so that the worker reads ahead
            engine.enqueue()
        engine.until(lambda: engine.count("status = 'completed'") == 30)
        with engine.connection.transaction():
            engine.enqueue("sample_gate", {"name": "churn"})
            others = [engine.enqueue().id for _ in range(5)]
        assert reached["churn"].wait(30)
        engine.until(lambda: engine.count("status = 'queued'") == len(others) and len(worker._held) == 1)
        for _ in range(8):
            engine.until(partial(beaten_since, engine, heartbeat(engine)))
        runs = [engine.row(job_id)["runs"] for job_id in others]
        gates["churn"].set()
        engine.until(lambda: engine.count("completed_at IS NULL") == 0)
    engine.close()
    assert max(runs) <= 1


def beaten_since(engine: Engine, beat: object) -> bool:
    return heartbeat(engine) != beat


def heartbeat(engine: Engine) -> object:
    return engine.connection.execute("SELECT max(heartbeat_at) FROM ai_worker").fetchone()


def test_connections_that_threads_open_at_once_are_all_closed_with_the_worker(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each thread makes room in the same list: a connection that falls out of it would stay open for ever."""
    hints = Hints(lambda _pairs: None)
    tools = WorkerTools(engine.settings, cast(Completer, None), hints)
    together = threading.Barrier(8)
    made: list[psycopg.Connection[Any]] = []

    def connect_together(*_: object) -> psycopg.Connection[Any]:
        connection = engine.connect()
        together.wait()
        return connection

    class Slow(list[psycopg.Connection[Any]]):
        """Read while another thread writes."""

        def __iter__(self) -> Iterator[psycopg.Connection[Any]]:
            found = list(super().__iter__())
            time.sleep(0.001)
            return iter(found)

    monkeypatch.setattr(worker, "connect", connect_together)
    tools._opened = Slow()
    threads = [threading.Thread(target=lambda: made.append(tools.connection())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tools.close()
    assert len(made) == 8
    assert all(connection.closed for connection in made)


def test_a_hint_that_is_owed_when_the_worker_stops_leaves_no_connection_behind(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes later than everything else of the worker, and would open the connection again that was closed."""
    monkeypatch.setattr(hints, "WINDOW", 0.25)
    links: list[Link] = []

    class Noted(Link):
        def __init__(self, *arguments: Any, **options: Any) -> None:
            super().__init__(*arguments, **options)
            links.append(self)

    monkeypatch.setattr(worker, "Link", Noted)
    with engine.worker() as running:
        engine.until_status(engine.enqueue().id, "completed")
        running._hints.lead(hints.READY)
        running._hints.owe(hints.READY, "default")
    assert running._hints.settle(5)
    try:
        assert [link._name for link in links if link._connection is not None] == []
    finally:
        for link in links:
            link.close()
