"""Processes die, everything comes back by itself, and the truth is in Postgres (issue 2, bar 4)."""

from __future__ import annotations

import os
import signal
import socket
import time
from typing import Any

import psycopg
import requests

from tests.acceptance.conftest import GRACE
from tests.acceptance.installation import (
    Installation,
    LiveClient,
    Person,
    alive,
    descendants,
    eventually,
    kill,
)

RESCUE_SECONDS = 10.0  # J5: a job whose worker died runs again within this time of the death


def types_of(client: LiveClient, job_id: str) -> list[str]:
    return [event["type"] for event in client.of(job_id)]


def assert_told_everything(client: LiveClient, person: Person, job_id: str) -> None:
    """What the client collected is what is stored: every number once, in order."""
    stored = person.get(f"/api/jobs/{job_id}/events").json()["events"]
    assert [event["seq"] for event in stored] == list(range(1, len(stored) + 1))
    assert [(event["seq"], event["type"]) for event in client.of(job_id)] == [
        (event["seq"], event["type"]) for event in stored
    ]


def status(person: Person, job_id: str) -> dict[str, Any]:
    return dict(person.get(f"/api/jobs/{job_id}").json())


def back_again(installation: Installation) -> bool:
    try:
        return requests.get(f"{installation.base_url}/ready", timeout=5).status_code == 200
    except requests.RequestException:
        return False


def test_a_job_whose_worker_is_killed_runs_again_and_ends_once(installation: Installation, boss: Person) -> None:
    with boss.socket() as client:
        job_id = boss.submit("diagnostic_sleep", seconds=3, steps=6)
        client.wait_for(job_id, "progress")
        first = installation.worker_pid
        kill(first)
        killed = time.monotonic()
        client.wait_until(lambda: types_of(client, job_id).count("processing") == 2, "the job runs again")
        assert time.monotonic() - killed < RESCUE_SECONDS
        client.wait_for(job_id, "completed")
        assert installation.worker_pid != first
        assert types_of(client, job_id).count("completed") == 1
        assert_told_everything(client, boss, job_id)
    found = status(boss, job_id)
    assert found["status"] == "completed"
    assert found["attempt"] == 1  # a rescue spends no attempt


def test_a_restarted_postgres_is_found_again_by_web_and_worker(installation: Installation, boss: Person) -> None:
    with boss.socket() as client:
        job_id = boss.submit("diagnostic_sleep", seconds=2, steps=10)
        client.watch(job_id)
        client.wait_for(job_id, "progress")
        web, worker, postgres = installation.web_pid, installation.worker_pid, installation.postgres_pid
        kill(postgres)
        eventually(lambda: installation.log().count("starting it again"), "start.py notices")
        eventually(lambda: back_again(installation), "web is ready again")
        client.wait_for(job_id, "completed")
        assert_told_everything(client, boss, job_id)
        afterwards = boss.submit("diagnostic_noop")
        client.wait_for(afterwards, "completed")
        assert (installation.web_pid, installation.worker_pid) == (web, worker)
        assert installation.postgres_pid != postgres


def test_a_dead_web_process_ends_the_dyno_and_pages_see_the_truth_after_its_restart(
    installation: Installation, boss: Person
) -> None:
    client = LiveClient(boss)
    client.connect()
    job_id = boss.submit("diagnostic_sleep", seconds=60, steps=600)
    client.watch(job_id)
    client.wait_for(job_id, "progress")
    assert installation.process is not None
    everybody = descendants(installation.process.pid)
    kill(installation.web_pid)
    assert installation.process.wait(60) != 0  # the platform starts it again
    eventually(lambda: not any(alive(pid) for pid in everybody), "nothing is left of it")
    installation.start()
    client.wait_until(lambda: client.connections == 2, "the page is connected again")
    assert boss.delete(f"/api/jobs/{job_id}").status_code == 202
    client.wait_for(job_id, "cancelled")
    assert_told_everything(client, boss, job_id)
    client.close()


def test_everything_is_there_after_kill_9_of_every_process(installation: Installation, boss: Person) -> None:
    done = boss.submit("diagnostic_noop")
    eventually(lambda: status(boss, done)["status"] == "completed", "the job is done")
    running = boss.submit("diagnostic_sleep", seconds=1, steps=2)
    installation.kill_everything()
    installation.start()
    assert status(boss, done)["status"] == "completed"  # signed in still: the secret was kept
    eventually(lambda: status(boss, running)["status"] == "completed", "the job that was under way")


def test_children_end_with_start_py_and_leave_the_port(installation: Installation) -> None:
    assert installation.process is not None
    everybody = descendants(installation.process.pid)
    assert len(everybody) >= 3
    kill(installation.process.pid)
    installation.process.wait()
    eventually(lambda: not any(alive(pid) for pid in everybody), "web, worker and Postgres have noticed")
    socket.create_server(("127.0.0.1", installation.port)).close()
    installation.start()


def test_a_hung_child_does_not_hold_up_the_end(installation: Installation) -> None:
    assert installation.process is not None
    everybody = descendants(installation.process.pid)
    os.kill(installation.worker_pid, signal.SIGSTOP)
    assert installation.stop() == 0
    assert not any(alive(pid) for pid in everybody)
    installation.start()


def test_sigterm_ends_all_with_0_and_leaves_no_job_processing(installation: Installation, boss: Person) -> None:
    jobs = [boss.submit("diagnostic_sleep", seconds=600, steps=1000) for _ in range(5)]
    eventually(lambda: any(status(boss, job_id)["progress"] is not None for job_id in jobs), "jobs are there")
    eventually(lambda: any(status(boss, job_id)["status"] == "processing" for job_id in jobs), "some job runs")
    assert installation.process is not None
    everybody = descendants(installation.process.pid)
    began = time.monotonic()
    assert installation.stop() == 0
    assert time.monotonic() - began < float(GRACE)
    assert not any(alive(pid) for pid in everybody)
    left = unfinished_statuses(installation)
    assert left == {"queued"}
    installation.start()
    for job_id in jobs:
        assert boss.delete(f"/api/jobs/{job_id}").status_code == 202
    eventually(lambda: all(status(boss, job_id)["status"] == "cancelled" for job_id in jobs), "all are cancelled")


def unfinished_statuses(installation: Installation) -> set[str]:
    """The statuses of unfinished jobs, read from the data directory while nothing of the application runs."""
    from backend.embedded import EmbeddedPostgres

    server = EmbeddedPostgres(installation.data_dir)
    try:
        with psycopg.connect(server.url) as connection:
            query = "SELECT DISTINCT status FROM ai_job WHERE completed_at IS NULL"
            return {status for (status,) in connection.execute(query).fetchall()}
    finally:
        server.close()
