"""What staff see of everybody's credit, plans and budgets, and what the audit tells of their changes."""

from __future__ import annotations

import random
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest
from flask import Flask

from backend.billing import credits
from tests.billing.conftest import Books
from tests.billing.people import body_of, id_of, staff_of
from tests.clients import Browser, Program, new_program

LIST = "/api/staff/credits"


def walk(person: Program, path: str, limit: int = 2) -> list[dict[str, Any]]:
    """Every item of a paged list."""
    found: list[dict[str, Any]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = body_of(
            person, f"{path}{'&' if '?' in path else '?'}limit={limit}" + (f"&cursor={cursor}" * bool(cursor))
        )
        assert len(page["items"]) <= limit
        found += page["items"]
        cursor = page["next_cursor"]
    return found


def of(staff: Program, user_id: uuid.UUID) -> dict[str, Any]:
    """The one line of a person."""
    (found,) = body_of(staff, f"{LIST}?q={user_id}")["items"]
    return dict(found)


def audited(staff: Program, target: object) -> list[tuple[str, dict[str, Any]]]:
    """What was done to somebody, the oldest first."""
    items = body_of(staff, f"/api/staff/audit?target={target}")["items"]
    return [(item["action"], item["details"]) for item in reversed(items) if item["action"] != "account.role"]


@pytest.mark.parametrize("role", [None, "staff_readonly", "staff"])
def test_staff_of_both_kinds_look_and_others_do_not(app: Flask, role: str | None) -> None:
    somebody = id_of(new_program(app))
    person = new_program(app) if role is None else staff_of(app, role)
    for path in (LIST, f"{LIST}/{somebody}", f"{LIST}/{somebody}/entries", f"{LIST}/{id_of(person)}"):
        assert person.get(path).status_code == (403 if role is None else 200), path
        assert app.test_client().get(path).status_code == 401


def test_every_person_is_listed_once_while_others_sign_up(app: Flask) -> None:
    staff = staff_of(app)
    there = {str(id_of(new_program(app))) for _ in range(4)} | {str(id_of(staff))}
    seen: list[str] = []
    cursor = ""
    while True:
        page = body_of(staff, f"{LIST}?limit=2{cursor}")
        seen += [item["user_id"] for item in page["items"]]
        new_program(app)  # moves every later line one place on
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert len(seen) == len(set(seen)) == 5
    assert set(seen) == there
    assert seen == sorted(seen, reverse=True)


def test_balances_reservations_and_use_are_the_sums_of_the_ledger(app: Flask, books: Books) -> None:
    staff = staff_of(app)
    draw = random.Random(7)
    with books.connect() as connection:
        for _ in range(4):
            user_id = books.person(connection, guest=False)
            for _ in range(6):
                job_id = books.job(connection, user_id)
                credits.reserve(connection, user_id, job_id, draw.randint(1, 60))
                books.call(connection, user_id, job_id, draw.randint(1, 80), cost=draw.randint(0, 5000))
                after = draw.choice([credits.settle, credits.release, None])
                if after is not None:
                    after(connection, user_id, job_id)
        old = books.call(connection, user_id, job_id, 4000, cost=0)
        connection.execute("UPDATE ai_operation SET at = at - interval '40 days' WHERE id = %s", (old,))
        for line in walk(staff, LIST):
            if line["user_id"] == str(id_of(staff)):
                continue
            held, used = (
                connection.execute(query, (line["user_id"],)).fetchone()
                for query in (
                    "SELECT coalesce(sum(tokens), 0) FROM credit_hold WHERE user_id = %s",
                    "SELECT count(*), sum(tokens_in + tokens_out), sum(cost) FROM ai_operation "
                    "WHERE user_id = %s AND at >= date_trunc('month', now(), 'UTC')",
                )
            )
            assert held and used
            entries = walk(staff, f"{LIST}/{line['user_id']}/entries", limit=5)
            assert line["balance"] == sum(entry["amount"] for entry in entries) == entries[0]["balance"]
            assert line["reserved"] == held[0]
            month = line["month"]
            assert (month["calls"], month["tokens_in"] + month["tokens_out"]) == (used[0], used[1])
            assert round(month["usd"] * 1_000_000) == used[2] == round(line["budgets"][1]["spent"] * 1_000_000)
            total = 0
            for entry in reversed(entries):
                total += entry["amount"]
                assert entry["balance"] == total


def test_a_page_of_many_people_takes_no_more_statements_than_one_of_few(
    app: Flask, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff = staff_of(app)
    counted: list[str] = []
    execute = psycopg.Cursor.execute

    def count(cursor: Any, query: Any, *rest: Any, **options: Any) -> Any:
        counted.append(str(query))
        return execute(cursor, query, *rest, **options)

    monkeypatch.setattr(psycopg.Cursor, "execute", count)

    def statements(path: str) -> int:
        counted.clear()
        body_of(staff, path)
        return len(counted)

    few = statements(f"{LIST}?limit=100")
    with books.connect() as connection:
        for _ in range(40):
            user_id = books.person(connection, guest=False)
            credits.open_account(connection, user_id)
            for number in range(3):
                credits.book(connection, user_id, "purchase", 5, f"{number}")
        entries = f"{LIST}/{user_id}/entries?limit="
    assert len(body_of(staff, f"{LIST}?limit=100")["items"]) == 41
    assert statements(f"{LIST}?limit=100") == few
    assert statements(entries + "4") == statements(entries + "1")


def test_who_has_not_begun_has_what_they_will_begin_with(app: Flask, books: Books) -> None:
    staff, person, browser = staff_of(app), new_program(app), Browser(app)
    guest = browser.enter_as_guest()["id"]
    assert [of(staff, id_of(person))["balance"], of(staff, guest)["balance"]] == [1000, 400]
    assert body_of(person, "/api/usage")["balance"] == of(staff, id_of(person))["balance"]
    with books.connect() as connection:
        accounts = connection.execute("SELECT user_id::text FROM credit_account").fetchall()
        assert accounts == [(str(id_of(person)),)], "looking at the list opens no account"
    assert (browser.get("/api/usage").json or {})["balance"] == 400
    browser.sign_up()
    assert of(staff, guest)["balance"] == 1000 == (browser.get("/api/usage").json or {})["balance"]


def test_people_are_found_by_name_address_and_id_and_signs_mean_themselves(app: Flask, books: Books) -> None:
    staff = staff_of(app)
    with books.connect() as connection:
        for name in ("Zoë 100%", "Zo_e", "Zoxe"):
            user_id = books.person(connection, guest=False)
            connection.execute("UPDATE app_user SET name = %s WHERE id = %s", (name, user_id))

    def found(q: str) -> list[str]:
        answer = staff.get(LIST, query_string={"q": q})
        assert answer.status_code == 200, answer.text
        return sorted(item["name"] for item in (answer.json or {})["items"])

    assert found("zo") == ["Zo_e", "Zoxe", "Zoë 100%"]
    assert found("ZOË") == ["Zoë 100%"]
    assert found("%") == ["Zoë 100%"]
    assert found("_") == ["Zo_e"]
    assert found(f"{user_id}@EXAMPLE") == found(str(user_id).upper()) == ["Zoxe"]
    assert found("nobody at all") == []
    for wrong in ("limit=0", "limit=101", "cursor=x", "needs=money", "q=", f"q={'x' * 300}"):
        answer = staff.get(f"{LIST}?{wrong}")
        assert answer.status_code == 422, wrong
        assert answer.content_type == "application/problem+json"
        assert (answer.json or {})["errors"], wrong


def test_who_needs_something_is_found(app: Flask, books: Books) -> None:
    staff = staff_of(app)
    person, poor, late, spender, favoured = (id_of(new_program(app)) for _ in range(5))
    with books.connect() as connection:
        credits.reserve(connection, poor, books.job(connection, poor), 950)
        books.call(connection, spender, books.job(connection, spender), 1, cost=850_000)
        books.call(connection, favoured, books.job(connection, favoured), 1, cost=850_000)
    for user_id, renewal in ((late, "none"), (person, "monthly")):
        plan = {"name": "Team", "ends_at": "2024-01-31T00:00:00Z", "renewal": renewal}
        staff.send("PUT", f"/api/staff/plans/{user_id}", json=plan)
    staff.send("PUT", "/api/staff/budgets", json={"user_id": str(favoured), "day": 5.0})

    def who(needs: str) -> list[str]:
        return [line["user_id"] for line in walk(staff, f"{LIST}?needs={needs}", limit=1)]

    assert who("low_credit") == [str(poor)]
    assert who("ended_plan") == [str(late)]  # the other one has renewed itself
    assert who("used_budget") == [str(spender)]
    assert who("own_budget") == [str(favoured)]
    assert of(staff, person)["plan"]["ends_at"] == body_of(staff, f"{LIST}/{person}")["plan"]["ends_at"]
    assert of(staff, late)["plan"]["expired"] is True
    shares = [(budget["share"], budget["set_by_staff"]) for budget in of(staff, favoured)["budgets"]]
    assert shares == [(0.17, True), (0.0425, False)]


def test_a_budget_without_limit_has_no_share_and_of_nothing_all_is_gone(app: Flask) -> None:
    staff, person = staff_of(app), new_program(app)
    user_id = str(id_of(person))
    staff.send("PUT", "/api/staff/budgets", json={"user_id": user_id, "day": None, "month": 0})
    for budgets in (of(staff, id_of(person))["budgets"], body_of(person, "/api/usage")["budgets"]):
        assert [(budget["amount"], budget["share"]) for budget in budgets] == [(None, None), (0.0, 1.0)]


def test_a_person_is_shown_with_the_entries_and_who_granted_what(app: Flask, books: Books) -> None:
    staff, person = staff_of(app), new_program(app)
    user_id = id_of(person)
    staff.post("/api/staff/credits", json={"user_id": str(user_id), "tokens": 500, "note": "Sorry"})
    with books.connect() as connection:
        left = books.job(connection, user_id)
        credits.reserve(connection, user_id, left, 100)
        books.call(connection, user_id, left, 30)
        connection.execute("DELETE FROM ai_job WHERE id = %s", (left,))  # its handler will not settle it any more
    account = body_of(staff, f"{LIST}/{user_id}")
    assert (account["billing"], account["balance"], account["reserved"]) == (True, 1470, 0)
    assert account["user_id"] == str(user_id)
    entries = walk(staff, f"{LIST}/{user_id}/entries")
    assert [(entry["kind"], entry["amount"], entry["balance"]) for entry in entries] == [
        *(("use", -30, 1470), ("release", 100, 1500), ("reservation", -100, 1400)),
        *(("staff_grant", 500, 1500), ("sign_up_grant", 1000, 1000)),
    ]
    assert (entries[3]["actor_name"], entries[3]["note"]) == ("Program", "Sorry")
    assert entries[0]["job_id"] == str(left)
    nobody = uuid.uuid4()
    assert {staff.get(f"{LIST}/{nobody}{end}").status_code for end in ("", "/entries")} == {404}
    assert "actor_id" not in body_of(person, "/api/usage/entries")["items"][0]


def test_the_audit_tells_what_was_before_and_after_and_nothing_of_what_stayed(app: Flask) -> None:
    staff, person = staff_of(app), new_program(app)
    user_id = str(id_of(person))
    email = body_of(person, "/api/auth/me")["email"]
    body_of(person, "/api/usage")
    for _ in range(2):
        grant = {"user_id": user_id, "tokens": 500, "note": "Welcome"}
        staff.post("/api/staff/credits", json=grant, headers={"Idempotency-Key": "one"})
    for name in ("Team", "Team", "Club"):
        plan = {"name": name, "starts_at": "2026-01-01T00:00:00Z", "ends_at": "2026-02-01T00:00:00Z"}
        assert staff.send("PUT", f"/api/staff/plans/{user_id}", json=plan).status_code == 200
    for status in (204, 404):
        assert staff.send("DELETE", f"/api/staff/plans/{user_id}").status_code == status
    first = {"begins": "2026-01-01 00:00 UTC", "ends": "2026-02-01 00:00 UTC", "renewal": "none"}
    assert audited(staff, user_id) == [
        (
            "user.grant_credit",
            {"name": email, "tokens": 500, "before": 1000, "after": 1500, "reason": "Welcome"},
        ),
        ("user.give_plan", {"name": email, "after": {"plan": "Team", **first}}),
        ("user.give_plan", {"name": email, "before": {"plan": "Team", **first}, "after": {"plan": "Club", **first}}),
        ("user.remove_plan", {"name": email, "before": {"plan": "Club", **first}}),
    ]


def test_the_audit_tells_of_budgets_only_the_periods_that_changed(app: Flask) -> None:
    staff, person = staff_of(app), new_program(app)
    user_id = str(id_of(person))
    email = body_of(person, "/api/auth/me")["email"]
    for target, whose in ((user_id, email), (None, "the installation")):
        for change in ({"day": 2.5}, {"day": 2.5}, {"month": None}, {"reset": ["day"]}, {"reset": ["day"]}, {}):
            answer = staff.send("PUT", "/api/staff/budgets", json={"user_id": target, **change})
            assert answer.status_code == 200, answer.text
        default = (answer.json or {})["budgets"][0]["amount"]
        assert audited(staff, target or "all") == [
            (
                "budget.change",
                {"name": whose, "before": {"day": f"${default:g} by the settings"}, "after": {"day": "$2.50"}},
            ),
            (
                "budget.change",
                {"name": whose, "before": {"month": "$20 by the settings"}, "after": {"month": "no limit"}},
            ),
            (
                "budget.change",
                {"name": whose, "before": {"day": "$2.50"}, "after": {"day": f"${default:g} by the settings"}},
            ),
        ]


def test_of_changes_at_once_each_found_what_the_one_before_left(app: Flask) -> None:
    staff, user_id = staff_of(app), str(id_of(new_program(app)))
    callers = [Program(app, staff.token) for _ in range(4)]

    def change(number: int) -> None:
        caller = callers[number % 4]
        caller.send("PUT", "/api/staff/budgets", json={"user_id": user_id, "day": 2.0 + number})
        caller.send("PUT", f"/api/staff/plans/{user_id}", json={"name": f"Plan {number}"})

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(change, range(12)))
    for action, first in (("budget.change", {"day": "$1 by the settings"}), ("user.give_plan", None)):
        told = [details for name, details in audited(staff, user_id) if name == action]
        before, after = ({str(details.get(side)) for details in told} for side in ("before", "after"))
        assert len(before) == len(after) == len(told) == 12  # no two began at the same
        assert before - after == {str(first)}


def test_without_billing_there_are_no_balances_and_budgets_hold(free: Flask, database_url: str) -> None:
    staff, person = staff_of(free), new_program(free)
    user_id = str(id_of(person))
    staff.send("PUT", "/api/staff/budgets", json={"user_id": user_id, "day": 0.5})
    assert body_of(staff, "/api/staff/usage")["billing"] is False
    line = of(staff, id_of(person))
    assert (line["balance"], line["budgets"][0]["amount"]) == (None, 0.5)
    assert body_of(staff, f"{LIST}/{user_id}")["billing"] is False
    assert body_of(staff, f"{LIST}/{user_id}/entries") == {"items": [], "next_cursor": None}
    assert body_of(staff, f"{LIST}?needs=low_credit")["items"] == []
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT FROM credit_account").rowcount == 0
