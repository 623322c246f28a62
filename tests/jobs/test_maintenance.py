"""What workers do from time to time: promote, expire, rescue, prune."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from backend.jobs import store
from backend.jobs.handling.run import HeldRuns
from backend.jobs.runtime import worker_store
from backend.jobs.runtime.maintenance import Rescuer, Timekeeper
from backend.jobs.upkeep import duty_store
from backend.jobs.upkeep.retention import Pruner
from tests.jobs.engine import Engine

PAST = "now() - interval '1 hour'"


def rescue(engine: Engine, *, lease: float = 0.0, silence: float = 0.5, held: list[uuid.UUID] | None = None) -> int:
    """Rescue now; how many jobs. With ``lease`` 0 the server counts as up for long enough."""
    return len(worker_store.rescue(engine.connection, lease=lease, silence=silence, held_tokens=held or []))


def test_a_job_runs_when_its_time_has_come(engine: Engine) -> None:
    due = datetime.now(UTC) + timedelta(seconds=1)
    job = engine.enqueue("sample_echo", {}, run_at=due)
    with engine.worker():
        row = engine.until_status(job.id)
    assert row["started_at"] >= due
    assert (row["started_at"] - due).total_seconds() < engine.settings.job_processing_interval


def test_the_timekeeper_sleeps_exactly_until_the_next_job_is_due(engine: Engine) -> None:
    woken: list[bool] = []
    timekeeper = Timekeeper(engine.settings, lambda: woken.append(True))
    assert timekeeper(engine.connection) == engine.settings.job_processing_interval
    engine.enqueue("sample_echo", {}, run_at=datetime.now(UTC) + timedelta(seconds=2))
    assert 1 < timekeeper(engine.connection) <= 2
    engine.enqueue("sample_echo", {}, expires_at=datetime.now(UTC) + timedelta(seconds=1))
    assert timekeeper(engine.connection) <= 1
    assert woken == []
    engine.connection.execute(f"UPDATE ai_job SET run_at = {PAST} WHERE NOT runnable")
    timekeeper(engine.connection)
    assert woken == [True]
    assert engine.count("NOT runnable") == 0


def test_delayed_jobs_are_stamped_when_they_are_due_so_that_many_do_not_go_first(engine: Engine) -> None:
    flood = [engine.enqueue("sample_echo", {}, run_at=datetime.now(UTC) + timedelta(hours=1)).id for _ in range(50)]
    engine.connection.execute(f"UPDATE ai_job SET run_at = {PAST}")
    assert duty_store.promote(engine.connection).changed == 50
    newcomer = engine.enqueue("sample_echo", {}, user_id=engine.user())
    first = [job.id for job, _ in engine.claim(2)]
    assert newcomer.id in first
    stamps = [engine.row(job_id)["virtual_time"] for job_id in flood]
    assert len(set(stamps)) == 50


def test_a_retry_keeps_its_place(engine: Engine) -> None:
    job = engine.enqueue("sample_fail", {"times": 1})
    for _ in range(20):
        engine.enqueue()
    engine.drain(concurrency=1)
    assert engine.row(job.id)["virtual_time"] <= engine.row(job.id)["created_at"].timestamp() * 1e6 + 1e6


def test_a_job_that_was_not_started_in_time_fails_as_expired(engine: Engine) -> None:
    job = engine.enqueue("sample_echo", {}, expires_at=datetime.now(UTC) + timedelta(hours=1))
    engine.connection.execute(f"UPDATE ai_job SET expires_at = {PAST}")
    engine.drain()
    row = engine.until_status(job.id)
    assert (row["status"], row["error_code"], row["runs"]) == ("failed", "expired", 0)
    assert engine.event_types(job.id) == ["queued", "failed"]


def test_a_job_is_rescued_when_its_lease_has_run_out_and_spends_no_attempt(engine: Engine) -> None:
    job = engine.enqueue()
    ((_, token),) = engine.claim(lease=-1.0)
    assert rescue(engine, held=[token]) == 0  # the rescuer itself holds it
    assert rescue(engine) == 1
    row = engine.row(job.id)
    assert (row["status"], row["attempt"], row["rescues"], row["runnable"]) == ("queued", 0, 1, True)
    assert engine.events(job.id)[-1]["data"] == {"reason": "rescued"}
    (attempt,) = engine.attempts(job.id)
    assert (attempt["outcome"], attempt["attempt"]) == ("rescued", 1)


def test_while_all_workers_beat_a_lost_claim_is_looked_for_once_a_lease(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[float] = []

    def look(_connection: object, *, lease: float, **_how: object) -> list[uuid.UUID]:
        looks.append(lease)
        return []

    monkeypatch.setattr(worker_store, "rescue", look)
    rescuer = Rescuer(engine.settings, HeldRuns())
    engine.enqueue()
    engine.claim()
    rescuer(engine.connection)
    rescuer(engine.connection)
    assert len(looks) == 1  # the first look is thorough, whoever beats
    engine.connection.execute("UPDATE ai_worker SET heartbeat_at = now() - interval '10 s'")
    rescuer(engine.connection)
    assert len(looks) == 2  # at once where a worker with jobs is silent
    engine.connection.execute("UPDATE ai_worker SET heartbeat_at = clock_timestamp()")
    monkeypatch.setattr(rescuer, "_thorough_at", 0.0)
    rescuer(engine.connection)
    assert len(looks) == 3


def test_a_silent_worker_without_jobs_is_nobody_to_look_for(engine: Engine) -> None:
    engine.register()
    engine.connection.execute("UPDATE ai_worker SET heartbeat_at = now() - interval '10 s'")
    assert not worker_store.any_worker_lost(engine.connection, 1.0)
    engine.enqueue()
    engine.claim()
    assert not worker_store.any_worker_lost(engine.connection, 60.0)
    engine.connection.execute("UPDATE ai_worker SET heartbeat_at = now() - interval '10 s'")
    assert worker_store.any_worker_lost(engine.connection, 1.0)


def test_a_freed_lock_gives_jobs_back_long_before_their_lease_ends(engine: Engine) -> None:
    engine.enqueue()
    worker_id, session = engine.register(), engine.connect()
    assert worker_store.lock_worker(session, worker_id)
    worker_store.note_worker_lock(session, worker_id)
    engine.claim(worker_id=worker_id, lease=3600)
    old_beat = "UPDATE ai_worker SET heartbeat_at = now() - interval '10 s'"
    engine.connection.execute(old_beat)
    assert rescue(engine) == 0  # silent, but its lock is held: slow, not dead
    session.close()
    engine.connection.execute("UPDATE ai_worker SET heartbeat_at = clock_timestamp()")
    assert rescue(engine, silence=60.0) == 0  # its session was cut, but it beats: alive
    engine.connection.execute(old_beat)
    assert rescue(engine) == 1


def test_a_worker_that_never_had_the_lock_is_judged_by_the_lease_alone(engine: Engine) -> None:
    engine.enqueue()
    engine.claim(lease=3600)
    engine.connection.execute("UPDATE ai_worker SET heartbeat_at = now() - interval '10 s'")
    assert rescue(engine) == 0


def test_after_a_restart_of_the_server_every_worker_gets_time_to_come_back(engine: Engine) -> None:
    engine.enqueue()
    engine.claim(lease=-1.0)
    assert rescue(engine, lease=1e7) == 0  # the server has been up for less than that


def test_a_job_whose_worker_was_lost_after_a_cancel_ends_as_cancelled(engine: Engine) -> None:
    job = engine.enqueue()
    engine.claim(lease=-1.0)
    store.request_cancel(engine.connection, [job.id])
    assert rescue(engine) == 1
    assert engine.row(job.id)["status"] == "cancelled"
    assert engine.events(job.id)[-1]["type"] == "cancelled"


def test_a_job_that_loses_its_worker_again_and_again_is_poison(engine: Engine) -> None:
    job = engine.enqueue()
    for turn in range(worker_store.POISON_RESCUES):
        engine.connection.execute("UPDATE ai_job SET runnable = true")
        assert len(engine.claim(lease=-1.0)) == 1
        assert rescue(engine) == 1
        assert engine.row(job.id)["rescues"] == turn + 1
    row = engine.row(job.id)
    assert (row["status"], row["error_code"]) == ("failed", "poison")
    assert engine.event_types(job.id)[-1] == "failed"


@pytest.mark.parametrize(
    ("status", "days", "kept"),
    [
        ("completed", 6, True),
        ("completed", 8, False),
        ("cancelled", 8, False),
        ("failed", 8, True),
        ("failed", 31, False),
    ],
)
def test_finished_jobs_are_removed_after_their_retention_with_all_that_is_theirs(
    engine: Engine, status: str, days: int, kept: bool
) -> None:
    job = engine.enqueue()
    waiting = engine.enqueue()
    engine.connection.execute(
        "UPDATE ai_job SET status = %s, completed_at = now() - %s * interval '1 day' WHERE id = %s",
        (status, days, job.id),
    )
    engine.connection.execute(
        "INSERT INTO ai_job_attempt (job_id, run, attempt, outcome) VALUES (%s, 1, 1, 'completed')", (job.id,)
    )
    Pruner(engine.settings)(engine.connection)
    assert engine.count(f"id = '{job.id}'") == int(kept)
    assert len(engine.events(job.id)) == int(kept)
    assert len(engine.attempts(job.id)) == int(kept)
    assert engine.count(f"id = '{waiting.id}'") == 1
