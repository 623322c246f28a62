"""Counts of ended jobs: each job once, under what happened to it, and still there when the jobs are gone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from psycopg.rows import dict_row

from backend.jobs import store
from backend.jobs.upkeep import duty_store, rollup
from backend.jobs.upkeep.duties import take_turn
from backend.jobs.upkeep.rollup import ROLL_UP_INTERVAL, RollUp, fold_rollups, roll_up_all
from tests.jobs.engine import Engine


def settle_clock(engine: Engine) -> None:
    """Everything ended a minute ago: the last seconds are not counted yet."""
    engine.connection.execute(
        "UPDATE ai_job SET completed_at = completed_at - interval '1 minute', started_at = started_at - interval '1 minute', "
        "created_at = created_at - interval '1 minute', run_at = run_at - interval '1 minute'"
    )


def rows(engine: Engine, condition: str = "true") -> list[dict[str, Any]]:
    cursor = engine.connection.cursor(row_factory=dict_row)
    return cursor.execute(
        f"SELECT * FROM ai_job_rollup WHERE {condition} ORDER BY at, job_type, status, error_code"
    ).fetchall()


def counts(engine: Engine) -> dict[tuple[str, str, str], int]:
    found: dict[tuple[str, str, str], int] = {}
    for row in rows(engine):
        key = (row["job_type"], row["status"], row["error_code"])
        found[key] = found.get(key, 0) + row["jobs"]
    return found


def test_every_ending_is_counted_once_under_its_queue_type_and_outcome(engine: Engine) -> None:
    for _ in range(3):
        engine.enqueue("sample_echo")
    engine.enqueue("sample_fail", {"times": 1})
    engine.enqueue("sample_fail", {"times": 9, "code": "final"})
    engine.enqueue("sample_fail", {"times": 9, "code": "cancel"})
    late = engine.enqueue("sample_echo", expires_at=datetime.now(UTC) + timedelta(hours=1))
    engine.connection.execute("UPDATE ai_job SET expires_at = now() - interval '1 s' WHERE id = %s", (late.id,))
    gone = engine.enqueue("sample_echo")
    store.cancel_queued(engine.connection, [gone.id])
    engine.drain()
    with engine.worker():
        engine.until(lambda: engine.count("completed_at IS NULL") == 0)
    settle_clock(engine)
    assert roll_up_all(engine.connection) == 8
    assert roll_up_all(engine.connection) == 0
    assert counts(engine) == {
        ("sample_echo", "completed", ""): 3,
        ("sample_echo", "cancelled", ""): 1,
        ("sample_echo", "failed", "expired"): 1,
        ("sample_fail", "completed", ""): 1,
        ("sample_fail", "failed", "no_way"): 1,
        ("sample_fail", "cancelled", ""): 1,
    }
    tried = rows(engine, "job_type = 'sample_fail' AND status = 'completed'")
    assert (sum(row["attempts"] for row in tried), sum(row["ran"] for row in tried)) == (2, 1)
    assert sum(row["ran"] for row in rows(engine, "error_code = 'expired' OR job_type = 'sample_echo'")) == 3


def test_wait_and_run_are_those_of_the_last_run(engine: Engine) -> None:
    job = engine.enqueue("sample_echo")
    engine.drain()
    engine.connection.execute(
        "UPDATE ai_job SET created_at = now() - interval '100 s', run_at = now() - interval '70 s', "
        "started_at = now() - interval '66 s', completed_at = now() - interval '65 s' WHERE id = %s",
        (job.id,),
    )
    roll_up_all(engine.connection)
    (row,) = rows(engine)
    assert (row["wait_seconds"], row["run_seconds"]) == (pytest.approx(4), pytest.approx(1))
    times = engine.connection.execute("SELECT kind, bucket, jobs FROM ai_job_rollup_time ORDER BY kind").fetchall()
    assert times == [("run", 19, 1), ("wait", 23, 1)]  # 2 ** 9.5 ms = 724 ms, 2 ** 11.5 ms = 2.9 s


def test_counts_survive_the_jobs(engine: Engine) -> None:
    engine.enqueue()
    engine.drain()
    settle_clock(engine)
    roll_up_all(engine.connection)
    duty_store.prune(engine.connection, days=0, failed_days=0, limit=10)
    assert engine.count("true") == 0
    assert counts(engine) == {("sample_echo", "completed", ""): 1}


def test_an_end_that_commits_late_is_not_missed(engine: Engine) -> None:
    """A transaction that has ended a job some time ago and is still open holds the counting up to then."""
    first, second = engine.enqueue(), engine.enqueue()
    slow = engine.connect()
    slow.autocommit = False
    store.cancel_queued(slow, [first.id])
    slow.execute("UPDATE ai_job SET completed_at = now() WHERE id = %s", (first.id,))
    store.cancel_queued(engine.connection, [second.id])
    engine.connection.execute("UPDATE ai_job SET completed_at = now() + interval '1 ms' WHERE id = %s", (second.id,))
    engine.until(lambda: _age(engine, slow) > 2.5)
    assert roll_up_all(engine.connection) == 0
    slow.commit()
    assert engine.until(lambda: roll_up_all(engine.connection)) == 2


def _age(engine: Engine, other: Any) -> float:
    row = engine.connection.execute(
        "SELECT extract(epoch FROM clock_timestamp() - xact_start) FROM pg_stat_activity WHERE pid = %s",
        (other.info.backend_pid,),
    ).fetchone()
    return float(row[0]) if row else 0.0


def test_a_backlog_is_counted_in_batches_one_after_the_other(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rollup, "ROLL_UP_BATCH", 2)
    for _ in range(5):
        store.cancel_queued(engine.connection, [engine.enqueue().id])
    settle_clock(engine)
    duty = RollUp()
    pauses = [duty(engine.connection) for _ in range(3)]
    assert pauses[2] == ROLL_UP_INTERVAL
    assert all(0 < pause < ROLL_UP_INTERVAL for pause in pauses[:2])
    assert counts(engine) == {("sample_echo", "cancelled", ""): 5}


def test_of_two_workers_one_counts_and_the_other_does_not_wait(engine: Engine) -> None:
    store.cancel_queued(engine.connection, [engine.enqueue().id])
    settle_clock(engine)
    other = engine.connect()
    with other.transaction():
        assert take_turn(other, rollup.ROLL_UP, ROLL_UP_INTERVAL)
        RollUp()(engine.connection)
        assert counts(engine) == {}
    RollUp()(engine.connection)  # it has just been done: not due
    assert counts(engine) == {}
    assert roll_up_all(engine.connection) == 1


def test_minutes_become_hours_and_lose_nothing(engine: Engine) -> None:
    for _ in range(4):
        engine.enqueue()
    engine.drain()
    for age, job_id in zip((1, 2, 61, 62), engine.connection.execute("SELECT id FROM ai_job").fetchall(), strict=True):
        engine.connection.execute(
            "UPDATE ai_job SET completed_at = date_trunc('hour', now()) - interval '3 days' - %s * interval '1 minute' "
            "WHERE id = %s",
            (age, job_id[0]),
        )
    assert roll_up_all(engine.connection) == 4
    assert [row["span"] for row in rows(engine)] == [60] * 4
    assert [fold_rollups(engine.connection) for _ in range(3)] == [2, 2, 0]
    assert [(row["span"], row["jobs"], row["ran"]) for row in rows(engine)] == [(3600, 2, 2), (3600, 2, 2)]
    row = engine.connection.execute("SELECT sum(jobs), min(span) FROM ai_job_rollup_time WHERE kind = 'run'").fetchone()
    assert row == (4, 3600)


def test_a_worker_counts_by_itself(engine: Engine) -> None:
    engine.enqueue()
    with engine.worker():
        engine.until(lambda: counts(engine))
    assert counts(engine) == {("sample_echo", "completed", ""): 1}
