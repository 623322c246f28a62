"""Usage, credit, plans and budgets over HTTP: what one sees of oneself, and what staff do for others."""

from __future__ import annotations

import uuid
from typing import Any

import psycopg
import pytest
from flask import Flask

from tests.billing.conftest import Books
from tests.billing.people import body_of, id_of, staff_of
from tests.clients import new_program


def test_usage_shows_credit_and_what_was_used_by_day_and_type(app: Flask, books: Books) -> None:
    person = new_program(app)
    user_id = id_of(person)
    assert body_of(person, "/api/usage")["balance"] == 1000
    with books.connect() as connection:
        job_id = books.job(connection, user_id)
        books.call(connection, user_id, job_id, 30, cost=1500)
        books.call(connection, user_id, job_id, 7, success=False, error_code="provider_timeout")
        books.call(connection, user_id, job_id, 0, cached=True, saved=900)
        books.call(connection, books.person(connection), job_id, 5000)  # somebody else's

    body = body_of(person, "/api/usage?days=7")
    sums = {"calls": 3, "failed": 1, "cached": 1, "tokens_in": 0, "tokens_out": 37, "usd": 0.0015, "saved_usd": 0.0009}
    assert body["total"] == sums
    assert body["by_type"] == [{"operation": "generate_prompt", **sums}]
    assert len(body["by_day"]) == 7
    assert {key: value for key, value in body["by_day"][-1].items() if key != "day"} == sums
    assert body["by_day"][0]["calls"] == 0
    assert [budget["amount"] for budget in body["budgets"]] == [1.0, 20.0]
    assert [budget["spent"] for budget in body["budgets"]] == [0.0015, 0.0015]


def test_without_billing_there_is_no_balance_and_everything_is_counted(free: Flask, database_url: str) -> None:
    person = new_program(free)
    body = body_of(person, "/api/usage")
    assert (body["billing"], body["balance"]) == (False, None)
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT FROM credit_account").rowcount == 0


def test_calls_and_entries_are_paged(app: Flask, books: Books) -> None:
    person = new_program(app)
    user_id = id_of(person)
    body_of(person, "/api/usage")
    with books.connect() as connection:
        job_id = books.job(connection, user_id)
        for tokens in range(1, 6):
            books.call(connection, user_id, job_id, tokens)
        for number in range(4):
            connection.execute(
                "INSERT INTO credit_entry (user_id, kind, amount, key) VALUES (%s, 'purchase', 1, %s)",
                (user_id, str(number)),
            )
    for path, count in (("/api/usage/operations", 5), ("/api/usage/entries", 5)):
        seen: list[Any] = []
        cursor: str | None = ""
        while cursor is not None:
            page = body_of(person, f"{path}?limit=2" + (f"&cursor={cursor}" if cursor else ""))
            seen += [item["id"] for item in page["items"]]
            cursor = page["next_cursor"]
        assert len(seen) == len(set(seen)) == count
        for wrong in ("cursor=x", "limit=0", "limit=-1", "cursor=99999999999999999999"):
            assert person.get(f"{path}?{wrong}").status_code == 422


def test_staff_grant_once_by_a_key_and_the_person_sees_by_whom_it_came(app: Flask) -> None:
    staff, person = staff_of(app), new_program(app)
    user_id = str(id_of(person))
    for created in (True, False):
        answer = staff.post(
            "/api/staff/credits",
            json={"user_id": user_id, "tokens": 500, "note": "Welcome"},
            headers={"Idempotency-Key": "one"},
        )
        assert (answer.status_code, answer.json) == (201, {"balance": 1500, "created": created})
    other = {"user_id": user_id, "tokens": 501}
    refused = staff.post("/api/staff/credits", json=other, headers={"Idempotency-Key": "one"})
    assert (refused.status_code, (refused.json or {})["code"]) == (409, "idempotency_key_reused")
    assert body_of(person, "/api/usage")["balance"] == 1500
    entry = body_of(person, "/api/usage/entries")["items"][0]
    assert (entry["kind"], entry["amount"], entry["note"]) == ("staff_grant", 500, "Welcome")
    (audited,) = body_of(staff, f"/api/staff/audit?target={user_id}")["items"]
    assert audited["action"] == "user.grant_credit"


@pytest.mark.parametrize("role", [None, "staff_readonly"])
def test_who_is_no_staff_or_only_reads_gives_nothing(app: Flask, role: str | None) -> None:
    person = new_program(app) if role is None else staff_of(app, role)
    user_id = str(id_of(person))
    answers = [
        person.post("/api/staff/credits", json={"user_id": user_id, "tokens": 5}),
        person.send("PUT", f"/api/staff/plans/{user_id}", json={"name": "Free for ever"}),
        person.send("DELETE", f"/api/staff/plans/{user_id}"),
        person.send("PUT", "/api/staff/budgets", json={"day": None}),
    ]
    assert {answer.status_code for answer in answers} == {403}
    assert person.get("/api/staff/usage").status_code == (403 if role is None else 200)


