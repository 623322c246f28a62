"""What people do with jobs that exist: retry, run again, another priority, delete; one by one and many at once."""

from __future__ import annotations

import threading
import uuid
from typing import Any

import pytest
from flask import Flask

from backend.jobs import Unique, store
from tests.jobs.callers import Caller, assert_problem, new_guest, with_role
from tests.jobs.engine import Engine
from tests.jobs.test_unique import end


def made(caller: Caller, job_type: str = "sample_echo", **fields: Any) -> str:
    answer = caller("POST", "/api/jobs", {"job_type": job_type, **fields})
    assert answer.status_code == 202, answer.text
    return str(answer.json["job_id"])


def act(caller: Caller, action: str, **fields: Any) -> dict[str, Any]:
    answer = caller("POST", "/api/jobs/bulk-action", {"action": action, **fields})
    assert answer.status_code == 200, answer.text
    return dict(answer.json)


# retry


def test_a_failed_job_is_tried_again_with_all_its_attempts(engine: Engine, guest: Caller) -> None:
    job = made(guest, "sample_fail", request_data={"times": 2, "code": "flaky"}, max_attempts=2)
    job_id = uuid.UUID(job)
    with engine.worker():
        assert engine.until_status(job_id)["status"] == "failed"
    answer = guest("POST", f"/api/jobs/{job}/retry")
    assert (answer.status_code, answer.json["job_id"], answer.json["status"]) == (202, job, "queued")
    row = engine.row(job_id)
    assert (row["attempt"], row["error_code"], row["completed_at"], row["progress"]) == (0, None, None, 0)
    (event,) = [event for event in engine.events(job_id) if event["data"] == {"reason": "by hand"}]
    assert (event["type"], event["status"]) == ("retrying", "queued")
    engine.drain()
    assert engine.row(job_id)["status"] == "completed"
    assert engine.event_types(job_id)[-3:] == ["retrying", "processing", "completed"]
    runs = [(attempt["run"], attempt["attempt"], attempt["outcome"]) for attempt in engine.attempts(job_id)]
    assert runs == [(1, 1, "retried"), (2, 2, "failed"), (3, 1, "completed")]


def test_a_cancelled_job_is_tried_again(engine: Engine, guest: Caller) -> None:
    job = made(guest)
    guest("DELETE", f"/api/jobs/{job}")
    assert guest("POST", f"/api/jobs/{job}/retry").status_code == 202
    engine.drain()
    assert guest("GET", f"/api/jobs/{job}/result").status_code == 200


def test_what_is_queued_running_or_completed_is_not_tried_again(engine: Engine, guest: Caller) -> None:
    job = made(guest)
    assert assert_problem(guest("POST", f"/api/jobs/{job}/retry"), 409)["code"] == "not_finished"
    engine.claim()
    assert assert_problem(guest("POST", f"/api/jobs/{job}/retry"), 409)["code"] == "not_finished"
    done = made(guest)
    engine.drain()
    problem = assert_problem(guest("POST", f"/api/jobs/{done}/retry"), 409)
    assert problem["code"] == "already_completed"
    assert "run-again" in problem["detail"]


def test_a_job_tried_again_has_a_fresh_place_not_its_old_one(engine: Engine) -> None:
    old = engine.enqueue("sample_echo")
    end(engine, old.id, "failed")
    engine.connection.execute("UPDATE ai_job SET virtual_time = 5, sort_key = 5 WHERE id = %s", (old.id,))
    others = [engine.enqueue("sample_echo").id for _ in range(3)]
    assert store.requeue(engine.connection, [old.id]).ids == {old.id}
    assert [job.id for job, _ in engine.claim(4)] == [*others, old.id]


