"""The result cache over HTTP, and that nobody sees the hidden runs."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade

from backend.db import db
from backend.extensions import socketio
from backend.jobs import service
from backend.jobs.admission.limits import set_limit
from backend.jobs.caching import cache_store
from backend.jobs.caching.flights import Flights
from backend.jobs.runtime.worker_store import list_workers
from backend.live.replay import find_jobs
from tests.jobs import cache_tasks
from tests.jobs.callers import Caller, assert_problem, new_guest
from tests.jobs.engine import Engine

__all__ = ["cache_tasks"]

BODY: dict[str, Any] = {"job_type": "sample_cached", "request_data": {"name": "a"}}


def ask(caller: Caller, body: dict[str, Any] = BODY, **headers: str) -> dict[str, Any]:
    answer = caller("POST", "/api/jobs", body, **headers)
    assert answer.status_code == 202, answer.text
    return dict(answer.json)


def test_a_hit_is_completed_in_the_answer_and_marked_everywhere(engine: Engine, guest: Caller) -> None:
    first = ask(guest)
    assert (first["status"], first["cached"]) == ("queued", False)
    engine.drain()
    hit = ask(guest)
    assert (hit["status"], hit["cached"]) == ("completed", True)
    assert hit["message"] == "The result was there already."
    assert guest("GET", hit["result_url"]).json["result"]["name"] == "a"
    shown, made = guest("GET", hit["status_url"]).json, guest("GET", first["status_url"]).json
    assert (shown["cached"], made["cached"]) == (True, False)
    assert shown["cache_key"] == made["cache_key"] is not None
    assert made["attempt"] == 1


def test_one_can_ask_for_a_fresh_result(engine: Engine, guest: Caller) -> None:
    ask(guest)
    engine.drain()
    assert not ask(guest, {**BODY, "fresh": True})["cached"]
    engine.drain()
    assert not ask(guest, BODY, Cache_Control="no-cache")["cached"]
    engine.drain()
    assert ask(guest, BODY, Cache_Control="max-age=0")["cached"]
    assert sum(engine.effects().values()) == 3


def test_one_of_those_who_wait_is_cancelled_as_any_job(engine: Engine, guest: Caller) -> None:
    first, second = ask(guest), ask(guest)
    engine.claim()
    Flights(engine.settings)(engine.connection)
    answer = guest("DELETE", first["status_url"])
    assert (answer.status_code, answer.json["status"]) == (202, "cancelled")
    last = guest("DELETE", second["status_url"])
    assert (last.status_code, last.json["status"]) == (202, "processing"), "when the run has stopped"
    assert assert_problem(guest("DELETE", second["status_url"]), 409)["code"] == "cancel_requested"


def test_the_runs_are_nobodys_jobs(engine: Engine, guest: Caller, staff: Caller, app: Flask) -> None:
    job = ask(guest)
    row = engine.connection.execute("SELECT id FROM ai_job WHERE hidden").fetchone()
    assert row is not None
    flight = str(row[0])
    for caller in (guest, staff):
        assert [item["job_id"] for item in caller("GET", "/api/jobs").json["items"]] == [job["job_id"]]
        for path in ("", "/result", "/events"):
            assert_problem(caller("GET", f"/api/jobs/{flight}{path}"), 404)
        assert_problem(caller("DELETE", f"/api/jobs/{flight}"), 404)
        assert_problem(caller("POST", f"/api/jobs/{flight}/retry"), 404)
        body = {"ids": [flight], "action": "cancel"}
        assert caller("POST", "/api/jobs/bulk-action", body).json["skipped"][0]["reason"] == "not_found"
        assert caller("POST", "/api/jobs/bulk-status", {"ids": [flight]}).json["items"] == []
    assert find_jobs(engine.connection, "id = %(id)s", {"id": row[0]}) == [], "nor does the live feed tell of them"
    assert watched(app, guest) == [job["job_id"]]
    assert all(flight not in str(cause) for cause in guest("GET", job["status_url"]).json["waiting_for"])
    engine.claim()
    assert list_workers(engine.connection)[0]["jobs"] == 1, "a thread is busy with it"
    assert flight not in str(list_workers(engine.connection))
    assert staff("POST", "/api/jobs/bulk-action", {"filter": {}, "action": "cancel"}).json["done"] == 1


def test_a_run_that_holds_a_slot_is_not_named_to_those_who_wait_for_one(engine: Engine, guest: Caller) -> None:
    set_limit(engine.connection, "queue", "default", 1)
    flight_job = ask(guest)
    waiting = guest("POST", "/api/jobs", {"job_type": "sample_echo"}).json
    engine.claim()
    engine.claim()
    found = guest("GET", waiting["status_url"]).json["waiting_for"]
    assert [cause["limit"] for cause in found if cause["cause"] == "limit"] == ["queue:default"]
    row = engine.connection.execute("SELECT id FROM ai_job WHERE hidden").fetchone()
    assert row is not None
    assert str(row[0]) not in str(found)
    assert flight_job["job_id"] != str(row[0])


def watched(app: Flask, caller: Caller) -> list[str]:
    """The own jobs that a page is told of when it connects."""
    page = socketio.test_client(app, auth={"token": caller.token})
    answer: Any = page.emit("user:watch", {}, callback=True)
    page.disconnect()
    return [job["job_id"] for job in answer["jobs"]]


def test_a_higher_priority_speeds_up_the_run(engine: Engine, guest: Caller) -> None:
    job = ask(guest)
    guest("PATCH", job["status_url"], {"priority": "high"})
    assert engine.connection.execute("SELECT priority FROM ai_job WHERE hidden").fetchone() == ("high",)


# statistics and invalidation


def test_staff_see_how_much_is_stored_and_of_use(engine: Engine, guest: Caller, staff: Caller) -> None:
    ask(guest), ask(guest)
    engine.drain()
    ask(guest), ask(guest), ask(guest)

    def stats() -> dict[str, Any]:
        return dict(staff("GET", "/api/cache/stats").json)

    found = stats()
    assert {name: found[name] for name in ("entries", "hits", "misses", "shared")} == {
        "entries": 1,
        "hits": 3,
        "misses": 1,
        "shared": 1,
    }
    assert found["bytes"] > 10
    (took,) = engine.connection.execute("SELECT took FROM ai_result_cache").fetchone() or (None,)
    assert took
    assert found["saved_seconds"] == found["types"][0]["saved_seconds"] == pytest.approx(3 * took, abs=0.001)
    assert [line["job_type"] for line in found["types"]] == ["sample_cached"]
    while cache_store.fold_uses(engine.connection, 2):
        assert stats() == found, "counted once, wherever the counts are"
    assert_problem(guest("GET", "/api/cache/stats"), 403)
    assert_problem(staff("GET", "/api/cache/stats?hours=0"), 422)


def test_people_remove_their_own_results_and_staff_everybodys(
    engine: Engine, guest: Caller, staff: Caller, app: Flask
) -> None:
    other = new_guest(app)
    shared = {"job_type": "sample_cached_shared", "request_data": {"name": "a"}}
    ask(guest), ask(other), ask(guest, shared)
    engine.drain()
    assert guest("DELETE", "/api/cache?type=sample_cached").json == {"deleted": 1}
    assert guest("DELETE", "/api/cache?type=sample_cached_shared").json == {"deleted": 0}
    assert not ask(guest)["cached"]
    assert ask(other)["cached"]
    key = other("GET", ask(other)["status_url"]).json["cache_key"]
    assert guest("DELETE", f"/api/cache?key={key}").json == {"deleted": 0}
    assert staff("DELETE", f"/api/cache?key={key}").json == {"deleted": 1}
    assert staff("DELETE", "/api/cache?type=sample_cached_shared").json == {"deleted": 1}
    assert_problem(guest("DELETE", "/api/cache"), 422)


def test_results_of_a_canvas_are_removed_together(engine: Engine, guest: Caller) -> None:
    canvas_id = guest("POST", "/api/canvases", {}).json["id"]
    engine.enqueue("sample_cached", {"name": "a"}, user_id=guest.user_id, canvas_id=uuid.UUID(canvas_id))
    ask(guest)
    engine.drain()
    assert guest("DELETE", f"/api/cache?canvas_id={canvas_id}").json == {"deleted": 1}
    assert ask(guest)["cached"], "that of no canvas stays"


def test_what_runs_while_results_are_removed_is_not_stored(engine: Engine, guest: Caller) -> None:
    first = ask(guest)
    assert guest("DELETE", "/api/cache?type=sample_cached").json == {"deleted": 0}
    engine.drain()
    assert guest("GET", first["status_url"]).json["status"] == "completed"
    assert not ask(guest)["cached"]


def test_an_older_version_lets_those_who_wait_for_a_run_do_it_by_themselves(
    engine: Engine, guest: Caller, app: Flask
) -> None:
    done, waiting, followed = ask(guest), ask(guest, {**BODY, "request_data": {"name": "b"}}), ask(guest)
    service.stop_jobs(engine.connection, [uuid.UUID(done["job_id"])])
    engine.claim(9)
    Flights(engine.settings)(engine.connection)
    with app.app_context():
        downgrade(revision="0003")
        db.session.remove()
        rows = engine.connection.execute("SELECT id::text, status, runnable, attempt FROM ai_job").fetchall()
        upgrade()
    assert sorted(rows) == sorted(
        [
            (done["job_id"], "cancelled", True, 0),
            (waiting["job_id"], "queued", True, 0),
            (followed["job_id"], "queued", True, 0),
        ]
    )


# many jobs in one request


def test_many_jobs_of_many_kinds_are_made_in_one_request_and_in_their_order(engine: Engine, guest: Caller) -> None:
    ask(guest)
    engine.drain()
    jobs: list[dict[str, Any]] = [
        *({"job_type": "sample_echo", "request_data": {"name": str(i)}} for i in range(5)),
        {"job_type": "sample_other_queue", "priority": "high", "tags": ["t"]},
        BODY,
        {"job_type": "sample_echo", "request_data": {"name": "last"}},
        {"job_type": "create_canvas", "request_data": {"instructions": "A -> B"}},
    ]
    answer = guest("POST", "/api/jobs/bulk", {"jobs": jobs})
    assert answer.status_code == 202, answer.text
    made = answer.json["jobs"]
    assert [job["job_type"] for job in made] == [job["job_type"] for job in jobs]
    assert [job["cached"] for job in made] == [False] * 6 + [True, False, False]
    assert made[-1]["canvas_id"]
    assert engine.row(uuid.UUID(made[5]["job_id"]))["tags"] == ["t"]
    names = [job.request_data["name"] for job, _ in engine.claim(6, queues=["default"])]
    assert names == ["0", "1", "2", "3", "4", "last"]
    assert guest("GET", made[0]["status_url"]).json["status"] == "processing"


def test_one_key_is_for_the_whole_request(engine: Engine, guest: Caller) -> None:
    body = {"jobs": [{"job_type": "sample_echo", "request_data": {"name": str(i)}} for i in range(3)] + [BODY]}
    first, again = (guest("POST", "/api/jobs/bulk", body, Idempotency_Key="k") for _ in range(2))
    assert [job["job_id"] for job in first.json["jobs"]] == [job["job_id"] for job in again.json["jobs"]]
    assert engine.count("NOT hidden") == 4
    fewer = {"jobs": body["jobs"][:2]}
    assert_problem(guest("POST", "/api/jobs/bulk", fewer, Idempotency_Key="k"), 409)
    single = guest("POST", "/api/jobs", body["jobs"][0], Idempotency_Key="k")
    assert single.status_code == 202, "another route, another name"


def test_a_thousand_jobs_take_one_request_and_one_more_is_too_many(engine: Engine, guest: Caller) -> None:
    jobs = [{"job_type": "sample_echo", "request_data": {"name": str(i)}} for i in range(1_000)]
    assert len(guest("POST", "/api/jobs/bulk", {"jobs": jobs}).json["jobs"]) == 1_000
    assert engine.count("true") == 1_000
    assert_problem(guest("POST", "/api/jobs/bulk", {"jobs": [*jobs, jobs[0]]}), 422)


@pytest.mark.parametrize(
    ("wrong", "status", "field"),
    [
        ({"job_type": "nothing"}, 422, "job_type"),
        ({"job_type": "sample_echo", "request_data": {"times": "x"}}, 422, "request_data"),
        ({"job_type": "sample_echo", "priority": "extreme"}, 422, "priority"),
        ({"job_type": "sample_echo", "queue": "nowhere"}, 422, "queue"),
        ({"job_type": "sample_staff_only"}, 403, "job_type"),
        ({"job_type": "sample_echo", "priority": "urgent"}, 403, "job_type"),
        (
            {"job_type": "modify_canvas", "request_data": {"instructions": "add X", "canvas_id": str(uuid.uuid4())}},
            404,
            "request_data",
        ),
    ],
)
def test_if_one_is_wrong_none_is_made_and_it_is_named(
    engine: Engine, guest: Caller, wrong: dict[str, Any], status: int, field: str
) -> None:
    good = {"job_type": "sample_echo"}
    problem = assert_problem(guest("POST", "/api/jobs/bulk", {"jobs": [good, good, wrong, good]}), status)
    assert list(problem["errors"]["jobs"]) == ["2"]
    assert field in problem["errors"]["jobs"]["2"]
    assert engine.count("true") == 0
