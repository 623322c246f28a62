"""Who asks in the tests of the money side."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Flask

from tests.clients import Program, new_program


def id_of(person: Program) -> uuid.UUID:
    return uuid.UUID((person.get("/api/auth/me").json or {})["id"])


def staff_of(app: Flask, role: str = "staff") -> Program:
    person = new_program(app)
    email = (person.get("/api/auth/me").json or {})["email"]
    command = ["accounts", "create-staff", "--email", email, "--role", role]
    assert app.test_cli_runner().invoke(args=command).exit_code == 0
    return person


def body_of(person: Program, path: str) -> dict[str, Any]:
    answer = person.get(path)
    assert answer.status_code == 200, answer.text
    return dict(answer.json or {})