def test_an_equal_unique_job_stands_in_the_way_of_a_retry(engine: Engine, guest: Caller) -> None:
    unique = Unique(fields=["name"])
    first = engine.enqueue("sample_echo", {"name": "a"}, unique=unique, user_id=guest.user_id)
    end(engine, first.id, "failed")
    second = engine.enqueue("sample_echo", {"name": "a"}, unique=unique, user_id=guest.user_id)
    problem = assert_problem(guest("POST", f"/api/jobs/{first.id}/retry"), 409)
    assert problem["code"] == "equal_job_waits"
    end(engine, second.id, "failed")
    answer = act(guest, "retry", ids=[str(first.id), str(second.id)])
    assert (answer["done"], [skipped["reason"] for skipped in answer["skipped"]]) == (1, ["equal_job_waits"])


def test_an_equal_job_that_is_committed_while_a_retry_looks_is_no_fault(engine: Engine, guest: Caller) -> None:
    unique = Unique(fields=["name"])
    first = engine.enqueue("sample_echo", {"name": "a"}, unique=unique, user_id=guest.user_id)
    end(engine, first.id, "failed")
    rival = engine.connect()
    begun = threading.Event()

    def rival_enqueues() -> None:
        from backend.jobs import enqueue

        with rival.transaction():
            enqueue(rival, "sample_echo", {"name": "a"}, user_id=guest.user_id, unique=unique)
            begun.set()
            # The retry waits for this transaction at the unique index.
            engine.until(
                lambda: engine.connection.execute(
                    "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'"
                ).fetchone()[0]  # type: ignore[index]
            )

    thread = threading.Thread(target=rival_enqueues)
    thread.start()
    begun.wait()
    assert assert_problem(guest("POST", f"/api/jobs/{first.id}/retry"), 409)["code"] == "equal_job_waits"
    thread.join()


def test_a_job_whose_end_is_still_to_be_dealt_with_is_left_alone(engine: Engine, guest: Caller) -> None:
    job = engine.enqueue("sample_echo", user_id=guest.user_id)
    engine.connection.execute("UPDATE ai_job SET followed = true WHERE id = %s", (job.id,))
    end(engine, job.id, "failed")
    assert act(guest, "retry", ids=[str(job.id)])["skipped"] == [{"job_id": str(job.id), "reason": "busy"}]
    assert act(guest, "delete", ids=[str(job.id)])["skipped"] == [{"job_id": str(job.id), "reason": "busy"}]


# run again


def test_a_completed_job_is_run_again_as_a_new_one(engine: Engine, guest: Caller) -> None:
    job = made(guest, request_data={"name": "n"}, tags=["t"], priority="high")
    assert assert_problem(guest("POST", f"/api/jobs/{job}/run-again"), 409)["code"] == "not_finished"
    engine.drain()
    first = guest("POST", f"/api/jobs/{job}/run-again", Idempotency_Key="once")
    again = guest("POST", f"/api/jobs/{job}/run-again", Idempotency_Key="once")
    assert first.status_code == again.status_code == 202
    assert first.json["job_id"] == again.json["job_id"] != job
    copy = guest("GET", first.headers["Location"]).json
    assert (copy["request_data"]["name"], copy["tags"], copy["priority"]) == ("n", ["t"], "high")
    assert guest("GET", f"/api/jobs/{job}").json["status"] == "completed"


# priority


def test_a_queued_job_overtakes_by_a_new_priority_and_watchers_see_it(engine: Engine, guest: Caller) -> None:
    first, second = made(guest), made(guest)
    answer = guest("PATCH", f"/api/jobs/{second}", {"priority": "high"})
    assert (answer.status_code, answer.json["priority"], answer.json["status"]) == (200, "high", "queued")
    last = engine.events(uuid.UUID(second))[-1]
    assert (last["type"], last["seq"], last["data"]) == ("queued", 2, {"priority": "high"})
    again = guest("PATCH", f"/api/jobs/{second}", {"priority": "high"})
    assert (again.status_code, again.json["last_seq"]) == (200, 2), "what it has already changes nothing"
    assert [str(job.id) for job, _ in engine.claim(2)] == [second, first]
    assert assert_problem(guest("PATCH", f"/api/jobs/{first}", {"priority": "low"}), 409)["code"] == "not_queued"


