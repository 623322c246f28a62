"""Accounts come to be: by sign-up, as guests, and from guests."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from flask import Flask

from backend.accounts import service
from backend.accounts.models import User
from backend.db import db
from tests.clients import PASSWORD, Browser, unique_email
from tests.waiting import wait_until

LOCAL = {"REMOTE_ADDR": "127.0.0.1"}


def test_signing_up_signs_in_and_shows_who_one_is(app: Flask) -> None:
    browser = Browser(app)
    answer = browser.post("/api/auth/signup", json={"email": "Ann@example.com", "password": PASSWORD, "name": " Ann "})
    assert answer.status_code == 201
    assert answer.json is not None
    assert (answer.json["email"], answer.json["name"], answer.json["role"]) == ("Ann@example.com", "Ann", "user")
    assert answer.json["is_guest"] is False
    assert "token" not in answer.json
    me = browser.get("/api/auth/me").json
    assert me is not None
    assert me["id"] == answer.json["id"]
    assert browser.get("/api/session").json["user"] == me  # type: ignore[index]


def test_a_program_gets_its_token_in_the_same_call_without_cookie_or_csrf(app: Flask) -> None:
    client = app.test_client(use_cookies=False)
    body = {"email": unique_email(), "password": PASSWORD, "name": "Robot"}
    token = client.post("/api/auth/signup?token=1", json=body).json["token"]  # type: ignore[index]
    me = client.get("/api/auth/me", headers={"Authorization": f"Bearer {token}"})
    assert me.status_code == 200
    assert me.json["email"] == body["email"]  # type: ignore[index]
    guest = client.post("/api/auth/guest?token=1")
    assert guest.status_code == 201
    assert guest.json["token"].startswith("cc_")  # type: ignore[index]
    assert guest.json["id"] != me.json["id"]  # type: ignore[index]


@pytest.mark.parametrize("second", ["person@example.com", "PERSON@EXAMPLE.COM", " Person@example.com"])
def test_an_address_belongs_to_one_account_whatever_its_case(app: Flask, second: str) -> None:
    Browser(app).sign_up("person@example.com")
    answer = Browser(app).post("/api/auth/signup", json={"email": second.strip(), "password": PASSWORD})
    assert answer.status_code == 409
    assert answer.json["code"] == "email_taken"  # type: ignore[index]
    assert answer.content_type == "application/problem+json"


def test_a_wrong_field_is_named_and_nothing_is_made(app: Flask, database_url: str) -> None:
    wrong: list[tuple[str, Any]] = [
        ("email", "nobody"),
        ("email", "a@" + "b" * 250 + ".com"),
        ("email", 7),
        ("email", None),
        ("password", "short"),
        ("password", "x" * 201),
        ("password", 12345678),
        ("name", "   "),
        ("name", "x" * 101),
        ("admin", True),
    ]
    for field, value in wrong:
        body = {"email": "person@example.com", "password": PASSWORD, "name": "Person", field: value}
        answer = Browser(app).post("/api/auth/signup", json=body)
        assert answer.status_code == 422, (field, value)
        assert list(answer.json["errors"]) == [field]  # type: ignore[index]
    with psycopg.connect(database_url) as connection:
        assert connection.execute("SELECT count(*) FROM app_user").fetchone() == (0,)


def test_a_guest_who_signs_up_keeps_everything(app: Flask) -> None:
    browser = Browser(app)
    guest = browser.enter_as_guest()
    assert (guest["is_guest"], guest["email"], guest["role"]) == (True, None, "user")
    canvas = browser.post("/api/canvases", json={"name": "Kept"}).json["id"]  # type: ignore[index]
    account = browser.sign_up("was.guest@example.com")
    assert account["id"] == guest["id"]
    assert (account["is_guest"], account["name"]) == (False, "was.guest")
    assert browser.get(f"/api/canvases/{canvas}").json["name"] == "Kept"  # type: ignore[index]
    elsewhere = Browser(app)
    assert (
        elsewhere.post("/api/auth/login", json={"email": "was.guest@example.com", "password": PASSWORD}).status_code
        == 200
    )
    assert elsewhere.get(f"/api/canvases/{canvas}").status_code == 200


def test_signing_up_while_signed_in_makes_another_account(app: Flask) -> None:
    browser = Browser(app)
    first = browser.sign_up()
    second = browser.sign_up()
    assert first["id"] != second["id"]
    assert browser.get("/api/auth/me").json["id"] == second["id"]  # type: ignore[index]


def test_sign_up_and_guests_can_be_switched_off(app_with: Callable[..., Flask]) -> None:
    browser = Browser(app_with(signup_enabled=False, guests_enabled=False))
    session = browser.get("/api/session").json
    assert session is not None
    assert (session["user"], session["signup_enabled"], session["guests_enabled"]) == (None, False, False)
    refused = browser.post("/api/auth/signup", json={"email": unique_email(), "password": PASSWORD})
    assert (refused.status_code, refused.json["code"]) == (403, "signup_disabled")  # type: ignore[index]
    refused = browser.post("/api/auth/guest")
    assert (refused.status_code, refused.json["code"]) == (403, "guests_disabled")  # type: ignore[index]


def test_the_first_account_from_this_machine_is_staff_and_later_ones_are_not(app: Flask) -> None:
    assert Browser(app, **LOCAL).enter_as_guest()["role"] == "user"
    assert Browser(app, **LOCAL).sign_up()["role"] == "staff"
    assert Browser(app, **LOCAL).sign_up()["role"] == "user"


def test_a_guest_of_this_machine_who_is_first_to_sign_up_becomes_staff(app: Flask) -> None:
    browser = Browser(app, REMOTE_ADDR="::1")
    browser.enter_as_guest()
    assert browser.sign_up()["role"] == "staff"


@pytest.mark.parametrize(
    ("sent", "base_url"),
    [
        ({"REMOTE_ADDR": "192.0.2.1"}, "http://localhost"),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "192.0.2.1"}, "http://localhost"),
        ({"REMOTE_ADDR": "127.0.0.1", "HTTP_FORWARDED": "for=192.0.2.1"}, "http://localhost"),
        ({"REMOTE_ADDR": "127.0.0.1"}, "http://rebound.example"),
    ],
    ids=[
        "another machine",
        "a proxy nobody told us of",
        "a proxy with the new header",
        "a name rebound to this machine",
    ],
)
def test_the_first_account_from_elsewhere_is_not_staff(app: Flask, sent: dict[str, str], base_url: str) -> None:
    body = {"email": unique_email(), "password": PASSWORD}
    answer = Browser(app, **sent).post("/api/auth/signup", json=body, base_url=base_url)
    assert (answer.status_code, answer.json["role"]) == (201, "user")  # type: ignore[index]


def test_behind_a_trusted_proxy_the_forwarded_address_counts(app_with: Callable[..., Flask]) -> None:
    app = app_with(trusted_proxies=1)
    proxied = Browser(app, REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="192.0.2.1")
    assert proxied.sign_up()["role"] == "user"


def test_an_address_named_in_the_settings_is_staff_from_anywhere(app_with: Callable[..., Flask]) -> None:
    app = app_with(staff_email="boss@example.com")
    assert Browser(app).sign_up("other@example.com")["role"] == "user"
    assert Browser(app).sign_up("Boss@Example.com")["role"] == "staff"


def test_of_two_first_sign_ups_at_once_only_one_is_staff(app: Flask, database_url: str) -> None:
    roles = []

    def second() -> None:
        with app.app_context():
            roles.append(_sign_up_here("second@example.com").role)
            db.session.commit()

    with app.app_context():
        first = _sign_up_here("first@example.com")
        other = threading.Thread(target=second)
        other.start()
        # The second one waits for the first to be decided, instead of finding an installation that still looks empty.
        waits = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        with psycopg.connect(database_url, autocommit=True) as connection:
            wait_until(lambda: connection.execute(waits).fetchone() is not None)
        db.session.commit()
        roles.append(first.role)
        other.join(30)
    assert sorted(roles) == ["staff", "user"]
    assert first.role == "staff"


def _sign_up_here(email: str) -> User:
    return service.sign_up(db.session, email=email, password=PASSWORD, name=None, from_loopback=True)
