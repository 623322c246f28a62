"""Plans: until when somebody may use models. Whoever has none is bound by credits alone."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, NamedTuple

import psycopg

from backend.billing.errors import SubscriptionExpired

Connection = psycopg.Connection[Any]

MOST_PERIODS = 1200

# The end that counts. Of a plan that renews itself the first that lies ahead; counted from the old end, so that the 31st stays
# the 31st where there is one.
END = f"""
CASE WHEN plan.ends_at > now() THEN plan.ends_at
WHEN plan.renewal = 'monthly' THEN (
    SELECT min(plan.ends_at + number * interval '1 month') FROM generate_series(1, {MOST_PERIODS}) AS number
    WHERE plan.ends_at + number * interval '1 month' > now()
)
WHEN plan.renewal = 'yearly' THEN (
    SELECT min(plan.ends_at + number * interval '1 year') FROM generate_series(1, {MOST_PERIODS}) AS number
    WHERE plan.ends_at + number * interval '1 year' > now()
)
ELSE plan.ends_at END
"""  # noqa: S608 - a number
RENEW = f"""
UPDATE plan SET ends_at = {END}, updated_at = now()
WHERE user_id = %(user_id)s AND renewal <> 'none' AND ends_at <= now()
"""  # noqa: S608 - constants


class PlanState(NamedTuple):
    """Somebody's plan as it is now."""

    name: str
    starts_at: datetime
    ends_at: datetime | None
    renewal: str
    expired: bool


def plan_of(connection: Connection, user_id: uuid.UUID) -> PlanState | None:
    """Somebody's plan, renewed if it renews itself; None without one."""
    connection.execute(RENEW, {"user_id": user_id})
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