def test_back_to_the_old_priority_is_back_to_the_old_place(engine: Engine, guest: Caller) -> None:
    job = made(guest)
    before = engine.row(uuid.UUID(job))["sort_key"]
    guest("PATCH", f"/api/jobs/{job}", {"priority": "low"})
    assert engine.row(uuid.UUID(job))["sort_key"] > before
    guest("PATCH", f"/api/jobs/{job}", {"priority": "normal"})
    assert engine.row(uuid.UUID(job))["sort_key"] == before


def test_a_guest_cannot_change_to_what_he_may_not_ask_for(guest: Caller, staff: Caller) -> None:
    job = made(guest)
    assert (
        assert_problem(guest("PATCH", f"/api/jobs/{job}", {"priority": "urgent"}), 403)["code"] == "priority_too_high"
    )
    answer = guest("POST", "/api/jobs/bulk-action", {"ids": [job], "action": "priority", "priority": "urgent"})
    assert_problem(answer, 403)


# many at once


def test_many_jobs_are_cancelled_tried_again_and_deleted_at_once(engine: Engine, guest: Caller) -> None:
    jobs = [made(guest) for _ in range(4)]
    ((running, _),) = engine.claim()
    unknown = str(uuid.uuid4())
    assert act(guest, "cancel", ids=[*jobs, unknown]) == {
        "done": 4,
        "skipped": [{"job_id": unknown, "reason": "not_found"}],
        "more": False,
        "dry_run": False,
    }
    rest = [job for job in jobs if job != str(running.id)]
    assert {engine.row(uuid.UUID(job))["status"] for job in rest} == {"cancelled"}
    assert engine.row(running.id)["cancel_requested_at"] is not None
    answer = act(guest, "cancel", ids=jobs)
    assert (answer["done"], {skipped["reason"] for skipped in answer["skipped"]}) == (
        0,
        {"already_cancelled", "cancel_requested"},
    )
    assert act(guest, "retry", ids=rest)["done"] == 3
    assert act(guest, "priority", ids=rest, priority="low")["done"] == 3
    assert act(guest, "delete", ids=jobs)["done"] == 0, "only finished jobs are deleted"


def test_a_deleted_record_is_gone_with_all_that_is_its(engine: Engine, guest: Caller) -> None:
    job, kept = made(guest, "sample_progress", request_data={"times": 3}), made(guest)
    engine.drain()
    assert act(guest, "delete", ids=[job])["done"] == 1
    assert_problem(guest("GET", f"/api/jobs/{job}"), 404)
    for table in ("ai_job_event", "ai_job_attempt"):
        query = f"SELECT count(*) FROM {table} WHERE job_id = %s"
        assert engine.connection.execute(query, (job,)).fetchone() == (0,)
    assert guest("GET", f"/api/jobs/{kept}").json["attempts"]


