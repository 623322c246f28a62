"""A database with people, jobs that exist only as rows, and calls that they have made."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from flask import Flask

from backend.app import create_app
from backend.billing.operations import Asking, Use, begin, end
from backend.config import Settings
from backend.db import uuid7
from backend.jobs.engine_settings import keeping_settings, use_settings
from tests.closing import close_app

Connection = psycopg.Connection[Any]


@dataclass
class Books:
    """The money side of one installation, looked at from the database."""

    url: str
    settings: Settings

    def connect(self) -> Connection:
        """A connection of somebody's own."""
        return psycopg.connect(self.url, autocommit=True)

    def person(self, connection: Connection, *, guest: bool = True) -> uuid.UUID:
        """Somebody new."""
        user_id = uuid7()
        address = None if guest else f"{user_id}@example.com"
        connection.execute(
            "INSERT INTO app_user (id, name, is_guest, email, password_hash) VALUES (%s, 'Somebody', %s, %s, %s)",
            (user_id, guest, address, None if guest else "hash"),
        )
        return user_id

    def job(self, connection: Connection, user_id: uuid.UUID, status: str = "processing") -> uuid.UUID:
        """A job in a state, as far as the accounts need one."""
        job_id = uuid7()
        claim = (uuid.uuid4(), 1) if status == "processing" else (None, None)
        connection.execute(
            "INSERT INTO ai_job (id, user_id, job_type, queue, priority, virtual_time, sort_key, request_data, max_attempts, "
            "status, claim_token, worker_id, lease_until, completed_at) VALUES (%(id)s, %(user)s, 'generate_prompt', 'ai', "
            "'normal', 0, 0, '{}', 3, %(status)s, %(token)s, %(worker)s, "
            "CASE WHEN %(status)s = 'processing' THEN now() END, "
            "CASE WHEN %(status)s IN ('completed', 'failed', 'cancelled') THEN now() END)",
            {"id": job_id, "user": user_id, "status": status, "token": claim[0], "worker": claim[1]},
        )
        return job_id

    def call(
        self, connection: Connection, user_id: uuid.UUID, job_id: uuid.UUID, tokens: int, **facts: Any
    ) -> uuid.UUID:
        """A call that a job has made: ``tokens`` of the answer."""
        asking = Asking("generate_prompt", "ai", "test", "model", user_id, job_id)
        operation_id = begin(connection, asking)
        known = {"cost": 0, "latency_ms": 5, "success": True, **facts}
        end(connection, self.settings, operation_id, user_id, Use("ai.prompt", "model", 0, tokens, **known))
        return operation_id


@pytest.fixture
def books(environ: dict[str, str]) -> Iterator[Books]:
    """An installation where credits count: an account begins with 1,000 tokens, a guest's with 400."""
    money = {"BILLING": "on", "FREE_TOKENS": "1000", "GUEST_TOKENS": "400", "LOW_CREDIT_TOKENS": "100"}
    settings = Settings.from_env({**environ, **money})
    with keeping_settings():
        use_settings(settings)
        yield Books(environ["DATABASE_URL"], settings)


@pytest.fixture
def app(books: Books) -> Iterator[Flask]:
    """An installation where credits count."""
    application = create_app(books.settings)
    yield application
    close_app(application)


@pytest.fixture
def free(settings: Settings) -> Iterator[Flask]:
    """The application as it is by default: everything is free."""
    application = create_app(settings)
    yield application
    close_app(application)
