"""People and programs of the tests: they talk to the application as browsers and scripts do, without a server between."""

from __future__ import annotations

import itertools
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

PASSWORD = "correct horse battery"
_numbers = itertools.count(1)


class Browser:
    """A browser: keeps the cookie and sends the CSRF token with everything that changes something."""

    def __init__(self, app: Flask, **environ: Any) -> None:
        self.http: FlaskClient = app.test_client()
        self.environ = {"REMOTE_ADDR": "203.0.113.7", **environ}
        self.csrf = ""

    def send(self, method: str, path: str, **options: Any) -> TestResponse:
        headers = dict(options.pop("headers", {}))
        if method not in ("GET", "HEAD", "OPTIONS") and self.csrf:
            headers.setdefault("X-CSRF-Token", self.csrf)
        options = {
            "buffered": True,
            "environ_overrides": self.environ,
            **options,
        }  # buffered: closes files that are sent
        answer = self.http.open(path, method=method, headers=headers, **options)
        body = answer.get_json(silent=True)
        if isinstance(body, dict) and "csrf_token" in body:
            self.csrf = body["csrf_token"]
        return answer

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.send("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> TestResponse:
        return self.send("POST", path, json=json, **options)

    def sign_up(self, email: str | None = None, **fields: Any) -> dict[str, Any]:
        """Make an account; returns who that is."""
        body = {"email": email or unique_email(), "password": PASSWORD, **fields}
        answer = self.post("/api/auth/signup", json=body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json or {})

    def enter_as_guest(self) -> dict[str, Any]:
        answer = self.post("/api/auth/guest")
        assert answer.status_code == 201, answer.text
        return dict(answer.json or {})


class Program:
    """A program with a bearer token, as an account of its own."""

    def __init__(self, app: Flask, token: str) -> None:
        self.http: FlaskClient = app.test_client(use_cookies=False)
        self.token = token

    def send(self, method: str, path: str, **options: Any) -> TestResponse:
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        return self.http.open(path, method=method, headers=headers, **{"buffered": True, **options})

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.send("GET", path, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> TestResponse:
        return self.send("POST", path, json=json, **options)


def unique_email() -> str:
    return f"person{next(_numbers)}@example.com"


def new_program(app: Flask, **environ: Any) -> Program:
    """A program of a new person, made with the one call that a script would make."""
    client = app.test_client(use_cookies=False)
    answer = client.post(
        "/api/auth/signup?token=1",
        json={"email": unique_email(), "password": PASSWORD, "name": "Program"},
        environ_overrides={"REMOTE_ADDR": "203.0.113.9", **environ},
    )
    assert answer.status_code == 201, answer.text
    return Program(app, answer.json["token"])  # type: ignore[index]
