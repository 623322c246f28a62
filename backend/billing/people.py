"""People with their credit, plan, budgets and use of this month, for staff: one statement a page, whoever stands on it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

from backend.billing import plans, usage
from backend.billing.budgets import PERIODS, WARN_AT, BudgetState, begins_on, body_of, default_amount, resets_at
from backend.billing.credits import DUE, endowment
from backend.config import Settings

Connection = psycopg.Connection[Any]

# Which of them to show, by what they need: a condition on a row of PERSON.
NEEDS = {
    "low_credit": "%(billing)s AND balance < %(low)s",
    "ended_plan": "plan_ends_at <= now()",
    "used_budget": " OR ".join(
        f"({period}_spent > 0 AND {period}_spent >= {WARN_AT} * {period}_amount)" for period in PERIODS
    ),
    "own_budget": " OR ".join(f"{period}_own" for period in PERIODS),
}
BUDGET = "CASE WHEN {0}_own.who IS NULL THEN {1} ELSE {0}_own.amount END AS {0}_amount"
BUDGETS = ", ".join(
    f"{period}_own.who IS NOT NULL AS {period}_own, coalesce({period}_spent.cost, 0) AS {period}_spent, "
    + BUDGET.format(
        period,
        f"CASE WHEN person.is_guest THEN %(guest_{period})s::bigint ELSE %(user_{period})s::bigint END",
    )
    for period in PERIODS
)
OF_PERIOD = """
    LEFT JOIN budget AS {0}_own ON {0}_own.who = person.id::text AND {0}_own.period = '{0}'
    LEFT JOIN spending AS {0}_spent
        ON {0}_spent.who = person.id::text AND {0}_spent.period = '{0}' AND {0}_spent.begins_on = %({0})s
"""
# A balance without an account: what it will have when it is opened.
PERSON = f"""
SELECT person.id AS user_id, person.created_at, person.name, person.email, person.is_guest,
    person.suspended_at IS NOT NULL AS suspended, coalesce(account.balance, 0) + {DUE} AS balance,
    plan.name AS plan_name, plan.starts_at AS plan_starts_at, {plans.END} AS plan_ends_at, plan.renewal AS plan_renewal,
    {BUDGETS}
FROM app_user AS person
    LEFT JOIN credit_account AS account ON account.user_id = person.id
    LEFT JOIN plan ON plan.user_id = person.id
    {"".join(OF_PERIOD.format(period) for period in PERIODS)}
"""  # noqa: S608 - constants
FOUND = """
(%(user_id)s::uuid IS NULL OR user_id = %(user_id)s) AND (%(before)s::uuid IS NULL OR user_id < %(before)s)
AND (%(q)s::text IS NULL OR strpos(lower(name), lower(%(q)s)) > 0 OR strpos(lower(email), lower(%(q)s)) > 0
    OR user_id::text = lower(%(q)s))
"""
# The use is read of those alone who are on the page.
PAGE = f"""
WITH page AS MATERIALIZED (
    SELECT * FROM ({PERSON}) AS person WHERE {FOUND} AND ({{needs}}) ORDER BY user_id DESC LIMIT %(limit)s
)
SELECT page.*, held.reserved, used.* FROM page
CROSS JOIN LATERAL (
    SELECT coalesce(sum(tokens), 0)::bigint AS reserved FROM credit_hold WHERE user_id = page.user_id
) AS held
CROSS JOIN LATERAL (
    SELECT {usage.SUMS} FROM ai_operation WHERE user_id = page.user_id AND at >= date_trunc('month', now(), 'UTC')
) AS used
ORDER BY page.user_id DESC
"""  # noqa: S608


@dataclass(frozen=True)
class PeopleFilter:
    """Which people to show; empty fields do not restrict. ``needs`` is one of NEEDS."""

    q: str | None = None
    needs: str | None = None
    user_id: uuid.UUID | None = None


def list_people(
    connection: Connection, settings: Settings, wanted: PeopleFilter, *, limit: int, before: uuid.UUID | None = None
) -> list[dict[str, Any]]:
    """Up to ``limit`` people, the newest first, older than ``before``."""
    now = datetime.now(UTC)
    values = {
        **endowment(settings),
        **{period: begins_on(period, now) for period in PERIODS},
        **{f"user_{period}": default_amount(settings, "", period, guest=False) for period in PERIODS},
        **{f"guest_{period}": default_amount(settings, "", period, guest=True) for period in PERIODS},
        **{"billing": settings.billing, "low": settings.low_credit_tokens, "limit": limit, "before": before},
        **{"q": wanted.q, "user_id": wanted.user_id},
    }
    query = PAGE.format(needs=NEEDS[wanted.needs] if wanted.needs else "true")
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(query, values).fetchall()
    return [_body(row, now, billing=settings.billing) for row in rows]


def _body(row: dict[str, Any], now: datetime, *, billing: bool) -> dict[str, Any]:
    ends_at = row["plan_ends_at"]
    plan = {
        "name": row["plan_name"],
        "starts_at": row["plan_starts_at"],
        "ends_at": ends_at,
        "renewal": row["plan_renewal"],
        "expired": ends_at is not None and ends_at <= now,
    }
    states = [
        BudgetState(
            *(str(row["user_id"]), period, row[f"{period}_amount"], int(row[f"{period}_spent"])),
            *(resets_at(period, now), row[f"{period}_own"]),
        )
        for period in PERIODS
    ]
    return {
        **{name: row[name] for name in ("user_id", "created_at", "name", "email", "is_guest", "suspended", "reserved")},
        "balance": row["balance"] if billing else None,
        "plan": plan if row["plan_name"] is not None else None,
        "budgets": [body_of(state) for state in states],
        "month": usage.in_dollars({name: row[name] for name in usage.SUM_NAMES}),
    }
