"""Plans: until when somebody may use models. Whoever has none is bound by credits alone."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, NamedTuple

import psycopg

from backend.billing.errors import SubscriptionExpired

Connection = psycopg.Connection[Any]

MOST_PERIODS = 1200

# The first end that lies ahead; counted from the old end, so that the 31st stays the 31st where there is one.
RENEW = """
UPDATE plan SET
    ends_at = (
        SELECT min(ends_at + number * step) FROM generate_series(1, %(most)s) AS number WHERE ends_at + number * step > now()
    ),
    updated_at = now()
FROM (VALUES ('monthly', interval '1 month'), ('yearly', interval '1 year')) AS renewing (renewal, step)
WHERE plan.renewal = renewing.renewal AND user_id = %(user_id)s AND ends_at <= now()
"""


class PlanState(NamedTuple):
    """Somebody's plan as it is now."""

    name: str
    starts_at: datetime
    ends_at: datetime | None
    renewal: str
    expired: bool


def plan_of(connection: Connection, user_id: uuid.UUID) -> PlanState | None:
    """Somebody's plan, renewed if it renews itself; None without one."""
    connection.execute(RENEW, {"user_id": user_id, "most": MOST_PERIODS})
    row = connection.execute(
        "SELECT name, starts_at, ends_at, renewal, coalesce(ends_at <= now(), false) FROM plan WHERE user_id = %s",
        (user_id,),
    ).fetchone()
    return PlanState(*row) if row else None


def check_plan(connection: Connection, user_id: uuid.UUID) -> None:
    """Raise SubscriptionExpired if the plan has ended."""
    plan = plan_of(connection, user_id)
    if plan is not None and plan.expired and plan.ends_at is not None:
        raise SubscriptionExpired(plan.name, plan.ends_at)


def set_plan(
    connection: Connection,
    user_id: uuid.UUID,
    *,
    name: str,
    starts_at: datetime | None,
    ends_at: datetime | None,
    renewal: str,
) -> None:
    """Give somebody a plan, instead of the one before. Without a start it begins now, or, if it has ended, the day before."""
    connection.execute(
        "INSERT INTO plan (user_id, name, starts_at, ends_at, renewal) "
        "VALUES (%(user_id)s, %(name)s, coalesce(%(starts_at)s, least(now(), %(ends_at)s::timestamptz - interval '1 day')), "
        "%(ends_at)s, %(renewal)s) "
        "ON CONFLICT (user_id) DO UPDATE SET name = excluded.name, starts_at = excluded.starts_at, "
        "ends_at = excluded.ends_at, renewal = excluded.renewal, updated_at = now()",
        {"user_id": user_id, "name": name, "starts_at": starts_at, "ends_at": ends_at, "renewal": renewal},
    )
