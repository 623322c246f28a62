"""The writes of workers: refused when the claim is lost, whatever is written."""

from __future__ import annotations

import uuid
from queue import SimpleQueue
from typing import Any

import psycopg
import pytest

from backend.jobs import ClaimLost, Job, JobCancelled, JobContext, RetryableError, store
from backend.jobs.handling import handler_store
from backend.jobs.handling.run import Run
from backend.jobs.hints import Hints
from backend.jobs.outcome import Settlement
from backend.jobs.runtime import worker_store
from backend.jobs.store import ProgressReport, Written
from tests.jobs.engine import Engine

AGAIN = Settlement("queued", "retried", pause=60.0, error_code="flaky", error_message="Flaky.")


class Tools:
    """What a context needs, without a worker."""

    children = None

    def __init__(self, engine: Engine) -> None:
        self.settings = engine.settings
        self.announced: list[Written] = []
        self._connection = engine.connect()

    def connection(self) -> psycopg.Connection[Any]:
        """The handler's connection."""
        return self._connection

    def report(self, run: Run, percent: int, message: str | None) -> None:
        """Progress is not stored here."""

    def announce(self, written: list[Written]) -> None:
        """Remember what would have been hinted."""
        self.announced += written


def stolen(engine: Engine) -> tuple[Job, uuid.UUID]:
    """A job as a worker that has lost it still sees it: another one has claimed it since."""
    engine.enqueue()
    ((job, old_token),) = engine.claim()
    engine.connection.execute("UPDATE ai_job SET lease_until = now() - interval '1 s'")
    engine.connection.execute("SELECT pg_sleep(0)")
    rescued = worker_store.rescue(engine.connection, lease=0.0, silence=60.0, held_tokens=[])
    assert rescued == [job.id]
    ((_, new_token),) = engine.claim()
    assert new_token != old_token
    return job, old_token


def test_a_stale_worker_can_neither_complete_nor_change_a_job(engine: Engine) -> None:
    job, token = stolen(engine)
    before = engine.row(job.id)
    assert store.complete(engine.connection, 1, [(job.id, token, "{}")], lead=False) == (0, [])
    assert store.settle(engine.connection, 1, [(job.id, token, AGAIN)], lead=False) == []
    (answer,) = store.report_progress(engine.connection, [ProgressReport(job.id, token, 50, "half")], lead=False)
    assert (answer.seq, answer.lost) == (None, True)
    assert handler_store.fence(engine.connection, job.id, token) is None
    assert handler_store.append_partial(engine.connection, job.id, token, "{}", 1, None) is None
    handler_store.extend_lease(engine.connection, job.id, token, 3600.0)
    assert worker_store.renew_leases(engine.connection, 1, 3600.0, [(job.id, token)]) == [
        worker_store.Doubt(job.id, True, False)
    ]
    assert engine.row(job.id) == before
    assert engine.event_types(job.id) == ["queued", "processing", "retrying", "processing"]


def test_a_stale_workers_transaction_is_refused_and_rolled_back(engine: Engine) -> None:
    job, token = stolen(engine)
    tools = Tools(engine)
    with pytest.raises(ClaimLost), JobContext(Run(job, token, 0.0), tools).transaction() as connection:
        connection.execute("INSERT INTO effect (job_id, run) VALUES (%s, 1)", (job.id,))
    assert engine.effects() == {}
    assert tools.announced == []


def test_a_transaction_of_a_cancelled_job_is_refused(engine: Engine) -> None:
    engine.enqueue()
    ((job, token),) = engine.claim()
    assert store.request_cancel(engine.connection, [job.id])
    run = Run(job, token, 0.0)
    with pytest.raises(JobCancelled), JobContext(run, Tools(engine)).transaction():
        raise AssertionError("the handler must not get here")
    assert run.interruption is JobCancelled


def test_a_transaction_holds_the_claim_until_it_commits(engine: Engine) -> None:
    """Nobody can rescue or cancel a job in the middle of its own write; the lease is renewed at its end."""
    engine.enqueue()
    ((job, token),) = engine.claim(lease=0.0)
    context = JobContext(Run(job, token, 0.0), Tools(engine))
    with context.transaction() as connection:
        assert worker_store.rescue(engine.connection, lease=0.0, silence=60.0, held_tokens=[]) == []
        (answer,) = store.report_progress(engine.connection, [ProgressReport(job.id, token, 5, None)], lead=False)
        assert (answer.seq, answer.lost) == (None, False)  # skipped, not waited for
        connection.execute("SELECT pg_sleep(%s)", (engine.settings.heartbeat_interval,))
    assert worker_store.rescue(engine.connection, lease=0.0, silence=60.0, held_tokens=[]) == []


