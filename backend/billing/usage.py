"""What was used: by job, by day, by type, and the single calls. Read only, from the ledger."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

from backend.billing.budgets import MICRO
from backend.errors import Unprocessable

Connection = psycopg.Connection[Any]

# Of whole calls and of failed ones: what was paid was paid.
SUMS = (
    "count(*) AS calls, count(*) FILTER (WHERE success IS FALSE) AS failed, count(*) FILTER (WHERE cached) AS cached, "
    "coalesce(sum(tokens_in), 0)::bigint AS tokens_in, coalesce(sum(tokens_out), 0)::bigint AS tokens_out, "
    "coalesce(sum(cost), 0)::bigint AS cost, coalesce(sum(saved), 0)::bigint AS saved"
)
SUM_NAMES = ("calls", "failed", "cached", "tokens_in", "tokens_out", "cost", "saved")
SINCE = (
    "(%(user_id)s::uuid IS NULL OR user_id = %(user_id)s) "
    "AND at >= date_trunc('day', now(), 'UTC') - (%(days)s - 1) * interval '1 day'"
)
OF_JOB = f"SELECT {SUMS} FROM ai_operation WHERE job_id = %(job_id)s"  # noqa: S608 - constants
TOTAL = f"SELECT {SUMS} FROM ai_operation WHERE {SINCE}"  # noqa: S608
BY_DAY = f"""
SELECT day::date AS day, used.* FROM generate_series(
    date_trunc('day', now(), 'UTC') - (%(days)s - 1) * interval '1 day', date_trunc('day', now(), 'UTC'), interval '1 day'
) AS day
CROSS JOIN LATERAL (
    SELECT {SUMS} FROM ai_operation
    WHERE (%(user_id)s::uuid IS NULL OR user_id = %(user_id)s) AND at >= day AND at < day + interval '1 day'
) AS used ORDER BY day
"""  # noqa: S608
BY_TYPE = f"""
SELECT operation, {SUMS} FROM ai_operation
WHERE {SINCE} GROUP BY 1 ORDER BY sum(tokens_in + tokens_out) DESC, 1
"""  # noqa: S608
BY_PERSON = f"""
WITH most AS (
    SELECT user_id, {SUMS} FROM ai_operation
    WHERE at >= date_trunc('day', now(), 'UTC') - (%(days)s - 1) * interval '1 day'
    GROUP BY user_id ORDER BY sum(cost) DESC, sum(tokens_in + tokens_out) DESC LIMIT %(limit)s
)
SELECT most.*, app_user.name FROM most LEFT JOIN app_user ON app_user.id = user_id
ORDER BY cost DESC, tokens_in + tokens_out DESC
"""  # noqa: S608
CALLS = """
SELECT id, at, job_id, operation, module, provider, model, tokens_in, tokens_out, estimated, cost, saved, latency_ms, cached,
    success, error_code
FROM ai_operation
WHERE user_id = %(user_id)s AND (%(at)s::timestamptz IS NULL OR (at, id) < (%(at)s, %(id)s))
ORDER BY at DESC, id DESC LIMIT %(limit)s
"""
# ``balance``: after the entry; counted back from the account's, so that the first pages read little.
ENTRIES = """
WITH page AS (
    SELECT * FROM credit_entry
    WHERE user_id = %(user_id)s AND (%(before)s::bigint IS NULL OR id < %(before)s) ORDER BY id DESC LIMIT %(limit)s
), newer AS (
    SELECT coalesce(sum(amount), 0)::bigint AS amount FROM credit_entry
    WHERE user_id = %(user_id)s AND id > (SELECT max(id) FROM page)
)
SELECT page.id, page.at, kind, page.amount, job_id, note, actor_id, actor.name AS actor_name,
    account.balance - newer.amount + page.amount - (sum(page.amount) OVER (ORDER BY page.id DESC))::bigint AS balance
