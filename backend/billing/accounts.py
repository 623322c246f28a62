"""Somebody's credit, plan and budgets as they stand. Nothing here commits."""

from __future__ import annotations

import uuid
from typing import Any, NamedTuple

from backend.billing import budgets, credits, plans
from backend.billing.budgets import ALL, BudgetState
from backend.db import AnySession, driver_connection
from backend.errors import NotFound
from backend.jobs.engine_settings import current_settings

HELD = "SELECT coalesce(sum(tokens), 0)::bigint FROM credit_hold WHERE user_id = %s"


class Person(NamedTuple):
    """Whose account it is."""

    name: str
    email: str | None
    is_guest: bool

    @property
    def called(self) -> str:
        """By what others know them."""
        return self.email or self.name


def account_of(session: AnySession, user_id: uuid.UUID) -> dict[str, Any]:
    """Somebody's credit, plan and budgets. Reservations that jobs have left behind are settled first."""
    connection, settings = driver_connection(session), current_settings()
    balance = None
    states = budgets_of(session, user_id)
    if settings.billing:
        credits.open_account(connection, user_id)
        credits.settle_stale(connection, user_id)
        balance = credits.balance_of(connection, user_id)
    plan = plans.plan_of(connection, user_id)
    held = connection.execute(HELD, (user_id,)).fetchone() or (0,)
    return {
        "billing": settings.billing,
        "balance": balance,
        "reserved": held[0],
        "plan": None if plan is None else plan._asdict(),
        "budgets": [budgets.body_of(state) for state in states],
    }


def budgets_of(session: AnySession, user_id: uuid.UUID | None) -> list[BudgetState]:
    """Budgets of a person, or of the installation. Raises NotFound when there is nobody with this id."""
    connection, settings = driver_connection(session), current_settings()
    if user_id is None:
        return budgets.budgets_of(connection, settings, ALL)
    guest = find_person(connection, user_id).is_guest
    return budgets.budgets_of(connection, settings, str(user_id), guest=guest)


def find_person(connection: credits.Connection, user_id: uuid.UUID) -> Person:
    """Raises NotFound when there is nobody with this id."""
    row = connection.execute("SELECT name, email, is_guest FROM app_user WHERE id = %s", (user_id,)).fetchone()
    if row is None:
        raise NotFound("There is nobody with this id.")
    return Person(*row)
