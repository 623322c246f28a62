"""``flask jobs …`` as an operator runs it: a real database, real jobs, real workers beside it."""

from __future__ import annotations

import threading
import uuid

import psycopg
import pytest

from backend.jobs import enqueue_many
from backend.jobs.runtime import worker_store
from tests.jobs import cache_tasks
from tests.jobs.cached import ask, the_flight
from tests.jobs.commands import Run, printed, staff
from tests.jobs.engine import Engine
from tests.jobs.sample_tasks import reached

__all__ = ["cache_tasks"]


def test_list_filters_and_says_what_became_of_each_job(flask_jobs: Run, engine: Engine) -> None:
    done, other = engine.enqueue(tags=["mine"]), engine.enqueue(user_id=staff(engine))
    failed = engine.enqueue("sample_fail", {"times": 9, "code": "final"})
    engine.drain()
    waiting = engine.enqueue()
    everything = flask_jobs("list").output
    assert all(str(job.id) in everything for job in (done, other, failed, waiting))
    assert "This can never work." in everything

    def listed(*options: str) -> set[str]:
        return {job["job_id"] for job in printed(flask_jobs("list", "--json", *options))}

    assert listed("--status", "completed") == {str(done.id), str(other.id)}
    assert listed("--status", "failed", "--status", "queued") == {str(failed.id), str(waiting.id)}
    assert listed("--tag", "mine") == {str(done.id)}
    assert listed("--user", "Boss@example.com") == {str(other.id)}
    assert listed("--type", "sample_fail", "--since", "1h") == {str(failed.id)}
    assert listed("--until", "1h") == set()
    assert listed("--limit", "1") == {str(waiting.id)}
    assert "no such jobs" in flask_jobs("list", "--queue", "nowhere").output


def test_show_tells_the_whole_story_of_a_job(flask_jobs: Run, engine: Engine) -> None:
    job = engine.enqueue("sample_fail", {"times": 1, "code": "bug"})
    with engine.worker():
        engine.until_status(job.id)
    story = printed(flask_jobs("show", job.id, "--json"))
    assert story["status"] == "completed"
    assert story["request_data"]["code"] == "bug"
    assert [attempt["outcome"] for attempt in story["attempts"]] == ["retried", "completed"]
    assert "KeyError" in story["attempts"][0]["traceback"]
    assert [event["type"] for event in story["events"]] == [
        "queued",
        "processing",
        "retrying",
        "processing",
        "completed",
    ]
    text = flask_jobs("show", job.id).output
    assert "KeyError" in text
    assert "completed" in text


def test_what_cannot_be_done_ends_with_one_and_a_wrong_command_with_two(flask_jobs: Run, engine: Engine) -> None:
    assert "There is no job with this id." in flask_jobs("show", uuid.uuid4(), code=1).stderr
    flask_jobs("show", "not-an-id", code=2)
    flask_jobs("list", "--status", "sleeping", code=2)
    assert "is no time" in flask_jobs("list", "--since", "yesterday", code=2).stderr
    flask_jobs("nonsense", code=2)
    assert "nobody" in flask_jobs("list", "--user", "stranger@example.com", code=1).stderr
    flask_jobs("enqueue", "sample_echo", "{", code=2)
    flask_jobs("enqueue", "sample_echo", "[]", code=2)
    assert "staff account" in flask_jobs("enqueue", "sample_echo", code=1).stderr
    staff(engine)
    assert "no job type" in flask_jobs("enqueue", "sample_unknown", code=1).stderr
    assert engine.count("true") == 0


def test_a_database_that_is_away_is_said_in_one_line(flask_jobs: Run, engine: Engine) -> None:
    with psycopg.connect(engine.url, dbname="template1", autocommit=True) as connection:
        name = engine.connection.info.dbname
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        for command in ("list", "stats", "workers"):
            result = flask_jobs(command, code=1)
            assert "database cannot be reached" in result.stderr
            assert "Traceback" not in result.output
        connection.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


def test_cancel_while_workers_run(flask_jobs: Run, engine: Engine) -> None:
    reached["c"] = threading.Event()
    running = engine.enqueue("sample_wait", {"name": "c", "seconds": 60})
    with engine.worker(concurrency=1):
        assert reached["c"].wait(30)
        waiting = engine.enqueue()
        engine.connection.execute(
            "UPDATE ai_job SET runnable = false, run_at = now() + interval '1 h' WHERE id = %s", (waiting.id,)
        )
        assert "2 done" in flask_jobs("cancel", running.id, waiting.id).output
        assert engine.until_status(running.id)["status"] == "cancelled"
    assert engine.row(waiting.id)["status"] == "cancelled"
    assert "already cancelled" in flask_jobs("cancel", waiting.id, code=1).stderr


