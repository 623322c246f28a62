"""What goes with a job, how a slow removal shrinks, and the forced clean-up."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from backend.ai import drafts
from backend.jobs import store
from backend.jobs.flows.flow import group, then
from backend.jobs.flows.flow_plan import JobSpec
from backend.jobs.upkeep import retention
from backend.jobs.upkeep.retention import LARGEST_BATCH, SMALLEST_BATCH, Batch, Pruner, Sweeper, clean_up
from tests.jobs.engine import Engine

AGED = "UPDATE ai_job SET completed_at = completed_at - interval '3 days' WHERE completed_at IS NOT NULL"


def left(engine: Engine, table: str) -> int:
    row = engine.connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    return int(row[0]) if row else 0


def test_nothing_of_a_person_s_jobs_is_left_when_the_person_is_deleted(engine: Engine) -> None:
    """The cascade deletes the jobs; events and attempts have no foreign key, and go all the same."""
    stays = engine.enqueue(user_id=engine.user())
    for _ in range(3):
        engine.enqueue()
    engine.enqueue("sample_fail", {"times": 1})
    engine.drain()
    engine.claim()
    engine.connection.execute("DELETE FROM app_user WHERE id = %s", (engine.user_id,))
    assert engine.count("true") == 1
    for table in ("ai_job_event", "ai_job_attempt", "ai_job_follow_up"):
        row = engine.connection.execute(f"SELECT count(*) FROM {table} WHERE job_id <> %s", (stays.id,)).fetchone()
        assert row == (0,), table
    assert engine.event_types(stays.id) == ["queued", "processing", "completed"]


def test_deleting_jobs_reads_their_events_by_index_however_many_there_are(engine: Engine) -> None:
    """A plan made for a huge deletion and kept must not scan the event table for every small one after it."""
    engine.connection.execute(
        "INSERT INTO ai_job_event (job_id, seq, type, status, progress) "
        "SELECT gen_random_uuid(), 1, 'queued', 'queued', 0 FROM generate_series(1, 20000)"
    )
    engine.connection.execute("ANALYZE ai_job_event")
    for _ in range(8):
        engine.enqueue()
        engine.connection.execute("DELETE FROM ai_job")
    engine.connection.execute("SELECT pg_stat_force_next_flush()")
    row = engine.connection.execute(
        "SELECT seq_scan FROM pg_stat_user_tables WHERE relname = 'ai_job_event'"
    ).fetchone()
    assert row == (0,)


def test_a_slow_batch_halves_the_next_one_and_quick_ones_let_it_grow_again() -> None:
    batch = Batch()
    for _ in range(20):
        batch.note(1.0)
    assert batch.size == SMALLEST_BATCH
    batch.note(0.1)
    assert batch.size == SMALLEST_BATCH
    for _ in range(20):
        batch.note(0.001)
    assert batch.size == LARGEST_BATCH


def test_the_forced_clean_up_removes_what_is_old_enough_in_batches_and_spares_failures(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "LARGEST_BATCH", 2)
    for _ in range(5):
        engine.enqueue()
    engine.enqueue("sample_fail", {"times": 9, "code": "final"})
    engine.drain()
    engine.connection.execute(AGED)
    engine.enqueue()
    engine.drain()
    waiting = engine.enqueue()
    batches = list(clean_up(engine.connection, days=2, failed_days=None))
    assert (sum(batches), max(batches)) == (5, 2)
    assert engine.count("status = 'completed'") == 1
    assert engine.count("status = 'failed'") == 1
    assert sum(clean_up(engine.connection, days=0, failed_days=4)) == 1
    assert sum(clean_up(engine.connection, days=0, failed_days=0)) == 1
    assert engine.count("true") == 1
    assert engine.event_types(waiting.id) == ["queued"]
    row = engine.connection.execute("SELECT sum(jobs) FROM ai_job_rollup").fetchone()
    assert row is not None and row[0] >= 6  # counted before they went


def test_a_draft_stays_while_its_job_can_be_retried_and_goes_with_its_canvas(engine: Engine) -> None:
    canvases = [uuid.uuid4(), uuid.uuid4()]
    for canvas_id in canvases:
        engine.connection.execute(
            "INSERT INTO canvas (id, owner_id, name) VALUES (%s, %s, 'c')", (canvas_id, engine.user_id)
        )
    cancelled = engine.enqueue(canvas_id=canvases[0])
    failed = engine.enqueue("sample_fail", {"times": 9, "code": "final"}, canvas_id=canvases[0])
    unfinished = engine.enqueue(canvas_id=canvases[1], run_at=datetime.now(UTC) + timedelta(hours=1))
    dropped = engine.enqueue(canvas_id=canvases[1])
    for job in (cancelled, failed, unfinished, dropped):
        with engine.connection.transaction():
            drafts.save_draft(engine.connection, job.id, drafts.Draft({}, []))
    for job in (cancelled, dropped):
        store.cancel_queued(engine.connection, [job.id])
    engine.drain()
    engine.connection.execute("DELETE FROM canvas WHERE id = %s", (canvases[1],))
    duty = Sweeper()
    while duty(engine.connection) < 1:
        pass
    left = {row[0] for row in engine.connection.execute("SELECT job_id FROM ai_draft").fetchall()}
    assert left == {cancelled.id, failed.id, unfinished.id}
    store.delete(engine.connection, [cancelled.id])
    assert engine.connection.execute("SELECT count(*) FROM ai_draft").fetchone() == (2,), "with its job at the latest"


def test_of_two_workers_one_sweeps(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    swept: list[int] = []

    def count(_connection: store.Connection, limit: int) -> int:
        swept.append(limit)
        return limit if len(swept) == 1 else 0

    monkeypatch.setattr(retention, "_sweeps", {"sample": count})
    first, second = Sweeper(), Sweeper()
    assert first(engine.connection) < 1  # a full batch: there is more
    assert second(engine.connection) > 60
    assert first(engine.connection) > 60
    assert len(swept) == 2


def test_tables_that_change_most_are_cleaned_early(engine: Engine) -> None:
    options = dict(engine.connection.execute("SELECT relname, reloptions FROM pg_class WHERE relkind = 'r'").fetchall())
    for table in ("ai_job", "ai_job_event", "ai_job_attempt"):
        assert "autovacuum_vacuum_scale_factor=0.01" in options[table]
    assert "fillfactor=85" in options["ai_job"]
    assert "fillfactor=50" in options["ai_worker"]


def test_a_batch_reads_the_front_of_the_index_however_much_there_is_to_remove(engine: Engine) -> None:
    """Without statistics too: a table that has grown since its last ANALYZE must not be sorted for every batch."""
    engine.connection.execute(
        """
        INSERT INTO ai_job (
            id, user_id, job_type, queue, virtual_time, sort_key, request_data, max_attempts, status, completed_at
        )
        SELECT
            gen_random_uuid(), %s, 'sample_echo', 'default', n, n, '{}', 1, 'completed', now() - interval '9 days'
        FROM generate_series(1, 20000) AS n
        """,
        (engine.user_id,),
    )
    link = engine.link()
    Pruner(engine.settings)(link)
    assert engine.count("true") == 20000 - LARGEST_BATCH
    link.execute("SELECT pg_stat_force_next_flush()")
    row = engine.connection.execute(
        "SELECT idx_tup_read FROM pg_stat_user_indexes WHERE indexrelname = 'ix_ai_job_finished'"
    ).fetchone()
    assert row is not None
    assert row[0] < 2 * LARGEST_BATCH


FINISHED_LONG_AGO = """
    INSERT INTO ai_job (
        id, user_id, job_type, queue, virtual_time, sort_key, request_data, max_attempts, status, error_code, completed_at
    )
    SELECT
        gen_random_uuid(), %s, 'sample_echo', 'default', n, n, '{}', 1, %s, 'no_way',
        now() - interval '10 days' + n * interval '1 second'
    FROM generate_series(1, %s) AS n
