"""Signing in and out: passwords, throttling, sessions that end, and forged requests."""

from __future__ import annotations

import base64
import json
import threading
import zlib
from collections.abc import Callable

import psycopg
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from backend.accounts import throttle
from backend.errors import TooManyRequests
from tests.clients import PASSWORD, Browser, new_program

EMAIL = "person@example.com"


def sign_in(browser: Browser, password: str = PASSWORD, email: str = EMAIL) -> TestResponse:
    return browser.post("/api/auth/login", json={"email": email, "password": password})


def test_one_signs_in_with_the_address_in_any_case(app: Flask) -> None:
    made = Browser(app).sign_up(EMAIL)
    answer = sign_in(Browser(app), email="PERSON@example.com")
    assert answer.status_code == 200
    assert answer.json["id"] == made["id"]  # type: ignore[index]


def test_whoever_brings_no_cookie_at_all_signs_in(app: Flask) -> None:
    Browser(app).sign_up(EMAIL)
    answer = app.test_client().post("/api/auth/login", json={"email": EMAIL, "password": PASSWORD})
    assert answer.status_code == 200, answer.text


def test_an_unknown_address_and_a_wrong_password_look_the_same(app: Flask) -> None:
    Browser(app).sign_up(EMAIL)
    wrong = sign_in(Browser(app), "not the password")
    unknown = sign_in(Browser(app), "not the password", "nobody@example.com")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.json == unknown.json
    assert wrong.json["code"] == "wrong_credentials"  # type: ignore[index]


def test_wrong_passwords_are_soon_throttled_even_for_the_right_one(app: Flask) -> None:
    Browser(app).sign_up(EMAIL)
    attacker = Browser(app)
    answers = [sign_in(attacker, f"guess number {n}").status_code for n in range(12)]
    assert answers == [401] * 10 + [429] * 2
    refused = sign_in(attacker)
    assert refused.status_code == 429
    assert refused.json["code"] == "too_many_requests"  # type: ignore[index]
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    # The owner, who is elsewhere, is not locked out.
    assert sign_in(Browser(app, REMOTE_ADDR="198.51.100.1")).status_code == 200


def test_the_throttle_opens_when_its_window_is_over(app: Flask, database_url: str) -> None:
    Browser(app).sign_up(EMAIL)
    browser = Browser(app)
    while sign_in(browser, "a wrong password").status_code == 401:
        pass
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE rate_limit SET expires_at = now()")
    assert sign_in(browser).status_code == 200


def test_a_right_password_forgives_the_wrong_ones_before(app: Flask) -> None:
    Browser(app).sign_up(EMAIL)
    browser = Browser(app)
    for _ in range(3):
        assert [sign_in(browser, "a wrong password").status_code for _ in range(9)] == [401] * 9
        assert sign_in(browser).status_code == 200


def test_without_rate_limits_nobody_is_throttled(app_with: Callable[..., Flask]) -> None:
    browser = Browser(app_with(rate_limits=False))
    assert {sign_in(browser, "a wrong password").status_code for _ in range(13)} == {401}