def test_stats_count_what_waits_runs_and_has_ended(flask_jobs: Run, engine: Engine) -> None:
    for _ in range(3):
        engine.enqueue()
    engine.enqueue("sample_fail", {"times": 9, "code": "final"})
    with engine.worker():
        engine.until(lambda: engine.count("completed_at IS NULL") == 0)
        engine.until(lambda: printed(flask_jobs("stats", "--json"))["finished"])  # a worker has counted them
    engine.enqueue()
    engine.claim()
    engine.enqueue()
    found = printed(flask_jobs("stats", "--json"))
    assert {(row["state"], row["job_type"], row["jobs"]) for row in found["live"]} == {
        ("processing", "sample_echo", 1),
        ("ready", "sample_echo", 1),
    }
    ended = {(row["job_type"], row["status"], row["error_code"]): row["jobs"] for row in found["finished"]}
    assert ended == {("sample_echo", "completed", ""): 3, ("sample_fail", "failed", "no_way"): 1}
    assert sum(hour["completed"] for hour in found["throughput"]) == 3
    assert found["overview"] == {
        "running": {"value": 1, "at_least": False},
        "waiting": {"value": 1, "at_least": False},
        "failed_today": {"value": 1, "at_least": False},
        "usual_wait": {"value": pytest.approx(0, abs=60), "at_least": False},
    }
    text = flask_jobs("stats").output
    assert "no_way" in text
    assert "WAIT P95" in text
    assert [line.split()[-1] for line in text.splitlines() if line.startswith(("running ", "waiting "))] == ["1", "1"]


def test_queues_and_workers_say_who_serves_what(flask_jobs: Run, engine: Engine) -> None:
    assert "start python worker.py" in flask_jobs("workers").output
    reached["w"] = threading.Event()
    job = engine.enqueue("sample_wait", {"name": "w", "seconds": 60})
    with engine.worker(queues=["default"]):
        assert reached["w"].wait(30)
        (row,) = printed(flask_jobs("workers", "--json"))
        assert (row["state"], row["lock_held"], row["jobs"], row["job_ids"]) == ("live", True, 1, [str(job.id)])
        assert str(job.id) in flask_jobs("workers").output
        served = {row["queue"]: row for row in printed(flask_jobs("queues", "--json"))}
        assert (served["default"]["processing"], served["default"]["workers"]) == (1, 1)
        assert all(row["workers"] == 0 for name, row in served.items() if name != "default")
        flask_jobs("cancel", job.id)
        engine.until_status(job.id)
    assert printed(flask_jobs("workers", "--json")) == []
    assert [row["state"] for row in printed(flask_jobs("workers", "--all", "--json"))] == ["stopped"]
    assert "default" in flask_jobs("queues").output


def test_rescue_takes_back_the_jobs_of_a_dead_worker_when_no_other_runs(flask_jobs: Run, engine: Engine) -> None:
    job = engine.enqueue()
    engine.claim(lease=-1.0)
    engine.until(lambda: flask_jobs("rescue").output.startswith(str(job.id)))  # the server must be up for one lease
    assert engine.row(job.id)["status"] == "queued"
    assert printed(flask_jobs("rescue", "--json")) == []


def test_cleanup_asks_and_removes_in_batches(flask_jobs: Run, engine: Engine) -> None:
    for _ in range(3):
        engine.enqueue()
    kept = engine.enqueue("sample_fail", {"times": 9, "code": "final"})
    engine.drain()
    flask_jobs("cleanup", "--now", code=2)
    flask_jobs("cleanup", "--older-than", "-1", code=2)
    refused = flask_jobs("cleanup", "--older-than", "0", "--now", input="n\n", code=1)
    assert "Remove 3 finished jobs" in refused.output
    assert engine.count("true") == 4
    flask_jobs("cleanup", "--older-than", "1", "--now", "--yes")
    assert engine.count("true") == 4
    assert "3 jobs removed" in flask_jobs("cleanup", "--older-than", "0", "--now", "--yes").stdout
    assert engine.count("true") == 1
    assert engine.row(kept.id)["status"] == "failed"
    flask_jobs("purge", "--older-than", "0", "--failed", "--now", "--yes")  # the same
    assert engine.count("true") == 0


def test_an_operator_sees_what_a_shared_run_waits_for_and_never_its_id(flask_jobs: Run, engine: Engine) -> None:
    job = ask(engine)
    hidden = str(the_flight(engine)["id"])
    for command in ("show", "why"):
        for output in (flask_jobs(command, job.id).output, flask_jobs(command, job.id, "--json").stdout):
            assert hidden not in output
            assert "No worker serves the queue" in output
    worker_store.register_worker(engine.connection, "here", None, 1)
    engine.claim(worker_id=1)
    assert hidden not in flask_jobs("workers").output
    assert str(job.id) in flask_jobs("workers").output, "for the run stands who waits for it"


