"""What was done to many jobs at once, and at the command line: each job that was changed is told of, and none that was not."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from flask import Flask

from backend.jobs.http import action_routes
from tests.audit.test_audit import entries, queued
from tests.jobs.callers import Caller, new_guest, with_role
from tests.jobs.commands import Run
from tests.jobs.engine import Engine


def told_of(staff: Caller, **query: Any) -> list[tuple[str, set[str], dict[str, Any]]]:
    """What was done, to which, and what was said of it; the oldest first."""
    found = reversed(entries(staff, **query))
    return [(entry["action"], set(entry["targets"]), entry["details"]) for entry in found]


def bulk(caller: Caller, action: str, **fields: Any) -> Any:
    answer = caller("POST", "/api/jobs/bulk-action", {"action": action, **fields})
    assert answer.status_code == 200, answer.text
    return answer.json


def test_of_many_only_those_that_were_changed_are_told(engine: Engine, guest: Caller, staff: Caller) -> None:
    waiting, other = queued(guest), queued(guest, priority="low")
    ended = queued(guest)
    guest("DELETE", f"/api/jobs/{ended}")
    ids = [waiting, other, ended, str(uuid.uuid4())]
    theirs = {"owners": [str(guest.user_id)]}

    bulk(staff, "priority", ids=ids, priority="high")
    assert bulk(staff, "cancel", ids=ids)["done"] == 2
    assert bulk(staff, "retry", ids=ids, dry_run=True)["done"] == 3
    bulk(guest, "retry", ids=ids)
    bulk(guest, "delete", ids=ids)  # they wait again: nothing is deleted

    assert told_of(staff, actor=staff.user_id) == [
        ("job.priority", {waiting, other}, {"before": ["low", "normal"], "after": "high", **theirs}),
        ("job.cancel", {waiting, other}, theirs),
    ]
    assert told_of(staff, actor=guest.user_id)[1:] == [("job.retry", {waiting, other, ended}, {})]


def test_what_a_filter_finds_is_told_step_by_step_and_whole(
    engine: Engine, guest: Caller, staff: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(action_routes, "BATCH", 2)
    mine = {queued(guest, tags=["mine"]) for _ in range(5)}
    queued(guest)
    assert bulk(guest, "cancel", filter={"tag": "mine"})["done"] == 5
    assert bulk(guest, "cancel", filter={"tag": "mine"})["done"] == 0
    told = told_of(staff)
    assert {action for action, _, _ in told} == {"job.cancel"}
    assert sorted(len(targets) for _, targets, _ in told) == [1, 2, 2]
    assert set.union(*(targets for _, targets, _ in told)) == mine


def test_of_a_thousand_all_are_found_and_few_are_shown(engine: Engine, guest: Caller, staff: Caller) -> None:
    many = [{"job_type": "sample_echo"}] * 50
    ids = [job["job_id"] for job in guest("POST", "/api/jobs/bulk", {"jobs": many}).json["jobs"]]
    bulk(guest, "cancel", ids=ids)
    for job in (ids[0], ids[-1]):
        (entry,) = entries(staff, target=job)
        assert (entry["target_count"], len(entry["targets"])) == (50, 20)


def test_whom_the_staff_only_watch_is_left_alone_and_nothing_is_told(
    app: Flask, engine: Engine, guest: Caller, staff: Caller
) -> None:
    watcher = with_role(engine, new_guest(app), "staff_readonly")
    job = queued(guest)
    assert bulk(watcher, "cancel", ids=[job])["done"] == 0
    assert told_of(staff) == []


def test_commands_on_jobs_are_told_with_whose_they_were(
    engine: Engine, guest: Caller, staff: Caller, flask_jobs: Run
) -> None:
    first, second = queued(guest, tags=["x"]), queued(guest, tags=["x"])
    flask_jobs("priority", "urgent", "--tag", "x", "--dry-run")
    flask_jobs("priority", "urgent", "--tag", "x", "--yes")
    flask_jobs("cancel", first)
    flask_jobs("cancel", first, code=1)  # it has ended
    flask_jobs("retry", first)
    flask_jobs("cancel", "--tag", "x", "--yes")
    flask_jobs("delete", second, "--yes")
    theirs = {"owners": [str(guest.user_id)]}
    assert told_of(staff, via="command+line") == [
        ("job.priority", {first, second}, {"before": ["normal"], "after": "urgent", **theirs}),
        ("job.cancel", {first}, theirs),
        ("job.retry", {first}, theirs),
        ("job.cancel", {first, second}, theirs),
        ("job.delete", {second}, theirs),
    ]


def test_commands_that_steer_are_told_with_what_was_before(engine: Engine, staff: Caller, flask_jobs: Run) -> None:
    for reason in ("Night", "Night", "Moving"):
        flask_jobs("pause", "ai", "--reason", reason)
    for _ in range(2):
        flask_jobs("resume", "ai")
    flask_jobs("limit", "set", "user", "*", 3)
    flask_jobs("limit", "set", "user", "*", 2)
    flask_jobs("limit", "remove", "user", "*")
    flask_jobs("limit", "remove", "user", "*", code=1)
    engine.connection.execute(
        "INSERT INTO provider_circuit (provider, state, open_until) VALUES ('acme/m', 'open', now() + interval '1 hour')"
    )
    flask_jobs("close-circuit", "acme/m")
    flask_jobs("close-circuit", "nobody/m", code=1)
    assert told_of(staff, via="command+line") == [
        ("queue.pause", {"ai"}, {"before": "running", "after": "paused", "reason": "Night"}),
        ("queue.pause", {"ai"}, {"before": "paused: Night", "after": "paused", "reason": "Moving"}),
        ("queue.resume", {"ai"}, {"before": "paused: Moving", "after": "running"}),
        ("limit.set", {"user:*"}, {"after": 3}),
        ("limit.set", {"user:*"}, {"before": 3, "after": 2}),
        ("limit.remove", {"user:*"}, {"before": 2}),
        ("circuit.close", {"acme/m"}, {"before": "open", "let_go": 0}),
    ]
