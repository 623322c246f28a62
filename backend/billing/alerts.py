"""Who is told that money or tokens run out: by a job each, made in the transaction in which that happens, so once."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

import psycopg

from backend.billing.budgets import ALL, MICRO, BudgetState
from backend.config import Settings
from backend.jobs import enqueue

Connection = psycopg.Connection[Any]

STAFF = "SELECT id FROM app_user WHERE role = 'staff' AND suspended_at IS NULL"
# Once for each time that the balance goes below: it is forgotten when there is enough again.
RUNS_LOW = """
UPDATE credit_account SET low_noticed_at = now()
WHERE user_id = %(user_id)s AND balance < %(threshold)s AND low_noticed_at IS NULL
"""
ENOUGH_AGAIN = """
UPDATE credit_account SET low_noticed_at = NULL
WHERE user_id = %(user_id)s AND balance >= %(threshold)s AND low_noticed_at IS NOT NULL
"""


def mind_balance(connection: Connection, settings: Settings, user_id: uuid.UUID) -> None:
    """Somebody's balance has changed: tell when little is left."""
    values = {"user_id": user_id, "threshold": settings.low_credit_tokens}
    connection.execute(ENOUGH_AGAIN, values)
    if connection.execute(RUNS_LOW, values).rowcount:
        enqueue(connection, "send_low_credit_alert", {"threshold": settings.low_credit_tokens}, user_id=user_id)


def tell_of_budgets(connection: Connection, crossed: Sequence[BudgetState]) -> None:
    """Most of these budgets is gone: tell the person, or all staff if it is the installation's."""
    for state in crossed:
        request = {
            "whose": "installation" if state.who == ALL else "own",
            "period": state.period,
            "spent": state.spent / MICRO,
            "amount": (state.amount or 0) / MICRO,
            "resets_at": state.resets_at.isoformat(),
        }
        for user_id in _told(connection, state.who):
            enqueue(connection, "send_budget_alert", request, user_id=user_id)


def _told(connection: Connection, who: str) -> list[uuid.UUID]:
    return [row[0] for row in connection.execute(STAFF).fetchall()] if who == ALL else [uuid.UUID(who)]
