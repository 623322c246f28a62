"""Jobs over HTTP."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

import psycopg
import pytest
from flask import Flask

from backend.extensions import socketio
from backend.live import sockets
from tests.jobs.callers import Caller, assert_problem, new_guest, with_role
from tests.jobs.engine import Engine


def test_a_job_is_made_looked_at_and_its_result_fetched(engine: Engine, guest: Caller) -> None:
    answer = guest("POST", "/api/jobs", {"job_type": "sample_echo", "request_data": {"name": "n"}, "tags": ["t"]})
    assert answer.status_code == 202
    accepted = answer.json
    job = f"/api/jobs/{accepted['job_id']}"
    assert answer.headers["Location"] == accepted["status_url"] == job
    assert (accepted["result_url"], accepted["events_url"]) == (f"{job}/result", f"{job}/events")
    assert (accepted["success"], accepted["status"]) == (True, "queued")
    waiting = assert_problem(guest("GET", f"{job}/result"), 409)
    assert (waiting["code"], waiting["job_status"]) == ("not_finished", "queued")
    engine.drain()
    detail = guest("GET", job).json
    assert (detail["status"], detail["progress"], detail["attempt"], detail["last_seq"]) == ("completed", 100, 1, 3)
    assert detail["request_data"]["name"] == "n"
    assert [attempt["outcome"] for attempt in detail["attempts"]] == ["completed"]
    assert guest("GET", f"{job}/result").json["result"]["name"] == "n"
    assert "error" not in detail


def test_a_failed_job_says_why_and_hides_what_is_inside_from_its_owner(
    engine: Engine, guest: Caller, staff: Caller
) -> None:
    job = guest(
        "POST", "/api/jobs", {"job_type": "sample_fail", "request_data": {"times": 9, "code": "bug"}, "max_attempts": 1}
    )
    url = job.json["status_url"]
    engine.drain()
    problem = assert_problem(guest("GET", f"{url}/result"), 409)
    assert problem["code"] == "job_failed"
    assert problem["error"]["code"] == "unexpected"
    owned, seen = guest("GET", url), staff("GET", url)
    assert "secret inner detail" not in owned.text
    assert owned.json["error"]["correlation_id"]
    assert "secret inner detail" in seen.json["attempts"][0]["traceback"]


def test_a_queued_job_is_cancelled_at_once_and_only_once(engine: Engine, guest: Caller) -> None:
    url = guest("POST", "/api/jobs", {"job_type": "sample_echo"}).json["status_url"]
    answer = guest("DELETE", url)
    assert (answer.status_code, answer.json["status"]) == (202, "cancelled")
    assert assert_problem(guest("DELETE", url), 409)["code"] == "already_cancelled"
    assert assert_problem(guest("GET", f"{url}/result"), 409)["code"] == "job_cancelled"
    engine.drain()
    assert guest("GET", url).json["attempt"] == 0


def test_a_running_job_is_asked_to_stop_and_says_so(engine: Engine, guest: Caller) -> None:
    url = guest("POST", "/api/jobs", {"job_type": "sample_wait", "request_data": {"seconds": 60}}).json["status_url"]
    job_id = uuid.UUID(url.rsplit("/", 1)[1])
    ((_, token),) = engine.claim()
    answer = guest("DELETE", url)
    assert (answer.status_code, answer.json["status"]) == (202, "processing")
    assert guest("GET", url).json["cancel_requested"] is True
    assert assert_problem(guest("DELETE", url), 409)["code"] == "cancel_requested"
    engine.connection.execute(
        "UPDATE ai_job SET status = 'completed', completed_at = now(), claim_token = NULL, worker_id = NULL, "
        "lease_until = NULL WHERE id = %s AND claim_token = %s",
        (job_id, token),
    )
    assert assert_problem(guest("DELETE", url), 409)["code"] == "already_finished"


def test_the_idempotency_key_is_a_header(guest: Caller) -> None:
    body = {"job_type": "sample_echo", "request_data": {"name": "a"}}
    first, again = (guest("POST", "/api/jobs", body, Idempotency_Key="k-1") for _ in range(2))
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json["job_id"] == again.json["job_id"]
    other = {"job_type": "sample_echo", "request_data": {"name": "b"}}
    assert (
        assert_problem(guest("POST", "/api/jobs", other, Idempotency_Key="k-1"), 409)["job_id"] == first.json["job_id"]
    )
    assert_problem(guest("POST", "/api/jobs", body, Idempotency_Key="k" * 201), 422)


@pytest.mark.parametrize(
    "option",
    [
        {"priority": "high"},
        {"queue": "reports"},
        {"run_at": "2030-01-01T00:00:00Z"},
        {"expires_at": "2030-01-01T00:00:00Z"},
        {"tags": ["a"]},
        {"max_attempts": 2},
    ],
)
def test_the_same_key_with_another_option_is_another_request(guest: Caller, option: dict[str, Any]) -> None:
    body = {"job_type": "sample_echo", "request_data": {"name": "a"}}
    plain = guest("POST", "/api/jobs", body, Idempotency_Key="k-1")
    assert_problem(guest("POST", "/api/jobs", {**body, **option}, Idempotency_Key="k-1"), 409)
    said = {**body, "priority": "normal", "tags": []}  # what it is anyway
    assert guest("POST", "/api/jobs", said, Idempotency_Key="k-1").json["job_id"] == plain.json["job_id"]
    first, again = (guest("POST", "/api/jobs", {**body, **option}, Idempotency_Key="k-2") for _ in range(2))
    assert first.json["job_id"] == again.json["job_id"] != plain.json["job_id"]
    assert_problem(guest("POST", "/api/jobs", body, Idempotency_Key="k-2"), 409)


def test_a_list_shows_ones_own_jobs_page_by_page(guest: Caller, app: Flask) -> None:
    made = [guest("POST", "/api/jobs", {"job_type": "sample_echo"}).json["job_id"] for _ in range(5)]
    new_guest(app)("POST", "/api/jobs", {"job_type": "sample_echo"})
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = guest("GET", f"/api/jobs?limit=2&cursor={cursor}").json
        assert len(page["items"]) <= 2
        seen += [job["job_id"] for job in page["items"]]
        cursor = page["next_cursor"]
    assert seen == made[::-1]


def test_a_list_is_filtered(engine: Engine, guest: Caller) -> None:
    guest("POST", "/api/jobs", {"job_type": "sample_echo", "tags": ["red"]})
    engine.drain()
    guest("POST", "/api/jobs", {"job_type": "sample_other_queue", "tags": ["blue", "red"]})
    before = "2020-01-01T00:00:00Z"
    counts = {
        "": 2,
        "status=completed": 1,
        "status=completed,queued": 2,
        "status=failed": 0,
        "type=sample_echo": 1,
        "queue=reports": 1,
        "tag=red": 2,
        "tag=blue": 1,
        "q=OTHER": 1,
        "q=%25": 0,
        f"since={before}": 2,
        f"until={before}": 0,
        f"canvas_id={uuid.uuid4()}": 0,
    }
    assert {query: len(guest("GET", f"/api/jobs?{query}").json["items"]) for query in counts} == counts


def test_staff_see_everybodys_jobs_and_read_only_staff_cannot_touch_them(
    engine: Engine, guest: Caller, staff: Caller, app: Flask
) -> None:
    reader = with_role(engine, new_guest(app), "staff_readonly")
    mine, theirs = (caller("POST", "/api/jobs", {"job_type": "sample_echo"}).json for caller in (staff, guest))
    for caller in (staff, reader):
        assert {job["job_id"] for job in caller("GET", "/api/jobs").json["items"]} == {mine["job_id"], theirs["job_id"]}
        only = caller("GET", f"/api/jobs?user={guest.user_id}").json["items"]
        assert [job["job_id"] for job in only] == [theirs["job_id"]]
        assert caller("GET", theirs["status_url"]).status_code == 200
    assert_problem(guest("GET", f"/api/jobs?user={staff.user_id}"), 403)
    assert_problem(reader("DELETE", theirs["status_url"]), 403)
    assert_problem(reader("POST", "/api/jobs", {"job_type": "diagnostic_noop"}), 403)
    assert staff("DELETE", theirs["status_url"]).status_code == 202


def test_somebody_elses_job_looks_like_none(guest: Caller, app: Flask) -> None:
    job = guest("POST", "/api/jobs", {"job_type": "sample_echo"}).json
    stranger = new_guest(app)
    for method, path in (("GET", ""), ("GET", "/result"), ("DELETE", "")):
        foreign = assert_problem(stranger(method, job["status_url"] + path), 404)
        unknown = assert_problem(stranger(method, f"/api/jobs/{uuid.uuid4()}{path}"), 404)
        assert foreign["detail"] == unknown["detail"]
    answer = stranger("POST", "/api/jobs/bulk-status", {"ids": [job["job_id"]]}).json
    assert answer == {"items": [], "missing": [job["job_id"]]}


def test_many_jobs_are_asked_for_at_once(guest: Caller) -> None:
    ids = [guest("POST", "/api/jobs", {"job_type": "sample_echo"}).json["job_id"] for _ in range(3)]
    unknown = str(uuid.uuid4())
    answer = guest("POST", "/api/jobs/bulk-status", {"ids": [*ids, unknown, ids[0]]}).json
    assert [job["job_id"] for job in answer["items"]] == ids
    assert answer["missing"] == [unknown]
    assert_problem(guest("POST", "/api/jobs/bulk-status", {"ids": [str(uuid.uuid4()) for _ in range(101)]}), 422)


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        {},
        {"job_type": 5},
        {"job_type": "nothing"},
        {"job_type": "sample_echo", "request_data": []},
        {"job_type": "sample_echo", "request_data": {"name": {}}},
        {"job_type": "sample_echo", "request_data": {"name": "a\x00"}},
        {"job_type": "sample_echo", "request_data": {"name": "\ud800"}},
        {"job_type": "sample_echo", "priority": "extreme"},
        {"job_type": "sample_echo", "queue": "nowhere"},
        {"job_type": "sample_echo", "run_at": "tomorrow"},
        {"job_type": "sample_echo", "run_at": "2030-01-01T00:00:00"},
        {"job_type": "sample_echo", "max_attempts": 2**40},
        {"job_type": "sample_echo", "tags": "a"},
        {"job_type": "sample_echo", "extra": 1},
    ],
)
def test_a_wrong_body_is_refused_and_leaves_no_row(engine: Engine, guest: Caller, body: Any) -> None:
    answer = guest("POST", "/api/jobs", body)
    assert answer.status_code in (400, 415, 422)
    assert_problem(answer, answer.status_code)
    assert engine.count("true") == 0


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=-1",
        "limit=101",
        "limit=x",
        "limit=99999999999999999999",
        "cursor=broken",
        "cursor=%F0%9F%98%80",
        "status=gone",
        "since=yesterday",
        "user=1",
        "canvas_id=1",
        "q=%00",
        "tag=%0A",
    ],
)
def test_a_wrong_query_is_refused(guest: Caller, query: str) -> None:
    answer = guest("GET", f"/api/jobs?{query}")
    assert answer.status_code in (400, 422)
    assert_problem(answer, answer.status_code)


def test_an_id_that_is_none_is_not_found(guest: Caller) -> None:
    for path in ("/api/jobs/5", "/api/jobs/not-a-uuid/result", "/api/jobs/" + "f" * 200):
        assert_problem(guest("GET", path), 404)


def test_nobody_signed_in_is_told_to(app: Flask) -> None:
    client = app.test_client(use_cookies=False)
    for answer in (client.get("/api/jobs"), client.post("/api/jobs", json={"job_type": "sample_echo"})):
        assert_problem(answer, 401)


def test_diagnostic_jobs_do_what_they_are_told(engine: Engine, staff: Caller) -> None:
    sleep = {"seconds": 0.5, "steps": 2, "fail_attempts": 1, "payload_bytes": 1000}
    job = staff("POST", "/api/jobs", {"job_type": "diagnostic_sleep", "request_data": sleep}).json
    noop = staff("POST", "/api/jobs", {"job_type": "diagnostic_noop"}).json
    with engine.worker():
        engine.until_status(uuid.UUID(job["job_id"]))
        engine.until_status(uuid.UUID(noop["job_id"]))
    result = staff("GET", job["result_url"]).json["result"]
    assert (result["slept"], result["attempt"], len(result["payload"])) == (0.5, 2, 1000)
    types = engine.event_types(uuid.UUID(job["job_id"]))
    assert types == ["queued", "processing", "retrying", "processing", "progress", "progress", "completed"]
    for wrong in (
        {"seconds": 3601},
        {"seconds": -1},
        {"seconds": 1, "steps": 1001},
        {"seconds": 1, "payload_bytes": 10**9},
        {},
    ):
        assert_problem(staff("POST", "/api/jobs", {"job_type": "diagnostic_sleep", "request_data": wrong}), 422)


def test_every_route_is_in_the_served_document(app: Flask) -> None:
    answer: Any = app.test_client().get("/api/openapi.json")
    paths = answer.json["paths"]
    assert set(paths["/api/jobs"]) >= {"get", "post"}
    assert set(paths["/api/jobs/{job_id}"]) >= {"get", "delete"}
    assert "post" in paths["/api/jobs/bulk-status"]
    assert "409" in paths["/api/jobs/{job_id}/result"]["get"]["responses"]
    headers = [
        parameter["name"] for parameter in paths["/api/jobs"]["post"]["parameters"] if parameter["in"] == "header"
    ]
    assert headers == ["Idempotency-Key", "Cache-Control"]


@pytest.mark.parametrize(
    ("does", "says"),
    [
        ("PERFORM pg_terminate_backend(pg_backend_pid())", "cannot be reached"),
        ("RAISE SQLSTATE '40P01'", "Somebody else"),
    ],
)
def test_a_connection_lost_under_the_engines_own_statement_is_a_503_to_try_again(
    engine: Engine, guest: Caller, does: str, says: str
) -> None:
    engine.connection.execute(
        f"""
        CREATE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {does}; RETURN NULL; END $$;
        CREATE TRIGGER trouble BEFORE INSERT ON ai_job EXECUTE FUNCTION trouble();
        """
    )
    answer = guest("POST", "/api/jobs", {"job_type": "sample_echo"})
    problem = assert_problem(answer, 503)
    assert (problem["code"], answer.headers["Retry-After"]) == ("unavailable", "2")
    assert says in problem["detail"]
    engine.connection.execute("DROP TRIGGER trouble ON ai_job")
    assert guest("POST", "/api/jobs", {"job_type": "sample_echo"}).status_code == 202, "the next one is fine"


def test_a_socket_message_that_loses_its_connection_says_so(
    app: Flask, guest: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = socketio.test_client(app, auth={"token": guest.token})

    def lost(*_: Any) -> None:
        raise psycopg.OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr(sockets, "visible_job", lost)
    answer: Any = page.emit("job:watch", {"job_id": str(uuid.uuid4())}, callback=True)
    assert answer["code"] == "unavailable"


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
def test_a_list_may_be_asked_for_from_a_time_that_is_out_of_this_world(guest: Caller, moment: str) -> None:
    for name in ("since", "until"):
        answer = guest("GET", f"/api/jobs?{urlencode({name: moment})}")
        assert answer.status_code in (200, 422), answer.text
    body = {"job_type": "sample_echo", "expires_at": moment}
    assert_problem(guest("POST", "/api/jobs", body), 422)
    assert_problem(guest("POST", "/api/jobs/bulk", {"jobs": [body]}), 422)
    assert_problem(guest("POST", "/api/jobs/batch", {"jobs": [body]}), 422)