def test_cache_says_of_what_use_stored_results_were(flask_jobs: Run, engine: Engine) -> None:
    assert "Nothing is stored" in flask_jobs("cache").stdout
    ask(engine)
    engine.drain()
    engine.connection.execute("UPDATE ai_result_cache SET took = 90")
    ask(engine), ask(engine)
    assert "3 min" in flask_jobs("cache").stdout
    (line,) = printed(flask_jobs("cache", "--json"))
    assert (line["job_type"], line["hits"], line["saved_seconds"]) == ("sample_cached", 2, 180.0)


def test_cleanup_as_a_job_says_how_far_it_is(flask_jobs: Run, engine: Engine) -> None:
    boss = staff(engine)
    for _ in range(3):
        engine.enqueue()
    engine.drain()
    flask_jobs("cleanup", "--older-than", "0", "--yes")
    assert engine.count("job_type = 'clean_up_jobs' AND status = 'queued'") == 1
    engine.drain()
    (row,) = engine.connection.execute("SELECT user_id, status, result_data, progress_message FROM ai_job").fetchall()
    assert row == (boss, "completed", {"removed": 3}, "3 jobs removed")


def test_enqueue_runs_a_job_for_trying_and_shows_its_end(flask_jobs: Run, engine: Engine) -> None:
    boss = staff(engine)
    job_id = flask_jobs(
        "enqueue", "sample_echo", '{"name": "one"}', "--priority", "high", "--run-at", "2h"
    ).output.strip()
    row = engine.row(uuid.UUID(job_id))
    assert (row["user_id"], row["priority"], row["request_data"]["name"]) == (boss, "high", "one")
    assert not row["runnable"]
    with engine.worker():
        story = printed(
            flask_jobs("enqueue", "sample_echo", '{"name": "two"}', "--user", engine.user_id, "--wait", "60")
        )
        assert (story["status"], story["user_id"]) == ("completed", str(engine.user_id))
        flask_jobs("enqueue", "sample_fail", '{"times": 9, "code": "final"}', "--wait", "60", code=1)


def test_vacuum_check_names_a_forgotten_session_and_ends_with_one(flask_jobs: Run, engine: Engine) -> None:
    assert "Nothing keeps vacuum" in flask_jobs("vacuum-check").output
    session = psycopg.connect(engine.url, application_name="forgotten script")
    session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    session.execute("SELECT count(*) FROM ai_job")
    try:
        result = flask_jobs("vacuum-check", "--seconds", "0", code=1)
        assert f"process {session.info.backend_pid} “forgotten script”" in result.output
        assert f"pg_terminate_backend({session.info.backend_pid})" in result.output
        (holder,) = printed(flask_jobs("vacuum-check", "--seconds", "0", "--json", code=1))["holders"]
        assert holder["pid"] == session.info.backend_pid
    finally:
        session.close()


def test_every_command_has_help_that_says_what_it_is_for(flask_jobs: Run) -> None:
    listed = flask_jobs("--help").output
    for command in (
        "list",
        "show",
        "cancel",
        "stats",
        "workers",
        "queues",
        "cleanup",
        "rescue",
        "vacuum-check",
        "enqueue",
    ):
        assert command in listed
        assert len(flask_jobs(command, "--help").output.splitlines()) > 3


def test_failed_jobs_are_tried_again_one_by_one_and_all_of_a_kind(flask_jobs: Run, engine: Engine) -> None:
    failed = [engine.enqueue("sample_fail", {"times": 1, "code": "final"}) for _ in range(3)]
    other = engine.enqueue("sample_fail", {"times": 9, "code": "bug"}, max_attempts=1)
    done = engine.enqueue()
    engine.drain()
    dry = flask_jobs("retry", "--type", "sample_fail", "--error", "no_way", "--dry-run").output
    assert all(str(job.id) in dry for job in failed)
    assert str(other.id) not in dry
    assert engine.count("status = 'failed'") == 4
    assert "1 done" in flask_jobs("retry", failed[0].id).output
    assert "already completed" in flask_jobs("retry", done.id, code=1).stderr
    flask_jobs("retry", "--type", "sample_fail", "--error", "no_way", "--since", "1h", input="n\n", code=1)
    assert engine.count("status = 'failed'") == 3
    answer = flask_jobs("retry", "--type", "sample_fail", "--error", "no_way", "--since", "1h", input="y\n")
    assert "Retry 2 jobs?" in answer.output
    assert "2 done" in answer.output
    engine.drain()
    assert engine.count("status = 'completed'") == 4
    assert engine.row(other.id)["status"] == "failed"


