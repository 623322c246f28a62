"""People with jobs that end, and what they were told of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask

from backend.config import Settings
from backend.jobs.engine_settings import keeping_settings
from backend.jobs.testing import drain
from tests.clients import Program, new_program

WITHOUT_MODEL = "tell me something nice about the sea"  # nothing that can be drawn without a model: the job fails


class Person(Program):
    """Somebody with a token, whose jobs run when the test says so."""

    def __init__(self, app: Flask, settings: Settings) -> None:
        super().__init__(app, new_program(app).token)
        self._settings = settings
        self.me: dict[str, Any] = self.get("/api/auth/me").json or {}

    def draw(self, instructions: str = "A -> B") -> dict[str, Any]:
        """Ask for a drawing; the answer."""
        answer = self.post("/api/ai-agent/create-canvas", json={"instructions": instructions})
        assert answer.status_code == 202, answer.text
        return dict(answer.json or {})

    def submit(self, job_type: str, **request: Any) -> str:
        answer = self.post("/api/jobs", json={"job_type": job_type, "request_data": request})
        assert answer.status_code == 202, answer.text
        return str(answer.json["job_id"])  # type: ignore[index]

    def run(self) -> None:
        """Everything that waits is run, with all its retries."""
        with keeping_settings():
            drain(self._settings, hurry=True)

    def page(self, query: str = "") -> dict[str, Any]:
        """The list of notices as it is answered."""
        answer = self.get(f"/api/notices{query}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json or {})

    def told(self) -> list[tuple[str, str]]:
        """(kind, title) of every notice, the oldest first."""
        return [(notice["kind"], notice["title"]) for notice in reversed(self.page("?limit=100")["items"])]

    def read(self, **what: Any) -> int:
        """Mark as read; how many are left."""
        answer = self.post("/api/notices/read", json=what)
        assert answer.status_code == 200, answer.text
        return int(answer.json["unread"])  # type: ignore[index]


NewPerson = Callable[[], Person]


@pytest.fixture
def new_person(app: Flask, settings: Settings) -> NewPerson:
    """Make people."""
    return lambda: Person(app, settings)


@pytest.fixture
def ada(new_person: NewPerson) -> Person:
    """Somebody."""
    return new_person()


@pytest.fixture
def staff(app: Flask, new_person: NewPerson) -> Person:
    """Somebody who may run the diagnostic jobs."""
    person = new_person()
    made = app.test_cli_runner().invoke(args=["accounts", "create-staff", "--email", person.me["email"]])
    assert made.exit_code == 0, made.output
    return person


@contextmanager
def wanting(person: Person, **changes: Any) -> Iterator[None]:
    """With other settings than the defaults."""
    before = person.get("/api/notices/settings").json or {}
    answer = person.send("PUT", "/api/notices/settings", json={**before, **changes})
    assert answer.status_code == 200, answer.text
    yield
    assert person.send("PUT", "/api/notices/settings", json=before).status_code == 200
