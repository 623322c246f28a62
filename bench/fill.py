"""Large tables quickly: jobs as the engine would have written them, by one statement."""

from __future__ import annotations

import uuid
from typing import Any

import psycopg

Connection = psycopg.Connection[Any]

PEOPLE = "INSERT INTO app_user (id, name, is_guest) SELECT uuidv7(), 'Somebody', true FROM generate_series(1, %s) RETURNING id"

# Each person's jobs one second of virtual time apart, the people beside one another: as fair shares come to be.
QUEUED = """
WITH made AS (
    INSERT INTO ai_job (id, user_id, job_type, queue, virtual_time, sort_key, request_data, max_attempts)
    SELECT uuidv7(), (%(people)s::uuid[])[1 + number %% %(share)s], %(job_type)s, 'default', stamp, stamp, %(request)s::jsonb, 4
    FROM generate_series(0, %(jobs)s - 1) AS series (number)
    CROSS JOIN LATERAL (
        SELECT (extract(epoch FROM now()) * 1000000)::bigint + (number / %(share)s)::bigint * 1000000 AS stamp
    ) AS place
    RETURNING id
)
INSERT INTO ai_job_event (job_id, seq, type, status, progress) SELECT id, 1, 'queued', 'queued', 0 FROM made
"""

FINISHED = """
WITH made AS (
    INSERT INTO ai_job (
        id, user_id, job_type, queue, virtual_time, sort_key, request_data, max_attempts, status, progress, result_data,
        attempt, runs, last_seq, started_at, completed_at
    )
    SELECT
        uuidv7(), (%(people)s::uuid[])[1 + number %% %(share)s], %(job_type)s, 'default', number, number, %(request)s::jsonb, 4,
        'completed', 100, '{}', 1, 1, 3, now(), now()
    FROM generate_series(0, %(jobs)s - 1) AS series (number)
    RETURNING id
), attempts AS (
    INSERT INTO ai_job_attempt (job_id, run, attempt, started_at, outcome) SELECT id, 1, 1, now(), 'completed' FROM made
)
INSERT INTO ai_job_event (job_id, seq, type, status, progress)
SELECT id, seq, type, type, 100
FROM made CROSS JOIN unnest(ARRAY['queued', 'processing', 'completed']) WITH ORDINALITY AS event (type, seq)
"""


def add_people(connection: Connection, count: int) -> list[uuid.UUID]:
    """New people; their ids."""
    return [row[0] for row in connection.execute(PEOPLE, (count,)).fetchall()]


def add_queued(
    connection: Connection,
    jobs: int,
    people: list[uuid.UUID],
    job_type: str = "diagnostic_noop",
    request: str = "{}",
) -> None:
    """Queued jobs with their first event."""
    _add(connection, QUEUED, jobs, people, job_type, request)


def add_finished(connection: Connection, jobs: int, people: list[uuid.UUID]) -> None:
    """Completed jobs with their events and attempts."""
    _add(connection, FINISHED, jobs, people, "diagnostic_noop", "{}")


def settle_table(connection: Connection) -> None:
    """What autovacuum would do in the minutes after such a fill, so that it does not do it during a measurement."""
    for table in ("ai_job", "ai_job_event", "ai_job_attempt"):
        connection.execute(f"VACUUM ANALYZE {table}".encode())
    connection.execute("CHECKPOINT")


def _add(
    connection: Connection, statement: str, jobs: int, people: list[uuid.UUID], job_type: str, request: str
) -> None:
    parameters = {"jobs": jobs, "people": people, "share": len(people), "job_type": job_type, "request": request}
    connection.execute(statement.encode(), parameters)