def test_attempts_at_the_same_moment_are_all_counted(app: Flask) -> None:
    passed = []

    def attempt() -> None:
        with app.app_context():
            try:
                throttle.throttle("10/minute", "everybody")
                passed.append(1)
            except TooManyRequests:
                pass

    threads = [threading.Thread(target=attempt) for _ in range(25)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(passed) == 10


def test_a_suspended_account_is_out_at_once_and_cannot_come_back(app: Flask, database_url: str) -> None:
    browser, program = Browser(app), new_program(app)
    browser.sign_up(EMAIL)
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE app_user SET suspended_at = now()")
    assert browser.get("/api/auth/me").status_code == 401
    assert program.get("/api/auth/me").status_code == 401
    answer = sign_in(Browser(app))
    assert (answer.status_code, answer.json["code"]) == (403, "suspended")  # type: ignore[index]
    assert sign_in(Browser(app), "a wrong password").status_code == 401


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(app: Flask) -> None:
    plain = Browser(app).get("/api/session").headers["Set-Cookie"]
    assert "HttpOnly" in plain
    assert "SameSite=Lax" in plain
    assert "Secure" not in plain
    assert "Secure" in Browser(app).get("/api/session", base_url="https://canvas.example").headers["Set-Cookie"]


def test_signing_in_renews_the_session_and_its_csrf_token(app: Flask) -> None:
    browser = Browser(app)
    before = browser.get("/api/session").json["csrf_token"]  # type: ignore[index]
    planted = _cookie(browser)
    after = browser.sign_up(EMAIL)["csrf_token"]
    assert after != before
    assert _name_of(_cookie(browser)) != _name_of(planted)


def test_signing_out_ends_this_session_and_every_copy_of_its_cookie(app: Flask) -> None:
    browser, other = Browser(app), Browser(app)
    browser.sign_up(EMAIL)
    sign_in(other)
    stolen = _cookie(browser)
    assert browser.post("/api/auth/logout").status_code == 204
    assert browser.get("/api/auth/me").status_code == 401
    thief = app.test_client()
    thief.set_cookie(stolen[0], stolen[1])
    assert thief.get("/api/auth/me").status_code == 401
    assert other.get("/api/auth/me").status_code == 200
    assert browser.post("/api/auth/logout").status_code == 204


def test_a_raised_session_version_signs_out_everywhere(app: Flask, database_url: str) -> None:
    browser = Browser(app)
    browser.sign_up(EMAIL)
    with psycopg.connect(database_url) as connection:
        connection.execute("UPDATE app_user SET session_version = session_version + 1")
    assert browser.get("/api/auth/me").status_code == 401
    assert browser.get("/api/session").json["user"] is None  # type: ignore[index]


def test_a_tampered_cookie_is_no_session(app: Flask) -> None:
    browser = Browser(app)
    browser.sign_up(EMAIL)
    name, value = _cookie(browser)
    browser.http.set_cookie(name, value[:-4] + "AAAA")
    assert browser.get("/api/auth/me").status_code == 401


def test_a_browser_must_send_the_csrf_token(app: Flask) -> None:
    browser = Browser(app)
    browser.sign_up(EMAIL)
    for token in ("", "wrong", "0" * 64, "ünïcödé"):
        answer = browser.post("/api/canvases", json={}, headers={"X-CSRF-Token": token.encode().decode("latin-1")})
        assert (answer.status_code, answer.json["code"]) == (403, "csrf")  # type: ignore[index]
    assert browser.post("/api/canvases", json={}).status_code == 201


def test_the_csrf_token_of_one_session_is_worth_nothing_in_another(app: Flask) -> None:
    mine, other = Browser(app), Browser(app)
    mine.sign_up(EMAIL)
    theirs = other.sign_up("other@example.com")["csrf_token"]
    assert mine.post("/api/canvases", json={}, headers={"X-CSRF-Token": theirs}).status_code == 403


FOREIGN = (
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": "http://localhost.evil.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
)


def test_pages_of_other_sites_can_change_nothing(app: Flask) -> None:
    browser = Browser(app)
    browser.sign_up(EMAIL)
    for path in ("/api/auth/login", "/api/auth/signup", "/api/auth/guest", "/api/canvases"):
        for headers in FOREIGN:
            answer = browser.post(path, json={"email": EMAIL, "password": PASSWORD}, headers=headers)
            assert (answer.status_code, answer.json["code"]) == (403, "csrf"), (path, headers)  # type: ignore[index]


def test_our_own_page_may_sign_in_with_an_outdated_csrf_token(app: Flask) -> None:
    browser = Browser(app)
    browser.sign_up(EMAIL)
    browser.csrf = "outdated"
    answer = browser.post(
        "/api/auth/login",
        json={"email": EMAIL, "password": PASSWORD},
        headers={"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"},
    )
    assert answer.status_code == 200


def test_nothing_is_said_to_pages_of_other_origins(app: Flask) -> None:
    answer = Browser(app).send("OPTIONS", "/api/session", headers={"Origin": "https://evil.example"})
    assert not [name for name, _ in answer.headers if name.lower().startswith("access-control")]


def test_who_comes_back_within_the_time_stays_signed_in(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = Browser(app)
    browser.sign_up(EMAIL)
    assert "Set-Cookie" not in browser.get("/api/session").headers
    monkeypatch.setattr("backend.accounts.sessions.RENEW_AFTER", -1)
    assert "Set-Cookie" in browser.get("/api/session").headers
    assert browser.get("/api/auth/me").status_code == 200


def _cookie(browser: Browser) -> tuple[str, str]:
    (cookie,) = browser.http._cookies.values()  # type: ignore[union-attr]
    return cookie.key, cookie.value


def _name_of(cookie: tuple[str, str]) -> str:
    packed = cookie[1].startswith(".")  # itsdangerous does so when it gets shorter
    payload = cookie[1].removeprefix(".").split(".")[0]
    decoded = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    return str(json.loads(zlib.decompress(decoded) if packed else decoded)["n"])


def test_staff_signs_in_without_having_been_here_before(app: Flask) -> None:
    Browser(app).sign_up("staff@example.com")
    command = ["accounts", "create-staff", "--email", "staff@example.com"]
    assert app.test_cli_runner().invoke(args=command).exit_code == 0
    answer = Browser(app).post("/api/auth/login", json={"email": "staff@example.com", "password": PASSWORD})
    assert (answer.status_code, answer.json["role"]) == (200, "staff")  # type: ignore[index]
