"""Handlers in child processes: all that a context offers, killed when they do not stop, never the worker's trouble."""

from __future__ import annotations

import os
import signal
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from backend.jobs import store
from backend.jobs.processes import child as child_module
from tests.jobs import child_tasks
from tests.jobs.engine import Engine

assert child_tasks


@pytest.fixture
def engine_environ(engine_environ: dict[str, str]) -> dict[str, str]:
    return {**engine_environ, "CPU_PROCESSES": "1", "HEARTBEAT_INTERVAL": "0.2", "LEASE_SECONDS": "2"}


@pytest.fixture(autouse=True)
def _no_child_is_left(engine: Engine) -> Iterator[None]:
    yield
    assert not children_of(os.getpid())


def children_of(parent: int) -> list[int]:
    """Processes of ours that wait for jobs of process ``parent``."""
    found = []
    for directory in Path("/proc").glob("[0-9]*"):
        try:
            command = (directory / "cmdline").read_bytes()
        except OSError:
            continue
        if b"child_process import main" in command and f", {parent})".encode() in command:
            found.append(int(directory.name))
    return found


def pids_said_by(engine: Engine, job_id: uuid.UUID) -> list[int]:
    """Waits until the handler has told its process ids."""
    row = engine.until(lambda: (engine.row(job_id)["progress_message"] or "").startswith("pid ") and engine.row(job_id))
    return [int(word) for word in row["progress_message"].split()[1:]]


