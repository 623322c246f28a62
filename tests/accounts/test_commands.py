"""``flask accounts create-staff``."""

from __future__ import annotations

from flask import Flask

from tests.clients import PASSWORD, Browser


def test_an_operator_makes_a_staff_account(app: Flask) -> None:
    arguments = ["accounts", "create-staff", "--email", "boss@example.com", "--name", "Boss"]
    result = app.test_cli_runner().invoke(args=arguments, input=f"{PASSWORD}\n{PASSWORD}\n")
    assert result.exit_code == 0, result.output
    answer = Browser(app).post("/api/auth/login", json={"email": "boss@example.com", "password": PASSWORD})
    assert (answer.json["role"], answer.json["name"]) == ("staff", "Boss")  # type: ignore[index]


def test_an_existing_account_becomes_staff_and_keeps_its_password(app: Flask) -> None:
    browser = Browser(app)
    browser.sign_up("person@example.com")
    arguments = ["accounts", "create-staff", "--email", "Person@example.com", "--role", "staff_readonly"]
    result = app.test_cli_runner().invoke(args=arguments)
    assert result.exit_code == 0, result.output
    assert browser.get("/api/auth/me").json["role"] == "staff_readonly"  # type: ignore[index]


def test_a_weak_password_is_refused_with_the_reason(app: Flask) -> None:
    arguments = ["accounts", "create-staff", "--email", "boss@example.com", "--password", "short"]
    result = app.test_cli_runner().invoke(args=arguments)
    assert result.exit_code == 1
    assert "password" in result.output