def test_a_worker_that_freezes_in_a_transaction_does_not_keep_its_job_for_ever(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handler_store, "HANDLER_IDLE", "100ms")
    engine.enqueue()
    ((job, token),) = engine.claim(lease=0.0)
    context = JobContext(Run(job, token, 0.0), Tools(engine))
    with pytest.raises(RetryableError), context.transaction() as connection:
        connection.execute("INSERT INTO effect (job_id, run) VALUES (%s, 1)", (job.id,))
        engine.until(
            lambda: worker_store.rescue(engine.connection, lease=0.0, silence=60.0, held_tokens=[]) == [job.id]
        )
        connection.execute("SELECT 1")
    assert engine.effects() == {}


def test_transactions_of_a_handler_do_not_nest(engine: Engine) -> None:
    engine.enqueue()
    ((job, token),) = engine.claim()
    context = JobContext(Run(job, token, 0.0), Tools(engine))
    with context.transaction(), pytest.raises(RuntimeError, match="do not nest"), context.transaction():
        pass
    with context.transaction() as connection:
        context.partial(connection, {"part": 1})
    with pytest.raises(RuntimeError, match="inside"):
        context.partial(engine.connection, {"part": 2})


def test_a_job_that_was_asked_to_stop_is_cancelled_instead_of_tried_again(engine: Engine) -> None:
    engine.enqueue()
    ((job, token),) = engine.claim()
    store.request_cancel(engine.connection, [job.id])
    (written,) = store.settle(engine.connection, 1, [(job.id, token, AGAIN)], lead=False)
    row = engine.row(job.id)
    assert (row["status"], row["last_seq"], row["error_code"]) == ("cancelled", written.seq, None)
    assert engine.attempts(job.id)[0]["outcome"] == "cancelled"
    assert engine.claim() == []


def test_a_batch_writes_every_kind_of_ending(engine: Engine) -> None:
    for _ in range(4):
        engine.enqueue()
    claimed = engine.claim(4)
    updates = [
        AGAIN,
        Settlement("queued", "released", reason="released", spends=False),
        Settlement("failed", "failed", error_code="no_way", error_message="No.", detail="inner", traceback="T"),
        Settlement("cancelled", "cancelled", reason="why"),
    ]
    rows = [(job.id, token, update) for (job, token), update in zip(claimed, updates, strict=True)]
    written = store.settle(engine.connection, 1, rows, lead=True)
    assert {pair.job_id: pair.seq for pair in written} == {job.id: 3 for job, _ in claimed}
    states = [engine.row(job.id) for job, _ in claimed]
    assert [(row["status"], row["runnable"], row["attempt"]) for row in states] == [
        ("queued", False, 1),
        ("queued", True, 0),
        ("failed", True, 1),
        ("cancelled", True, 1),
    ]
    assert engine.attempts(claimed[2][0].id)[0]["error_message"] == "inner"


def test_a_result_that_postgres_refuses_does_not_hold_up_the_others(engine: Engine) -> None:
    engine.enqueue()
    ((job, token),) = engine.claim()
    with pytest.raises(psycopg.DataError):
        store.complete(engine.connection, 1, [(job.id, token, '{"a": "\\u0000"}')], lead=False)
    assert engine.row(job.id)["status"] == "processing"


def test_the_table_itself_refuses_a_processing_job_without_a_claim(engine: Engine) -> None:
    job = engine.enqueue()
    for change in (
        "status = 'processing'",
        "status = 'completed'",
        "runnable = false",
        "cancel_requested_at = now()",
        "attempt = max_attempts + 1",
        "priority = 'extreme'",
        "progress = 101",
    ):
        with pytest.raises(psycopg.errors.CheckViolation):
            engine.connection.execute(f"UPDATE ai_job SET {change} WHERE id = %s", (job.id,))


def test_hints_lead_when_it_has_been_quiet_and_trail_once_for_all_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.jobs.hints.WINDOW", 1.0)  # so that a stalled machine does not end it in between
    sent: SimpleQueue[list[tuple[str, str]]] = SimpleQueue()
    hints = Hints(sent.put)
    assert hints.lead("job_event")
    assert not hints.lead("job_event")
    assert hints.lead("job_ready")
    ids = [uuid.uuid4() for _ in range(3)]
    for job_id in ids:
        hints.owe_events([(job_id, 1), (job_id, 2)])
    hints.owe("job_ready", "default")
    hints.owe("job_ready", "default")
    pairs = sent.get(timeout=30)
    assert dict(pairs)["job_ready"] == "default"
    assert set(dict(pairs)["job_event"].split(",")) == {f"{job_id}:2" for job_id in ids}
    assert sent.empty()
    hints.owe_events((uuid.uuid4(), 1) for _ in range(151))
    assert sent.get(timeout=30) == [("job_event", "*")]
