"""Who did what: recorded with the action, by every way to act, told to staff alone, and kept for a time."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from flask import Flask

from backend.audit.retention import forget_entries
from backend.db import db
from backend.identity import OPERATOR
from backend.jobs import service
from tests.clients import Browser
from tests.jobs.callers import Caller, assert_problem, new_guest, with_role
from tests.jobs.commands import Run
from tests.jobs.engine import Engine


def entries(staff: Caller, **query: Any) -> list[dict[str, Any]]:
    found = staff("GET", "/api/staff/audit?" + "&".join(f"{name}={value}" for name, value in query.items()))
    assert found.status_code == 200, found.text
    items: list[dict[str, Any]] = found.json["items"]
    return items


def queued(caller: Caller, **options: Any) -> str:
    return str(caller("POST", "/api/jobs", {"job_type": "sample_echo", **options}).json["job_id"])


def test_what_is_done_to_a_job_is_told_with_who_did_it(engine: Engine, guest: Caller, staff: Caller) -> None:
    job = queued(guest)
    staff("PATCH", f"/api/jobs/{job}", {"priority": "high"})
    guest("DELETE", f"/api/jobs/{job}")
    staff("POST", f"/api/jobs/{job}/retry")
    guest("DELETE", f"/api/jobs/{job}")
    again = guest("POST", f"/api/jobs/{job}/run-again").json["job_id"]
    staff("POST", "/api/jobs/bulk-action", {"ids": [job], "action": "delete"})
    told = list(reversed(entries(staff, target=job)))
    assert [entry["action"] for entry in told] == [
        *("job.priority", "job.cancel", "job.retry", "job.cancel", "job.run_again", "job.delete")
    ]
    assert told[0]["details"] == {"before": "normal", "after": "high", "owner": str(guest.user_id)}
    assert told[0]["actor_id"] == str(staff.user_id) and told[0]["via"] == "token"
    assert told[1]["actor_id"] == str(guest.user_id) and "owner" not in told[1]["details"]
    assert told[4]["details"]["made"] == again
    assert told[5]["details"]["owners"] == [str(guest.user_id)]  # the job is gone, what was done stays said


def test_what_was_refused_or_changed_nothing_is_not_told(engine: Engine, guest: Caller, staff: Caller) -> None:
    job = queued(guest)
    assert_problem(guest("POST", f"/api/jobs/{job}/retry"), 409)
    guest("POST", "/api/jobs/bulk-action", {"ids": [job, str(uuid.uuid4())], "action": "retry"})
    assert_problem(guest("PATCH", f"/api/jobs/{job}", {"priority": "urgent"}), 403)
    staff("POST", "/api/queues/ai/resume")
    assert entries(staff) == []


def test_an_entry_stands_exactly_if_the_action_does(web: Flask, engine: Engine) -> None:
    job = engine.enqueue()
    service.cancel(db.session, OPERATOR, job.id)
    db.session.rollback()
    assert engine.connection.execute("SELECT count(*) FROM audit_entry").fetchone() == (0,)
    service.cancel(db.session, OPERATOR, job.id)
    db.session.commit()
    assert engine.connection.execute("SELECT count(*) FROM audit_entry").fetchone() == (1,)


def test_queues_limits_and_the_cache_are_told(engine: Engine, staff: Caller) -> None:
    for reason in ("The provider is down", "The provider is down", "Still down", None):
        staff("POST", "/api/queues/ai/pause", {"reason": reason})  # again for the same reason: nothing to tell
    for _ in range(2):
        staff("POST", "/api/queues/ai/resume")
    staff("PUT", "/api/staff/limits/queue/ai", {"slots": 3})
    staff("PUT", "/api/staff/limits/queue/ai", {"slots": 2})
    assert staff("DELETE", "/api/staff/limits/queue/ai").status_code == 204
    assert_problem(staff("DELETE", "/api/staff/limits/queue/ai"), 404)
    told = [(entry["action"], entry["targets"], entry["details"]) for entry in reversed(entries(staff))]
    assert told == [
        ("queue.pause", ["ai"], {"before": "running", "after": "paused", "reason": "The provider is down"}),
        ("queue.pause", ["ai"], {"before": "paused: The provider is down", "after": "paused", "reason": "Still down"}),
        ("queue.pause", ["ai"], {"before": "paused: Still down", "after": "paused"}),
        ("queue.resume", ["ai"], {"before": "paused", "after": "running"}),
        ("limit.set", ["queue:ai"], {"after": 3}),
        ("limit.set", ["queue:ai"], {"before": 3, "after": 2}),
        ("limit.remove", ["queue:ai"], {"before": 2}),
    ]


def test_the_command_line_is_told_as_such(engine: Engine, staff: Caller, flask_jobs: Run) -> None:
    job = engine.enqueue()
    flask_jobs("cancel", job.id)
    flask_jobs("pause", "ai", "--reason", "Night")
    flask_jobs("limit", "set", "queue", "ai", 1)
    told = entries(staff, via="command+line")
    assert [entry["action"] for entry in reversed(told)] == ["job.cancel", "queue.pause", "limit.set"]
    assert {(entry["actor_id"], entry["actor_name"]) for entry in told} == {(None, "operator")}


def test_jobs_that_the_command_line_makes_rescues_and_removes_are_told(
    engine: Engine, staff: Caller, flask_jobs: Run
) -> None:
    made = flask_jobs("enqueue", "sample_echo", "--user", str(staff.user_id)).output.strip()
    dead = engine.register()
    engine.claim(worker_id=dead)
    engine.connection.execute("UPDATE ai_worker SET heartbeat_at = heartbeat_at - interval '1 day'")
    engine.connection.execute("UPDATE ai_job SET lease_until = lease_until - interval '1 day'")
    flask_jobs("rescue")
    flask_jobs("rescue")  # nothing is left to rescue: nothing is told
    engine.connection.execute("UPDATE ai_job SET run_at = NULL, runnable = true")
    engine.drain()
    flask_jobs("cleanup", "--older-than", "0", "--yes", "--user", str(staff.user_id))
    flask_jobs("cleanup", "--older-than", "0", "--now", "--yes")
    flask_jobs("cleanup", "--older-than", "0", "--now", "--yes")
    told = list(reversed(entries(staff, via="command+line")))
    assert [(entry["action"], entry["target_type"]) for entry in told] == [
        ("job.enqueue", "job"),
        ("job.rescue", "job"),
        *[("history.clean_up", "jobs")] * 2,
    ]
    assert told[0]["targets"] == told[1]["targets"] == [made]
    assert told[0]["details"] == {"job_type": "sample_echo", "owner": str(staff.user_id)}
    assert told[3]["details"] == {"older_than_days": 0, "failed": False, "removed": 1}


def test_canvases_and_tokens_are_told(engine: Engine, guest: Caller, staff: Caller) -> None:
    canvas = guest("POST", "/api/canvases", {}).json["id"]
    guest("DELETE", f"/api/canvases/{canvas}")
    guest("POST", f"/api/canvases/{canvas}/restore")
    guest("POST", f"/api/canvases/{canvas}/restore")
    token = guest("POST", "/api/tokens", {"name": "robot", "scopes": ["read"]}).json
    guest("DELETE", f"/api/tokens/{token['id']}")
    assert [entry["action"] for entry in reversed(entries(staff, actor=guest.user_id))] == [
        *("canvas.delete", "canvas.restore", "token.make", "token.revoke")
    ]
    assert token["token"] not in staff("GET", "/api/staff/audit").text
    assert [entry["targets"] for entry in entries(staff, action="token.revoke")] == [[token["id"]]]


def test_sign_ins_of_staff_are_told_and_no_others(app: Flask, engine: Engine, staff: Caller) -> None:
    for role in ("user", "staff_readonly"):
        email = f"{role}@example.com"
        browser = Browser(app)
        browser.send("POST", "/api/auth/signup", json={"email": email, "password": "long enough"})
        engine.connection.execute("UPDATE app_user SET role = %s WHERE email = %s", (role, email))
        assert (
            browser.send("POST", "/api/auth/login", json={"email": email, "password": "long enough"}).status_code == 200
        )
    (told,) = entries(staff, action="account.sign_in")
    assert told["actor_role"] == "staff_readonly" and told["via"] == "session"


def test_who_fails_to_come_in_as_staff_is_told_of(app: Flask, engine: Engine, staff: Caller) -> None:
    browser = Browser(app)
    for email in ("boss@example.com", "nobody-special@example.com"):
        browser.send("POST", "/api/auth/signup", json={"email": email, "password": "long enough"})
    engine.connection.execute("UPDATE app_user SET role = 'staff' WHERE email = 'boss@example.com'")
    for email in ("boss@example.com", "nobody-special@example.com", "not-there@example.com"):
        wrong = browser.send("POST", "/api/auth/login", json={"email": email, "password": "a wrong guess"})
        assert assert_problem(wrong, 401)["code"] == "wrong_credentials"
    (told,) = entries(staff, action="account.sign_in_failed")
    assert told["details"] == {"email": "boss@example.com", "address": "203.0.113.7"}
    assert (told["actor_id"], told["actor_role"], told["via"]) == (None, "user", "session")


def test_roles_are_given_by_staff_and_told(app: Flask, engine: Engine, staff: Caller) -> None:
    browser = Browser(app)
    person: Any = browser.send(
        "POST", "/api/auth/signup", json={"email": "eve@example.com", "password": "long enough"}
    ).json
    path = f"/api/staff/users/{person['id']}"
    assert staff("PATCH", path, {"role": "staff_readonly"}).json["role"] == "staff_readonly"
    assert browser.send("GET", "/api/staff/users").status_code == 200
    assert browser.send("PATCH", path, json={"role": "staff"}).status_code == 403
    assert staff("PATCH", path, {"suspended": True}).json["suspended_at"]
    assert browser.send("GET", "/api/auth/me").status_code == 401
    assert staff("PATCH", path, {"suspended": False, "role": "user"}).json["suspended_at"] is None
    told = [(entry["action"], entry["details"]) for entry in reversed(entries(staff, target=person["id"]))]
    assert [action for action, _ in told] == ["account.role", "account.suspend", "account.role", "account.restore"]
    assert told[0][1] == {"email": "eve@example.com", "before": "user", "after": "staff_readonly"}


def test_somebody_who_can_undo_it_is_always_left(app: Flask, engine: Engine, guest: Caller, staff: Caller) -> None:
    path = f"/api/staff/users/{staff.user_id}"
    for change in ({"role": "user"}, {"suspended": True}):
        answer = staff("PATCH", path, change)
        assert answer.status_code == 409, answer.text
    assert staff("PATCH", f"/api/staff/users/{guest.user_id}", {"role": "staff"}).json["code"] == "guest"
    assert_problem(staff("PATCH", f"/api/staff/users/{uuid.uuid4()}", {"role": "staff"}), 404)
    assert_problem(staff("PATCH", path, {}), 422)
    assert_problem(staff("PATCH", path, {"role": "king"}), 422)


def test_read_only_staff_are_made_at_the_command_line(app: Flask, engine: Engine, staff: Caller) -> None:
    command = ["accounts", "create-staff", "--email", "look@example.com", "--password", "long enough", "--role"]
    assert app.test_cli_runner().invoke(args=[*command, "staff_readonly"]).exit_code == 0
    assert app.test_cli_runner().invoke(args=[*command, "staff"]).exit_code == 0
    told = entries(staff, action="account.role")
    assert [(entry["details"].get("before"), entry["details"]["after"]) for entry in reversed(told)] == [
        (None, "staff_readonly"),
        ("staff_readonly", "staff"),
    ]


def test_people_are_found_by_name_address_id_and_role(app: Flask, engine: Engine, guest: Caller, staff: Caller) -> None:
    Browser(app).send("POST", "/api/auth/signup", json={"email": "zoe@example.com", "password": "long enough"})
    for query in ("q=ZOE", "q=zoe@ex", "guests=false&role=user"):
        assert [each["email"] for each in staff("GET", f"/api/staff/users?{query}").json["items"]] == [
            "zoe@example.com"
        ]
    assert len(staff("GET", f"/api/staff/users?q={guest.user_id}").json["items"]) == 1
    first = staff("GET", "/api/staff/users?limit=2").json
    rest = staff("GET", f"/api/staff/users?limit=2&cursor={first['next_cursor']}").json
    assert len(first["items"]) + len(rest["items"]) == 4 and rest["next_cursor"] is None  # and the engine's own person


def test_the_audit_is_for_staff_and_pages(app: Flask, engine: Engine, guest: Caller, staff: Caller) -> None:
    jobs = [queued(guest) for _ in range(3)]
    for job in jobs:
        guest("DELETE", f"/api/jobs/{job}")
    assert_problem(guest("GET", "/api/staff/audit"), 403)
    reader = with_role(engine, new_guest(app), "staff_readonly")
    first = reader("GET", "/api/staff/audit?limit=2").json
    rest = reader("GET", f"/api/staff/audit?limit=2&cursor={first['next_cursor']}").json
    assert [entry["targets"] for entry in first["items"] + rest["items"]] == [[job] for job in reversed(jobs)]
    assert len(entries(reader, action="job")) == 3
    assert entries(reader, action="jo") == []
    for wrong in ("cursor=x", "limit=0", "actor=me", "via=telepathy", "since=yesterday"):
        assert_problem(reader("GET", f"/api/staff/audit?{wrong}"), 422)


def test_old_entries_are_forgotten(engine: Engine, guest: Caller, staff: Caller) -> None:
    guest("DELETE", f"/api/jobs/{queued(guest)}")
    guest("DELETE", f"/api/jobs/{queued(guest)}")
    engine.connection.execute(
        "UPDATE audit_entry SET at = at - %s WHERE id = (SELECT min(id::text)::uuid FROM audit_entry)",
        (timedelta(days=engine.settings.audit_days + 1),),
    )
    assert forget_entries(engine.connection, 100) == 1
    assert len(entries(staff)) == 1