def test_a_plan_is_given_renews_itself_and_ends(app: Flask) -> None:
    staff, person = staff_of(app), new_program(app)
    user_id = str(id_of(person))
    ended = {"name": "Team", "ends_at": "2024-01-31T00:00:00Z"}
    answer = staff.send("PUT", f"/api/staff/plans/{user_id}", json=ended)
    assert answer.status_code == 200
    assert body_of(person, "/api/usage")["plan"]["expired"] is True
    staff.send("PUT", f"/api/staff/plans/{user_id}", json={**ended, "renewal": "monthly"})
    plan = body_of(person, "/api/usage")["plan"]
    assert plan["expired"] is False
    assert plan["ends_at"] > "2026"
    assert staff.send("DELETE", f"/api/staff/plans/{user_id}").status_code == 204
    assert body_of(person, "/api/usage")["plan"] is None


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "credits", {"tokens": 5}),
        ("POST", "credits", {"user_id": "{id}", "tokens": 0}),
        ("POST", "credits", {"user_id": "{id}", "tokens": -5}),
        ("POST", "credits", {"user_id": "{id}", "tokens": 1.5}),
        ("POST", "credits", {"user_id": "{id}", "tokens": 10**30}),
        ("POST", "credits", {"user_id": "nobody", "tokens": 5}),
        ("PUT", "plans/{id}", {}),
        ("PUT", "plans/{id}", {"name": "x", "renewal": "monthly"}),
        ("PUT", "plans/{id}", {"name": "x", "ends_at": "yesterday"}),
        ("PUT", "plans/{id}", {"name": "x", "ends_at": "0001-01-01T00:00:00Z"}),
        ("PUT", "plans/{id}", {"name": "x", "starts_at": "2026-02-01T00:00:00Z", "ends_at": "2026-01-01T00:00:00Z"}),
        ("PUT", "budgets", {"day": -1}),
        ("PUT", "budgets", {"day": 1e300}),
        ("PUT", "budgets", {"day": "a lot"}),
        ("PUT", "budgets", {"reset": ["year"]}),
    ],
)
def test_nonsense_is_refused_with_a_reason(app: Flask, method: str, path: str, body: dict[str, Any]) -> None:
    staff = staff_of(app)
    user_id = str(id_of(staff))
    sent = {key: user_id if value == "{id}" else value for key, value in body.items()}
    answer = staff.send(method, f"/api/staff/{path.replace('{id}', user_id)}", json=sent)
    assert answer.status_code == 422, answer.text
    assert (answer.json or {})["errors"]


def test_nobody_of_that_id_is_not_found(app: Flask) -> None:
    staff, nobody = staff_of(app), str(uuid.uuid4())
    assert staff.post("/api/staff/credits", json={"user_id": nobody, "tokens": 5}).status_code == 404
    assert staff.send("PUT", f"/api/staff/plans/{nobody}", json={"name": "x"}).status_code == 404
    assert staff.send("PUT", "/api/staff/budgets", json={"user_id": nobody, "day": 1}).status_code == 404
    assert staff.get(f"/api/staff/credits/{nobody}").status_code == 404


def test_budgets_are_set_lifted_and_given_back_to_the_settings(app: Flask) -> None:
    staff, person = staff_of(app), new_program(app)
    for who in ({}, {"user_id": str(id_of(person))}):

        def change(who: dict[str, str] = who, **body: Any) -> list[float | None]:
            answer = staff.send("PUT", "/api/staff/budgets", json={**who, **body})
            assert answer.status_code == 200, answer.text
            return [budget["amount"] for budget in (answer.json or {})["budgets"]]

        assert change(day=2.5) == [2.5, 20.0]
        assert change(month=None) == [2.5, None]
        assert change(reset=["day", "month"]) == [1.0, 20.0]


def test_staff_see_what_everybody_has_used(app: Flask, books: Books) -> None:
    staff, person = staff_of(app), new_program(app)
    with books.connect() as connection:
        books.call(connection, id_of(person), books.job(connection, id_of(person)), 30, cost=2_000_000)
    body = body_of(staff, "/api/staff/usage")
    assert body["total"]["usd"] == 2.0
    assert [(line["user_id"], line["usd"]) for line in body["by_person"]] == [(str(id_of(person)), 2.0)]
    assert body["budgets"][0]["spent"] == 2.0


def test_the_cost_stands_on_the_jobs_page_and_what_the_cache_saved_in_its_statistics(app: Flask, books: Books) -> None:
    staff, person = staff_of(app), new_program(app)
    with books.connect() as connection:
        job_id = books.job(connection, id_of(person))
        assert "cost" not in body_of(person, f"/api/jobs/{job_id}")
        books.call(connection, id_of(person), job_id, 30, cost=4_000)
        connection.execute(
            "INSERT INTO ai_cache_use (job_type, kind) VALUES ('generate_prompt', 'hit'), ('other', 'hit')"
        )
    cost = body_of(person, f"/api/jobs/{job_id}")["cost"]
    assert (cost["calls"], cost["tokens_out"], cost["usd"]) == (1, 30, 0.004)
    stats = body_of(staff, "/api/cache/stats")
    assert {line["job_type"]: line["saved_usd"] for line in stats["types"]} == {"generate_prompt": 0.004, "other": 0.0}
    assert stats["saved_usd"] == 0.004
