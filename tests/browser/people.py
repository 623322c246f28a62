"""People of the browser tests who are more than guests."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import requests
from playwright.sync_api import BrowserContext

from backend.config import ROOT
from tests.acceptance.installation import PASSWORD, Installation

WAIT = 30


def make_staff(installation: Installation, email: str, role: str = "staff") -> None:
    """An account with a role, as an operator makes it."""
    command = [sys.executable, "-m", "flask", "--app", "backend", "accounts", "create-staff"]
    environ = {**os.environ, "DATABASE_URL": installation.database_url, "DATA_DIR": str(installation.data_dir)}
    arguments = ["--email", email, "--role", role, "--password", PASSWORD]
    done = subprocess.run([*command, *arguments], cwd=ROOT, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def sign_in(context: BrowserContext, base_url: str, email: str) -> None:
    """Give the context's pages the session of this account."""
    answer = context.request.post(f"{base_url}/api/auth/login", data={"email": email, "password": PASSWORD})
    assert answer.ok, answer.text()


class Operator:
    """Staff as a program: makes jobs, and looks at what the server knows."""

    def __init__(self, base_url: str, email: str) -> None:
        self.base_url = base_url
        self.http = requests.Session()
        self.send("POST", "/api/auth/login", {"email": email, "password": PASSWORD})
        self.http.headers["X-CSRF-Token"] = self.get("/api/auth/csrf")["csrf_token"]

    def get(self, path: str) -> Any:
        return self.send("GET", path)

    def sleep(self, seconds: float, *, tag: str = "browser", max_attempts: int | None = None, **request: Any) -> str:
        """A ``diagnostic_sleep``; returns its id."""
        return str(self.send("POST", "/api/jobs", _sleep(seconds, tag, max_attempts, request))["job_id"])

    def many_sleeps(self, count: int, seconds: float, *, tag: str, max_attempts: int, **request: Any) -> None:
        """``count`` equal ones in one request."""
        self.send("POST", "/api/jobs/bulk", {"jobs": [_sleep(seconds, tag, max_attempts, request)] * count})

    def count(self, query: str) -> int:
        """How many jobs a filter finds, up to 100."""
        return len(self.get(f"/api/jobs?limit=100&{query}")["items"])

    def send(self, method: str, path: str, body: Any = None) -> Any:
        """The answer, which must be no refusal."""
        answer = self.http.request(method, self.base_url + path, json=body, timeout=WAIT)
        assert answer.ok, answer.text
        return answer.json()


def _sleep(seconds: float, tag: str, max_attempts: int | None, request: dict[str, Any]) -> dict[str, Any]:
    return {
        "job_type": "diagnostic_sleep",
        "request_data": {"seconds": seconds, **request},
        "tags": [tag],
        "max_attempts": max_attempts,
    }
