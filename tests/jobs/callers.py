"""People who call the API in tests."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from tests.jobs.engine import Engine


class Caller:
    """Somebody with a token."""

    def __init__(self, client: FlaskClient, token: str, user_id: str) -> None:
        self._client = client
        self.token = token
        self.user_id = uuid.UUID(user_id)

    def __call__(self, method: str, path: str, json: Any = None, **headers: str) -> Any:
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._client.open(
            path, method=method, json=json, headers={"Authorization": f"Bearer {self.token}", **headers}
        )


def new_guest(app: Flask) -> Caller:
    """Another one."""
    client = app.test_client(use_cookies=False)
    answer: Any = client.post("/api/auth/guest?token=1")
    assert answer.status_code == 201, answer.text
    return Caller(client, answer.json["token"], answer.json["id"])


def with_role(engine: Engine, caller: Caller, role: str) -> Caller:
    """The same person with another role."""
    engine.connection.execute("UPDATE app_user SET role = %s WHERE id = %s", (role, caller.user_id))
    return caller


def assert_problem(answer: Any, status: int) -> dict[str, Any]:
    """An RFC 9457 document."""
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    body: dict[str, Any] = answer.json
    assert body["status"] == status
    assert body["detail"].endswith((".", "!"))
    return body