def alive(pid: int) -> bool:
    try:
        state = (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in ("Z", "X")


def test_a_handler_in_a_child_has_all_that_a_context_offers(engine: Engine) -> None:
    job = engine.enqueue("child_work", {"name": "x"})
    engine.drain()
    row = engine.row(job.id)
    assert (row["status"], row["progress"]) == ("completed", 100)
    result = row["result_data"]
    assert (result["parent"], result["paid"], result["name"]) == (os.getpid(), {"price": 7}, "x")
    assert result["pid"] != os.getpid()
    assert engine.effects() == {job.id: 1}
    types = engine.event_types(job.id)
    assert types.count("partial") == 1
    events = engine.events(job.id)
    assert [event["message"] for event in events if event["type"] == "progress"][-1] == "last"
    assert len(events) < 50  # a thousand reports are not a thousand events


def test_one_child_serves_many_jobs_and_is_replaced_when_it_has_served_enough(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child_module, "MAX_JOBS", 3)
    jobs = [engine.enqueue("child_work") for _ in range(6)]
    engine.drain(concurrency=3)
    pids = [engine.row(job.id)["result_data"]["pid"] for job in jobs]
    assert sorted(pids.count(pid) for pid in set(pids)) == [3, 3]


def test_a_child_that_has_grown_is_replaced(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child_module, "MAX_GROWTH", -1)
    jobs = [engine.enqueue("child_work") for _ in range(2)]
    engine.drain(concurrency=1)
    assert len({engine.row(job.id)["result_data"]["pid"] for job in jobs}) == 2


def test_a_child_that_keeps_the_interpreters_lock_delays_no_heartbeat_and_no_other_job(engine: Engine) -> None:
    with engine.worker(concurrency=3):
        hog = engine.enqueue("child_hog")
        (pid,) = pids_said_by(engine, hog.id)
        beside = engine.enqueue("sample_begun", {"seconds": 3 * engine.settings.lease_seconds})
        quick = [engine.enqueue("sample_echo").id for _ in range(20)]
        assert all(engine.until_status(job_id)["status"] == "completed" for job_id in quick)
        row = engine.until_status(beside.id)
        assert (row["status"], row["runs"], row["rescues"]) == ("completed", 1, 0)
        assert alive(pid) and engine.row(hog.id)["status"] == "processing"
        assert engine.row(hog.id)["rescues"] == 0


def test_a_cancel_kills_a_child_that_does_not_stop_and_nothing_is_written_after_it(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child_module, "STOP_GRACE", 0.3)
    job = engine.enqueue("child_hog")
    with engine.worker(concurrency=1):
        (pid,) = pids_said_by(engine, job.id)
        store.request_cancel(engine.connection, [job.id])
        row = engine.until_status(job.id)
        assert row["status"] == "cancelled"
        assert not alive(pid)
        after = engine.enqueue("child_work")
        assert engine.until_status(after.id)["status"] == "completed"
    assert engine.effects() == {after.id: 1}
    assert engine.row(job.id)["last_seq"] == row["last_seq"]


def test_a_cancel_lets_a_child_stop_by_itself_that_looks(engine: Engine) -> None:
    jobs: list[Any] = []
    with engine.worker(concurrency=1), capture_logs() as logs:
        for _ in range(2):
            job = engine.enqueue("child_patient", {"seconds": 300})
            jobs.append(pids_said_by(engine, job.id))
            store.request_cancel(engine.connection, [job.id])
            assert engine.until_status(job.id)["status"] == "cancelled"
    assert jobs[0][0] == jobs[1][0]  # the child lives on
    assert not any(alive(beside) for _, beside in jobs)
    assert "child_killed" not in [line["event"] for line in logs]


def test_a_hard_time_limit_kills_the_child_and_its_open_transaction(engine: Engine) -> None:
    job = engine.enqueue("child_hog_limited", max_attempts=2)
    with engine.worker(concurrency=1):
        row = engine.until_status(job.id)
    assert (row["status"], row["error_code"], row["attempt"]) == ("failed", "timeout", 2)
    assert engine.effects() == {}


def test_a_child_that_dies_is_a_failed_attempt_and_no_trouble_for_the_worker(engine: Engine) -> None:
    known = {"segfault": "SIGSEGV", "kill": "SIGKILL"}
    killers = {code: engine.enqueue("child_dies", {"code": code, "times": 99}, max_attempts=1) for code in known}
    once = engine.enqueue("child_dies", {"code": "exit", "times": 1}, max_attempts=2)
    with engine.worker(concurrency=1):
        for code, job in killers.items():
            row = engine.until_status(job.id)
            assert (row["status"], row["error_code"], row["attempt"], row["rescues"]) == ("failed", "child_died", 1, 0)
            assert known[code] in row["error_message"]
        assert engine.until_status(once.id)["status"] == "completed"
    first, second = engine.attempts(once.id)
    assert (first["outcome"], first["error_code"], second["outcome"]) == ("retried", "child_died", "completed")
    assert "exit code 3" in first["error_message"]


@pytest.mark.parametrize(
    ("code", "status", "error", "spent"),
    [
        ("final", "failed", "no_way", 1),
        ("retry_after", "completed", None, 1),
        ("snooze", "completed", None, 1),
        ("cancel", "cancelled", None, 1),
        ("division", "failed", "unexpected", 1),
        ("result", "failed", "invalid_result", 1),
        ("bug", "completed", None, 2),
    ],
)
def test_what_a_handler_raises_in_a_child_counts_as_it_does_in_a_thread(
    engine: Engine, code: str, status: str, error: str | None, spent: int
) -> None:
    job = engine.enqueue("child_fail", {"code": code})
    with engine.worker(concurrency=1):
        row = engine.until_status(job.id)
    assert (row["status"], row["error_code"], row["attempt"]) == (status, error, spent)
    if code == "bug":
        first = engine.attempts(job.id)[0]
        assert "secret inner detail" in first["error_message"]
        assert "child_tasks.py" in first["traceback"]


def test_what_a_child_says_is_in_the_log_of_its_worker_with_the_job(engine: Engine) -> None:
    job = engine.enqueue("child_talks")
    with capture_logs() as logs, engine.worker(concurrency=1):
        engine.until_status(job.id)
        engine.until(lambda: [line for line in logs if line["event"] == "child_output"])
    said = {line["event"]: line for line in logs if line.get("job_id") == str(job.id)}
    assert (said["by structlog"]["log_level"], said["by structlog"]["answer"]) == ("warning", 42)
    assert said["by logging"]["log_level"] == "error"
    assert said["child_output"]["text"] == "by print"


def test_what_is_read_of_a_child_after_the_end_of_its_job_is_still_that_jobs(engine: Engine) -> None:
    job = engine.enqueue("child_talks_late")
    with capture_logs() as logs, engine.worker(concurrency=1):
        engine.until(lambda: [line for line in logs if line["event"] == "child_output"])
    (said,) = [line for line in logs if line["event"] == "child_output"]
    assert (said["text"], said["job_id"]) == ("at last", str(job.id))


def test_children_end_with_a_worker_that_is_killed(engine: Engine) -> None:
    hog = engine.enqueue("child_hog")
    with engine.process(MODULES="tests.jobs.child_tasks") as process:
        (pid,) = pids_said_by(engine, hog.id)
        assert children_of(process.pid) == [pid]
        process.kill()
        process.wait()
        engine.until(lambda: not alive(pid))


def test_sigterm_gives_the_jobs_of_children_back_whether_or_not_they_stop(engine: Engine) -> None:
    jobs = [engine.enqueue("child_hog"), engine.enqueue("child_patient", {"seconds": 300})]
    with engine.process("--concurrency", "2", MODULES="tests.jobs.child_tasks", CPU_PROCESSES="2") as process:
        pids = [pid for job in jobs for pid in pids_said_by(engine, job.id)]
        for pid in children_of(process.pid):  # a platform tells every process
            os.kill(pid, signal.SIGTERM)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        engine.until(lambda: not any(alive(pid) for pid in pids))
    for job in jobs:
        row = engine.row(job.id)
        assert (row["status"], row["attempt"]) == ("queued", 0)
    assert engine.effects() == {}