def test_jobs_are_selected_in_one_way_only(flask_jobs: Run, engine: Engine) -> None:
    for command in (["cancel"], ["retry"], ["delete"], ["priority", "high"]):
        assert "Name jobs" in flask_jobs(*command, code=2).stderr
        assert "Name jobs" in flask_jobs(*command, uuid.uuid4(), "--queue", "default", code=2).stderr
        assert "Name jobs" in flask_jobs(*command, "--all", "--queue", "default", code=2).stderr
    assert "not found" in flask_jobs("cancel", uuid.uuid4(), code=1).stderr


def test_more_jobs_than_a_page_are_cancelled_and_their_records_deleted(flask_jobs: Run, engine: Engine) -> None:
    engine.connection.execute(
        """
        INSERT INTO ai_job (id, user_id, job_type, queue, virtual_time, sort_key, request_data, max_attempts)
        SELECT gen_random_uuid(), %s, 'sample_echo', 'default', n, n, '{}', 1 FROM generate_series(1, 450) AS n
        """,
        (engine.user_id,),
    )
    kept = engine.enqueue("sample_other_queue")
    assert "450 done" in flask_jobs("cancel", "--type", "sample_echo", "--yes").output
    assert engine.count("status = 'cancelled'") == 450
    assert "450 done" in flask_jobs("delete", "--all", "--yes").output
    assert engine.count("true") == 1
    assert "not finished" in flask_jobs("delete", kept.id, "--yes", code=1).stderr


def test_a_dry_run_shows_the_newest_few_and_counts_the_others(flask_jobs: Run, engine: Engine) -> None:
    ids = enqueue_many(engine.connection, "sample_echo", [{} for _ in range(25)], user_id=engine.user_id)
    engine.enqueue("sample_other_queue")
    shown = flask_jobs("cancel", "--type", "sample_echo", "--dry-run").output
    assert str(max(ids)) in shown
    assert str(min(ids)) not in shown
    assert "… and 5 more." in shown
    asked = flask_jobs("cancel", "--type", "sample_echo", input="n\n", code=1)
    assert "Cancel 25 jobs?" in asked.output
    assert engine.count("status = 'queued'") == 26


def test_another_priority_changes_who_goes_first(flask_jobs: Run, engine: Engine) -> None:
    first, second = engine.enqueue(), engine.enqueue()
    assert "1 done" in flask_jobs("priority", "urgent", second.id).output
    flask_jobs("priority", "extreme", second.id, code=2)
    assert [job.id for job, _ in engine.claim(2)] == [second.id, first.id]


def test_a_paused_queue_stands_still_until_it_is_resumed(flask_jobs: Run, engine: Engine) -> None:
    with engine.worker():
        flask_jobs("pause", "default", "--reason", "provider moves house")
        job, other = engine.enqueue(), engine.enqueue("sample_other_queue")
        engine.until_status(other.id)
        assert engine.row(job.id)["status"] == "queued"
        assert "provider moves house" in flask_jobs("queues").output
        assert "is resumed" in flask_jobs("resume", "default").output
        engine.until_status(job.id)
    assert "was not paused" in flask_jobs("resume", "default").output
    assert "no queue" in flask_jobs("pause", "nonsense", code=1).stderr


def test_why_names_each_cause_and_what_is_behind_it(flask_jobs: Run, engine: Engine) -> None:
    job, later = engine.enqueue(), engine.enqueue()
    flask_jobs("pause", "default", "--reason", "provider moves house")
    assert "provider moves house" in flask_jobs("why", job.id).output
    assert "provider moves house" in flask_jobs("show", job.id).output
    found = printed(flask_jobs("why", later.id, "--json"))
    assert found["status"] == "queued"
    assert {cause["cause"].partition(":")[0] for cause in found["waiting_for"]} >= {"paused"}
    flask_jobs("resume", "default")
    engine.drain()
    assert "It is completed." in flask_jobs("why", job.id).output
    assert "no job" in flask_jobs("why", uuid.uuid4(), code=1).stderr


def test_limits_are_set_listed_and_removed(flask_jobs: Run, engine: Engine) -> None:
    flask_jobs("limit", "set", "type", "sample_echo", "1")
    flask_jobs("limit", "set", "user", "*", "3")
    (row,) = [row for row in printed(flask_jobs("limit", "list", "--json")) if row["key"] == "sample_echo"]
    assert (row["scope"], row["slots"], row["held"], row["source"]) == ("type", 1, 0, "staff")
    assert "sample_echo" in flask_jobs("limit", "list").output
    flask_jobs("limit", "remove", "type", "sample_echo")
    assert "There is no limit" in flask_jobs("limit", "remove", "type", "sample_echo", code=1).stderr
    flask_jobs("limit", "set", "planet", "x", "1", code=2)
    flask_jobs("limit", "set", "type", "x", "0", code=2)