FROM page CROSS JOIN newer JOIN credit_account AS account ON account.user_id = page.user_id
LEFT JOIN app_user AS actor ON actor.id = actor_id
ORDER BY page.id DESC
"""
WORTH = """
SELECT operation, sum(cost)::float8 / greatest(1, count(DISTINCT job_id)) / 1000000 FROM ai_operation
WHERE at > now() - %(hours)s * interval '1 hour' AND job_id IS NOT NULL GROUP BY operation
"""
USUAL = """
SELECT count(*), avg(tokens_in)::int, avg(tokens_out)::int FROM (
    SELECT job_id, sum(tokens_in) AS tokens_in, sum(tokens_out) AS tokens_out FROM (
        SELECT job_id, tokens_in, tokens_out FROM ai_operation
        WHERE operation = %s AND success AND NOT cached AND at > now() - interval '30 days' ORDER BY at DESC LIMIT 200
    ) AS call GROUP BY job_id
) AS job
"""
FEWEST_JOBS = 5  # from which an average says something


def cost_of_job(connection: Connection, job_id: uuid.UUID) -> dict[str, Any] | None:
    """What a job's calls of models came to; None if it has asked none."""
    found = _rows(connection, OF_JOB, {"job_id": job_id})[0]
    return None if found["calls"] == 0 else found


def total(connection: Connection, user_id: uuid.UUID | None, days: int) -> dict[str, Any]:
    """Of the last days, today included (UTC); everybody's without ``user_id``."""
    return _rows(connection, TOTAL, {"user_id": user_id, "days": days})[0]


def by_day(connection: Connection, user_id: uuid.UUID | None, days: int) -> list[dict[str, Any]]:
    """Each of the days, the oldest first; those without calls too."""
    return _rows(connection, BY_DAY, {"user_id": user_id, "days": days})


def by_type(connection: Connection, user_id: uuid.UUID | None, days: int) -> list[dict[str, Any]]:
    """What it was used for, the most tokens first."""
    return _rows(connection, BY_TYPE, {"user_id": user_id, "days": days})


def by_person(connection: Connection, days: int, limit: int) -> list[dict[str, Any]]:
    """Who has used most."""
    return _rows(connection, BY_PERSON, {"days": days, "limit": limit})


def calls(
    connection: Connection, user_id: uuid.UUID, *, limit: int, before: tuple[datetime, uuid.UUID] | None
) -> list[dict[str, Any]]:
    """Somebody's calls, the newest first."""
    at, operation_id = before or (None, None)
    return _rows(connection, CALLS, {"user_id": user_id, "limit": limit, "at": at, "id": operation_id})


def entry_page(connection: Connection, user_id: uuid.UUID, *, limit: int, cursor: str | None) -> dict[str, Any]:
    """What changed somebody's balance, the newest first: {items, next_cursor}. Raises Unprocessable for a wrong cursor."""
    if cursor is not None and not (cursor.isascii() and cursor.isdigit() and len(cursor) < len(str(2**63))):
        message = "Use the next_cursor of the answer before, or leave it out to begin at the start."
        raise Unprocessable(f"The cursor is not one of ours. {message}", errors={"cursor": [message]})
    before = None if cursor is None else int(cursor)
    found = _rows(connection, ENTRIES, {"user_id": user_id, "limit": limit + 1, "before": before})
    page, more = found[:limit], len(found) > limit
    return {"items": page, "next_cursor": str(page[-1]["id"]) if more else None}


def worth_of_runs(connection: Connection, hours: int) -> dict[str, float]:
    """US dollars that a job has cost on average, by what it was for."""
    return dict(connection.execute(WORTH, {"hours": hours}).fetchall())


def usual_tokens(connection: Connection, operation: str) -> tuple[int, int] | None:
    """Tokens in and out that a job of this type has used lately, on average; None if there were too few."""
    row = connection.execute(USUAL, (operation,)).fetchone()
    return (row[1], row[2]) if row and row[0] >= FEWEST_JOBS else None


def _rows(connection: Connection, query: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows with their money in US dollars."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query, values).fetchall()
    return [in_dollars(row) if "cost" in row else row for row in rows]


def in_dollars(sums: dict[str, Any]) -> dict[str, Any]:
    """The same with its money in US dollars."""
    rest = {name: value for name, value in sums.items() if name not in ("cost", "saved")}
    return {**rest, "usd": sums["cost"] / MICRO, "saved_usd": sums["saved"] / MICRO}
