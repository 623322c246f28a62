"""Rows of jobs and events as the engine writes them, so that the feed is tested without the engine."""

from __future__ import annotations

import itertools
import uuid
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from backend.db import uuid7

_numbers = itertools.count(1)


class Rows:
    """Writes as another process does: on a connection of its own, each change committed at once."""

    def __init__(self, database_url: str) -> None:
        self.connection = psycopg.connect(database_url, autocommit=True)

    def close(self) -> None:
        self.connection.close()

    def user(self, role: str = "user") -> uuid.UUID:
        """A person."""
        user_id = uuid7()
        self.connection.execute(
            "INSERT INTO app_user (id, email, name, password_hash, role) VALUES (%s, %s, 'Somebody', 'x', %s)",
            [user_id, f"rows{next(_numbers)}-{user_id}@example.com", role],
        )
        return user_id

    def canvas(self, owner_id: uuid.UUID) -> uuid.UUID:
        """A canvas."""
        canvas_id = uuid7()
        self.connection.execute(
            "INSERT INTO canvas (id, owner_id, name) VALUES (%s, %s, 'Canvas')", [canvas_id, owner_id]
        )
        return canvas_id

    def job(self, user_id: uuid.UUID | str, canvas_id: uuid.UUID | None = None, *, hint: bool = True) -> uuid.UUID:
        """A queued job with its first event."""
        job_id = uuid7()
        with self.connection.transaction():
            self.connection.execute(
                "INSERT INTO ai_job (id, user_id, canvas_id, job_type, queue, virtual_time, sort_key, request_data, "
                "max_attempts, last_seq) VALUES (%s, %s, %s, 'diagnostic_noop', 'default', 0, 0, '{}', 4, 0)",
                [job_id, user_id, canvas_id],
            )
            self._append(job_id, "queued", "queued", 0, None, hint)
        return job_id

    def event(
        self,
        job_id: uuid.UUID,
        kind: str = "progress",
        *,
        progress: int = 0,
        data: dict[str, Any] | None = None,
        hint: bool = True,
    ) -> int:
        """What happened next; returns its number. Final kinds finish the job."""
        status = kind if kind in ("completed", "failed", "cancelled") else "processing"
        with self.connection.transaction():
            return self._append(job_id, kind, status, progress, data, hint)

    def life(self, job_id: uuid.UUID, steps: int) -> None:
        """From the claim to the end, with ``steps`` events of progress."""
        self.event(job_id, "processing")
        for step in range(steps):
            self.event(job_id, "progress", progress=step * 100 // steps)
        self.event(job_id, "completed", progress=100)

    def stored(self, job_id: uuid.UUID | str) -> list[tuple[int, str]]:
        """The truth: (seq, type) of every event."""
        query = "SELECT seq, type FROM ai_job_event WHERE job_id = %s ORDER BY seq"
        return self.connection.execute(query, [job_id]).fetchall()

    def _append(
        self, job_id: uuid.UUID, kind: str, status: str, progress: int, data: dict[str, Any] | None, hint: bool
    ) -> int:
        row = self.connection.execute(
            "UPDATE ai_job SET last_seq = last_seq + 1, status = %(status)s, progress = %(progress)s, "
            "claim_token = CASE WHEN %(status)s = 'processing' THEN gen_random_uuid() END, "
            "lease_until = CASE WHEN %(status)s = 'processing' THEN now() END, "
            "worker_id = CASE WHEN %(status)s = 'processing' THEN 1 END, "
            "completed_at = CASE WHEN %(status)s IN ('completed', 'failed', 'cancelled') THEN now() END "
            "WHERE id = %(id)s RETURNING last_seq",
            {"status": status, "progress": progress, "id": job_id},
        ).fetchone()
        assert row is not None
        self.connection.execute(
            "INSERT INTO ai_job_event (job_id, seq, type, status, progress, data) VALUES (%s, %s, %s, %s, %s, %s)",
            [job_id, row[0], kind, status, progress, None if data is None else Jsonb(data)],
        )
        if hint:
            self.connection.execute("SELECT pg_notify('job_event', %s)", [f"{job_id}:{row[0]}"])
        return int(row[0])
