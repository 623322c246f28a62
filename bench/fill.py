"""Large tables quickly: jobs as the engine would have written them, by one statement."""

from __future__ import annotations

import uuid
from typing import Any

import psycopg

from backend.jobs.history.history_keeper import index_all
from backend.jobs.upkeep.rollup import roll_up_all

Connection = psycopg.Connection[Any]

PEOPLE = "INSERT INTO app_user (id, name, is_guest) SELECT uuidv7(), 'Somebody', true FROM generate_series(1, %s) RETURNING id"

# Each person's jobs one second of virtual time apart, the people beside one another: as fair shares come to be.
QUEUED = """
WITH made AS (
    INSERT INTO ai_job (id, user_id, job_type, queue, virtual_time, sort_key, request_data, max_attempts)
    SELECT uuidv7(), (%(people)s::uuid[])[1 + number %% %(share)s], %(job_type)s, %(queue)s, stamp, stamp, %(request)s::jsonb, 4
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

# A day of jobs of every kind, each with what people search for. One person has every second of them.
HISTORY = """
WITH made AS (
    INSERT INTO ai_job (
        id, user_id, job_type, queue, priority, virtual_time, sort_key, request_data, max_attempts, status, progress,
        result_data, attempt, runs, last_seq, created_at, started_at, completed_at, summary, error_code, error_message, tags
    )
    SELECT
        uuidv7(moment.at - now()),
        CASE WHEN number %% 2 = 0 THEN %(busy)s::uuid ELSE (%(people)s::uuid[])[1 + number %% %(share)s] END,
        CASE WHEN number %% 12 = 0 THEN 'diagnostic_sleep' ELSE 'type_' || number %% 12 END,
        (ARRAY['ai', 'default', 'exports', 'reports'])[1 + number %% 4], (ARRAY['normal', 'high', 'low'])[1 + number %% 3],
        number, number, jsonb_build_object('instructions', 'Draw ' || md5(number::text) || ' then word' || number %% 5000), 4,
        status, 100, '{}', 1, 1, 3, moment.at, moment.at + interval '2 s',
        moment.at + number %% 60 * interval '1 s' + interval '3 s', 'Create canvas ' || number %% 1000,
        CASE WHEN status = 'failed' THEN 'boom_' || number %% 7 END,
        CASE WHEN status = 'failed' THEN 'It broke at ' || number END,
        CASE WHEN number %% 10000 = 0 THEN ARRAY['rare'] WHEN number %% 3 = 0 THEN ARRAY['common'] ELSE '{}' END
    FROM generate_series(1, %(jobs)s) AS series (number)
    CROSS JOIN LATERAL (
        SELECT now() - interval '2 min' - (%(jobs)s - number) * interval '1 day' / %(jobs)s AS at,
            CASE WHEN number %% 40 = 0 THEN 'failed' WHEN number %% 90 = 0 THEN 'cancelled' ELSE 'completed' END AS status
    ) AS moment
    RETURNING id, status, error_code, created_at, started_at, completed_at
), attempts AS (
    INSERT INTO ai_job_attempt (job_id, run, attempt, started_at, ended_at, outcome, error_code)
    SELECT id, 1, 1, started_at, completed_at, status, error_code FROM made
)
INSERT INTO ai_job_event (job_id, seq, type, status, progress, at)
SELECT id, seq, type, type, CASE seq WHEN 3 THEN 100 ELSE 0 END, at
FROM made CROSS JOIN LATERAL (
    VALUES (1, 'queued', created_at), (2, 'processing', started_at), (3, status, completed_at)
) AS event (seq, type, at)
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
    queue: str = "default",
) -> None:
    """Queued jobs with their first event."""
    _add(connection, QUEUED, jobs, people, job_type, request, queue)


def add_finished(connection: Connection, jobs: int, people: list[uuid.UUID]) -> None:
    """Completed jobs with their events and attempts."""
    _add(connection, FINISHED, jobs, people, "diagnostic_noop", "{}")


def add_history(connection: Connection, jobs: int, busy: uuid.UUID, people: list[uuid.UUID]) -> None:
    """A day of ended jobs, counted and to be found as if workers had kept up with them."""
    parameters = {"jobs": jobs, "busy": busy, "people": people, "share": len(people)}
    connection.execute(HISTORY.encode(), parameters)
    connection.execute("ANALYZE ai_job")
    index_all(connection)
    roll_up_all(connection)
    for table in ("ai_job_search", "ai_job_rollup", "ai_job_rollup_time"):
        connection.execute(f"VACUUM ANALYZE {table}".encode())


def settle_table(connection: Connection) -> None:
    """What autovacuum would do in the minutes after such a fill, so that it does not do it during a measurement."""
    for table in ("ai_job", "ai_job_event", "ai_job_attempt"):
        connection.execute(f"VACUUM ANALYZE {table}".encode())
    connection.execute("CHECKPOINT")


def _add(
    connection: Connection,
    statement: str,
    jobs: int,
    people: list[uuid.UUID],
    job_type: str,
    request: str,
    queue: str = "default",
) -> None:
    parameters = {"jobs": jobs, "people": people, "share": len(people), "job_type": job_type, "request": request}
    parameters["queue"] = queue
    connection.execute(statement.encode(), parameters)