def test_a_filter_is_worked_off_in_steps(
    engine: Engine, guest: Caller, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    from backend.jobs.http import action_routes

    monkeypatch.setattr(action_routes, "BATCH", 2)
    mine = [made(guest, tags=["batch"]) for _ in range(5)]
    other = made(guest)
    foreign = made(new_guest(app), tags=["batch"])
    answer = act(guest, "cancel", filter={"tag": "batch"})
    assert answer == {"done": 5, "skipped": [], "more": False, "dry_run": False}
    assert {engine.row(uuid.UUID(job))["status"] for job in mine} == {"cancelled"}
    assert {engine.row(uuid.UUID(job))["status"] for job in (other, foreign)} == {"queued"}
    monkeypatch.setattr(action_routes, "MAX_BATCHES", 1)
    assert act(guest, "retry", filter={"tag": "batch", "status": "cancelled"}) == {
        "done": 2,
        "skipped": [],
        "more": True,
        "dry_run": False,
    }
    assert act(guest, "retry", filter={"status": "completed"})["done"] == 0


def test_somebody_elses_jobs_are_not_found_and_read_only_staff_change_none(
    engine: Engine, guest: Caller, staff: Caller, app: Flask
) -> None:
    job = made(guest)
    stranger, reader = new_guest(app), with_role(engine, new_guest(app), "staff_readonly")
    for method, path, body in (
        ("POST", "/retry", None),
        ("POST", "/run-again", None),
        ("PATCH", "", {"priority": "low"}),
    ):
        assert_problem(stranger(method, f"/api/jobs/{job}{path}", body), 404)
        assert_problem(reader(method, f"/api/jobs/{job}{path}", body), 403)
    assert act(stranger, "cancel", ids=[job])["skipped"] == [{"job_id": job, "reason": "not_found"}]
    assert act(reader, "cancel", ids=[job])["skipped"] == [{"job_id": job, "reason": "forbidden"}]
    assert act(reader, "cancel", filter={})["done"] == act(stranger, "cancel", filter={})["done"] == 0
    assert act(staff, "cancel", ids=[job])["done"] == 1
    assert staff("POST", f"/api/jobs/{job}/retry").status_code == 202
    assert staff("PATCH", f"/api/jobs/{job}", {"priority": "high"}).status_code == 200


def test_read_only_staff_who_ask_for_somebody_elses_jobs_do_not_change_their_own(
    engine: Engine, guest: Caller, app: Flask
) -> None:
    reader = with_role(engine, new_guest(app), "staff_readonly")
    own = made(reader)
    foreign = {"action": "cancel", "filter": {"user": str(guest.user_id)}}
    problem = assert_problem(reader("POST", "/api/jobs/bulk-action", foreign), 403)
    assert "Read-only staff" in problem["detail"]
    assert engine.row(uuid.UUID(own))["status"] == "queued"
    assert_problem(guest("POST", "/api/jobs/bulk-action", {**foreign, "filter": {"user": str(reader.user_id)}}), 403)
    assert act(reader, "cancel", filter={"user": str(reader.user_id)})["done"] == 1


def test_what_one_may_not_run_one_may_not_run_again(engine: Engine, guest: Caller, staff: Caller) -> None:
    for job_type in ("sample_staff_only", "sample_internal"):
        job = engine.enqueue(job_type, user_id=guest.user_id)
        end(engine, job.id, "failed")
        assert_problem(guest("POST", f"/api/jobs/{job.id}/retry"), 403)
        assert act(guest, "retry", ids=[str(job.id)])["skipped"] == [{"job_id": str(job.id), "reason": "forbidden"}]
        assert staff("POST", f"/api/jobs/{job.id}/retry").status_code == 202
    engine.connection.execute(
        "UPDATE ai_job SET job_type = 'of_an_older_version', status = 'failed', completed_at = now()"
    )
    assert assert_problem(staff("POST", f"/api/jobs/{job.id}/retry"), 409)["code"] == "unknown_job_type"


@pytest.mark.parametrize(
    "body",
    [
        {"action": "cancel"},
        {"action": "cancel", "ids": [], "filter": {}},
        {"action": "cancel", "ids": []},
        {"action": "explode", "filter": {}},
        {"action": "priority", "filter": {}},
        {"action": "cancel", "filter": {}, "priority": "low"},
        {"action": "cancel", "filter": "x"},
        {"action": "cancel", "filter": {"status": "gone"}},
        {"action": "cancel", "filter": {"limit": 5}},
        {"action": "cancel", "ids": [str(uuid.uuid4()) for _ in range(1001)]},
    ],
)
def test_a_wrong_bulk_action_is_refused(guest: Caller, body: dict[str, Any]) -> None:
    assert_problem(guest("POST", "/api/jobs/bulk-action", body), 422)