"""


def test_failures_that_stay_longer_are_not_passed_over_again_for_each_batch_behind_them(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "LARGEST_BATCH", 100)
    engine.connection.execute(FINISHED_LONG_AGO, (engine.user_id, "failed", 1000))
    engine.connection.execute(FINISHED_LONG_AGO, (engine.user_id, "completed", 1000))
    before = rows_read(engine)
    duty = Pruner(engine.settings)
    while duty(engine.connection) < 1:
        pass
    assert (engine.count("status = 'failed'"), engine.count("status = 'completed'")) == (1000, 0)
    assert rows_read(engine) - before < 4 * 2000  # from the first on for each batch it would be 11,000 and more


def test_failures_are_removed_when_their_own_time_has_come(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "FROM_THE_FIRST_EVERY", 0.0)
    engine.connection.execute(FINISHED_LONG_AGO, (engine.user_id, "failed", 3))
    duty = Pruner(engine.settings)
    duty(engine.connection)
    assert engine.count("true") == 3
    engine.connection.execute("UPDATE ai_job SET completed_at = completed_at - interval '30 days'")
    duty(engine.connection)
    assert engine.count("true") == 0


def test_many_that_ended_at_the_same_moment_and_stay_do_not_stop_the_pruning(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "LARGEST_BATCH", 10)
    engine.connection.execute(FINISHED_LONG_AGO, (engine.user_id, "failed", 30))
    engine.connection.execute("UPDATE ai_job SET completed_at = now() - interval '11 days'")
    engine.connection.execute(FINISHED_LONG_AGO, (engine.user_id, "completed", 30))
    assert sum(clean_up(engine.connection, days=2, failed_days=None)) == 30


def rows_read(engine: Engine) -> int:
    engine.connection.execute("SELECT pg_stat_force_next_flush()")
    row = engine.connection.execute(
        "SELECT idx_tup_read FROM pg_stat_user_indexes WHERE indexrelname = 'ix_ai_job_finished'"
    ).fetchone()
    return int(row[0]) if row else 0


def test_a_job_stays_while_one_that_needs_its_result_has_still_to_run(engine: Engine) -> None:
    echo = JobSpec("sample_echo", {"name": "needed"})
    needed = engine.enqueue()
    made = group(engine.connection, [echo, echo], user_id=engine.user_id)
    engine.drain()
    later = JobSpec("sample_echo", {}, run_at=datetime.now(UTC) + timedelta(days=400))
    last = then(engine.connection, [needed, made.parent], later, user_id=engine.user_id)
    engine.connection.execute(
        "UPDATE ai_job SET completed_at = completed_at - interval '60 days' WHERE status = 'completed'"
    )
    Pruner(engine.settings)(engine.connection)
    assert engine.count("status = 'completed'") == 4
    store.cancel_queued(engine.connection, [last.id])
    Pruner(engine.settings)(engine.connection)
    engine.drain()  # what follows from the cancel
    Pruner(engine.settings)(engine.connection)
    assert engine.count("status = 'completed'") == 0
