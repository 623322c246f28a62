"""Worker processes as they are shipped: stopped, killed, cut off, many at once."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
import uuid

import psycopg

from backend.config import ROOT
from backend.jobs import enqueue
from tests.jobs.engine import Engine


def test_the_worker_loads_neither_the_web_server_nor_eventlet() -> None:
    script = "import sys, worker; print(*sorted({name.split('.')[0] for name in sys.modules}))"
    found = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(found.stdout.split())
    assert "psycopg" in loaded
    assert loaded.isdisjoint({"eventlet", "gevent", "flask_socketio", "socketio", "engineio"})


def test_sigterm_gives_running_jobs_back_without_spending_an_attempt(engine: Engine) -> None:
    job = engine.enqueue("sample_wait", {"seconds": 300})
    waiting = [engine.enqueue("sample_wait", {"seconds": 300}).id for _ in range(5)]
    with engine.process("--concurrency", "2") as process:
        engine.until_status(job.id, "processing")
        process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        assert process.wait(30) == 0
        assert time.monotonic() - began < engine.settings.shutdown_grace + 1
    row = engine.row(job.id)
    assert (row["status"], row["attempt"], row["runs"], row["runnable"]) == ("queued", 0, 1, True)
    assert engine.events(job.id)[-1]["data"] == {"reason": "released"}
    assert engine.count("status = 'processing'") == 0
    assert all(engine.row(job_id)["attempt"] == 0 for job_id in waiting)


def test_sigterm_lets_a_short_job_finish(engine: Engine) -> None:
    job = engine.enqueue("sample_begun", {"seconds": 0.5})
    with engine.process(SHUTDOWN_GRACE="20") as process:
        # “processing” alone may mean that it is still read ahead, and such a job is given back.
        engine.until(lambda: any(event["type"] == "progress" for event in engine.events(job.id)))
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
    assert engine.row(job.id)["status"] == "completed"


def test_sigterm_ends_a_worker_whose_handler_does_not_stop(engine: Engine) -> None:
    job = engine.enqueue("sample_stubborn", {"seconds": 300})
    with engine.process() as process:
        engine.until_status(job.id, "processing")
        process.send_signal(signal.SIGTERM)
        assert process.wait(engine.settings.shutdown_grace + 5) == 0
    row = engine.row(job.id)
    assert (row["status"], row["attempt"]) == ("queued", 0)


def test_a_job_whose_worker_was_killed_runs_again_within_ten_seconds_and_ends_once(engine: Engine) -> None:
    with engine.process() as one, engine.process() as other:
        engine.until(lambda: _workers_with_lock(engine) == 2)
        job = engine.enqueue("sample_effect", {"seconds": 2})
        engine.until_status(job.id, "processing")
        next(process for process in (one, other) if process.pid == _pid_of_worker(engine, job.id)).kill()
        killed = time.monotonic()
        engine.until(lambda: engine.row(job.id)["runs"] == 2)
        assert time.monotonic() - killed < 10
        row = engine.until_status(job.id)
    assert (row["status"], row["attempt"], row["rescues"]) == ("completed", 1, 1)
    assert engine.effects() == {job.id: 1}
    assert [attempt["outcome"] for attempt in engine.attempts(job.id)] == ["rescued", "completed"]
    assert engine.event_types(job.id).count("completed") == 1


def _workers_with_lock(engine: Engine) -> int:
    row = engine.connection.execute("SELECT count(*) FROM ai_worker WHERE holds_lock").fetchone()
    return int(row[0]) if row else 0


def _pid_of_worker(engine: Engine, job_id: uuid.UUID) -> int:
    """A worker is called host:pid."""
    row = engine.connection.execute(
        "SELECT name FROM ai_worker JOIN ai_job ON ai_job.worker_id = ai_worker.id WHERE ai_job.id = %s", (job_id,)
    ).fetchone()
    assert row is not None
    return int(row[0].rpartition(":")[2])


def test_a_worker_that_was_frozen_beyond_its_lease_changes_nothing(engine: Engine) -> None:
    job = engine.enqueue("sample_effect", {"seconds": 1})
    quick = {"LEASE_SECONDS": "0.5", "HEARTBEAT_INTERVAL": "0.1"}
    with engine.process(**quick) as zombie:
        engine.until_status(job.id, "processing")
        # Frozen inside its transaction it holds the row's lock; its session must end for anybody to go on.
        zombie.send_signal(signal.SIGSTOP)
        engine.connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND state = 'idle in transaction'"
        )
        with engine.process(**quick):
            row = engine.until_status(job.id, "completed")
            zombie.send_signal(signal.SIGCONT)
            late = engine.enqueue()
            engine.until_status(late.id, "completed")
    after = engine.row(job.id)
    assert after["last_seq"] == row["last_seq"]
    assert engine.effects() == {job.id: 1}


def test_two_workers_run_two_hundred_jobs_of_ten_people_exactly_once(engine: Engine) -> None:
    people = [engine.user() for _ in range(10)]
    with engine.process("--concurrency", "5"), engine.process("--concurrency", "5"):
        ids = {engine.enqueue("sample_effect", user_id=people[number % 10]).id for number in range(200)}
        engine.until(lambda: engine.count("status = 'completed'") == 200)
    assert engine.effects() == dict.fromkeys(ids, 1)
    assert engine.count("attempt = 1 AND runs = 1 AND rescues = 0") == 200
    gaps = engine.connection.execute(
        "SELECT job_id FROM ai_job_event GROUP BY job_id "
        "HAVING count(*) <> max(seq) OR count(*) FILTER (WHERE type = 'completed') <> 1"
    ).fetchall()
    assert gaps == []


def test_a_worker_goes_on_when_all_its_connections_are_cut_again_and_again(engine: Engine) -> None:
    cut = threading.Event()

    def cutter(url: str) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            for _ in range(5):
                connection.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
                    "AND application_name LIKE 'collabcanvas%'"
                )
                cut.wait(0.3)

    with engine.process("--concurrency", "4"):
        first = engine.enqueue()
        engine.until_status(first.id, "completed")
        thread = threading.Thread(target=cutter, args=(engine.url,))
        thread.start()
        ids = {engine.enqueue("sample_effect", {"seconds": 0.01}).id for _ in range(200)}
        thread.join()
        later = engine.enqueue()
        engine.until_status(later.id, "completed")
        engine.until(lambda: engine.count("status NOT IN ('completed', 'failed', 'cancelled')") == 0)
    assert engine.count("status = 'completed'") == 202
    assert set(engine.effects()) == ids


def test_draining_ends_when_nothing_is_runnable(engine: Engine) -> None:
    ids = [engine.enqueue().id for _ in range(30)]
    with engine.process("--drain") as process:
        assert process.wait(30) == 0
    assert all(engine.row(job_id)["status"] == "completed" for job_id in ids)


def test_a_worker_serves_only_the_queues_that_it_was_told_to(engine: Engine) -> None:
    wanted, other = engine.enqueue("sample_other_queue"), engine.enqueue("sample_echo")
    with engine.process("--drain", "--queues", "reports") as process:
        assert process.wait(30) == 0
    assert (engine.row(wanted.id)["status"], engine.row(other.id)["status"]) == ("completed", "queued")


def test_wrong_arguments_and_settings_are_refused_in_one_line(engine: Engine) -> None:
    command = [sys.executable, "worker.py", "--concurrency", "0"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=engine.environ, check=False)
    assert found.returncode == 2
    assert "whole number from 1 to 256" in found.stderr
    environ = {**engine.environ, "LEASE_SECONDS": "nonsense"}
    found = subprocess.run(command[:2], cwd=ROOT, capture_output=True, text=True, env=environ, check=False)
    assert found.returncode == 2
    assert found.stderr.count("\n") == 1
    assert "LEASE_SECONDS" in found.stderr


def test_a_raw_connection_enqueues_in_its_own_transaction_and_wakes_the_worker(engine: Engine) -> None:
    with engine.process(JOB_PROCESSING_INTERVAL="3600"):
        engine.until_status(engine.enqueue().id, "completed")
        with psycopg.connect(engine.url) as connection:
            job = enqueue(connection, "sample_echo", {}, user_id=engine.user_id).job
            connection.rollback()
            kept = enqueue(connection, "sample_echo", {}, user_id=engine.user_id).job
            connection.commit()
        engine.until_status(kept.id, "completed")
    assert engine.count(f"id = '{job.id}'") == 0
