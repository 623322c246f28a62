"""Statements on ``ai_answer``, in transactions of the jobs that ask: who asks now, what was answered so far."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import tuple_row

from backend.jobs.upkeep.retention import sweep

Connection = psycopg.Connection[Any]

# One job asks at a time: the claim of a job that was cancelled, killed or tried again is no longer the one noted here.
TAKE = """
INSERT INTO ai_answer AS old (key, job_id, claim_token)
SELECT %(key)s, id, claim_token FROM ai_job WHERE id = %(job_id)s
ON CONFLICT (key) DO UPDATE SET
    job_id = excluded.job_id, claim_token = excluded.claim_token, provider = NULL, model = NULL, done_at = NULL,
    answer = CASE WHEN old.done_at IS NULL THEN old.answer ELSE '' END, taken_at = now()
WHERE CASE WHEN old.done_at IS NOT NULL THEN old.done_at < now() - make_interval(secs => %(keep)s)
    ELSE NOT EXISTS (
        SELECT FROM ai_job WHERE id = old.job_id AND claim_token = old.claim_token
            AND status = 'processing' AND cancel_requested_at IS NULL
    ) END
RETURNING answer
"""
READ = "SELECT answer, provider, model, done_at IS NOT NULL FROM ai_answer WHERE key = %s"
LEFT = """
SELECT NOT EXISTS (
    SELECT FROM ai_job WHERE id = ai_answer.job_id AND claim_token = ai_answer.claim_token
        AND status = 'processing' AND cancel_requested_at IS NULL
) FROM ai_answer WHERE key = %s
"""
SAVE = """
UPDATE ai_answer SET answer = %(text)s WHERE key = %(key)s AND done_at IS NULL
    AND job_id = %(job_id)s AND claim_token = (SELECT claim_token FROM ai_job WHERE id = %(job_id)s)
"""
FINISH = """
UPDATE ai_answer SET answer = %(text)s, provider = %(provider)s, model = %(model)s, done_at = now()
WHERE key = %(key)s AND job_id = %(job_id)s AND claim_token = (SELECT claim_token FROM ai_job WHERE id = %(job_id)s)
"""
LEAVE = """
UPDATE ai_answer SET job_id = NULL, claim_token = NULL WHERE key = %(key)s AND done_at IS NULL
    AND job_id = %(job_id)s AND claim_token = (SELECT claim_token FROM ai_job WHERE id = %(job_id)s)
"""
FORGET = """
DELETE FROM ai_answer WHERE key = ANY (ARRAY(
    SELECT key FROM ai_answer WHERE taken_at < now() - interval '1 day' LIMIT %s
))
"""


@dataclass(frozen=True)
class StoredAnswer:
    """What is known of an answer. ``provider`` and ``model`` are set once it is whole."""

    text: str
    provider: str | None
    model: str | None
    done: bool


def take(connection: Connection, key: bytes, job_id: uuid.UUID, keep: float) -> str | None:
    """Become the one who asks, unless somebody does or an answer of the last ``keep`` seconds is there.

    Returns what was answered before it broke off, or "".
    """
    with connection.cursor(row_factory=tuple_row) as cursor:
        found = cursor.execute(TAKE, {"key": key, "job_id": job_id, "keep": keep}).fetchone()
    return None if found is None else str(found[0])


def read(connection: Connection, key: bytes) -> StoredAnswer | None:
    """The answer as it stands."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        found = cursor.execute(READ, (key,)).fetchone()
    return None if found is None else StoredAnswer(*found)


def is_left(connection: Connection, key: bytes) -> bool:
    """Whether nobody writes the answer any more."""
    with connection.cursor(row_factory=tuple_row) as cursor:
        found = cursor.execute(LEFT, (key,)).fetchone()
    return found is None or bool(found[0])


def save(connection: Connection, key: bytes, job_id: uuid.UUID, text: str) -> None:
    """Keep what was answered so far."""
    connection.execute(SAVE, {"key": key, "job_id": job_id, "text": text})


def finish(connection: Connection, key: bytes, job_id: uuid.UUID, text: str, provider: str, model: str) -> None:
    """Keep the whole answer, for everybody with the same question."""
    values = {"key": key, "job_id": job_id, "text": text, "provider": provider, "model": model}
    connection.execute(FINISH, values)


def leave(connection: Connection, key: bytes, job_id: uuid.UUID) -> None:
    """Let the next one ask at once."""
    connection.execute(LEAVE, {"key": key, "job_id": job_id})


@sweep("answers of models")
def forget_answers(connection: Connection, limit: int) -> int:
    """Answers are shared for minutes, and what broke off is gone on with within the retries of a job."""
    return connection.execute(FORGET, (limit,)).rowcount
