"""What routes do with credit, plans and budgets. Nothing here commits."""

from __future__ import annotations

import uuid
from typing import Any

from backend.billing import budgets, credits, plans
from backend.billing.alerts import mind_balance
from backend.billing.budgets import ALL, MICRO, BudgetState
from backend.db import AnySession, driver_connection
from backend.errors import NotFound
from backend.jobs.engine_settings import current_settings

HELD = "SELECT coalesce(sum(tokens), 0)::bigint FROM credit_hold WHERE user_id = %s"


def account_of(session: AnySession, user_id: uuid.UUID) -> dict[str, Any]:
    """Somebody's credit, plan and budgets. Reservations that jobs have left behind are settled first."""
    connection, settings = driver_connection(session), current_settings()
    guest = _is_guest(connection, user_id)
    balance = None
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
        "budgets": _bodies(budgets.budgets_of(connection, settings, str(user_id), guest=guest)),
    }


def grant(
    session: AnySession, user_id: uuid.UUID, tokens: int, *, staff_id: uuid.UUID, key: str | None, note: str | None
) -> tuple[int, bool]:
    """Give somebody tokens; the balance, and whether this call did it or one before with the same key."""
    connection, settings = driver_connection(session), current_settings()
    _is_guest(connection, user_id)
    credits.open_account(connection, user_id)
    name = f"grant:{staff_id}:{key or uuid.uuid4()}"
    created = credits.book(connection, user_id, "staff_grant", tokens, name, actor_id=staff_id, note=note)
    mind_balance(connection, settings, user_id)
    return credits.balance_of(connection, user_id), created


def give_plan(session: AnySession, user_id: uuid.UUID, fields: dict[str, Any]) -> None:
    """Give somebody a plan, instead of the one before."""
    connection = driver_connection(session)
    _is_guest(connection, user_id)
    plans.set_plan(connection, user_id, **fields)


def remove_plan(session: AnySession, user_id: uuid.UUID) -> None:
    """Let the credits alone decide."""
    removed = driver_connection(session).execute("DELETE FROM plan WHERE user_id = %s", (user_id,)).rowcount
    if not removed:
        raise NotFound("This person has no plan.")


def budgets_of(session: AnySession, user_id: uuid.UUID | None) -> list[dict[str, Any]]:
    """Budgets of a person, or of the installation."""
    connection, settings = driver_connection(session), current_settings()
    guest = user_id is not None and _is_guest(connection, user_id)
    return _bodies(budgets.budgets_of(connection, settings, _who(user_id), guest=guest))


def change_budgets(session: AnySession, user_id: uuid.UUID | None, fields: dict[str, Any]) -> None:
    """Set those budgets that ``fields`` name, in US dollars; forget those to ``reset``."""
    connection = driver_connection(session)
    if user_id is not None:
        _is_guest(connection, user_id)
    amounts = {
        period: None if fields[period] is None else round(fields[period] * MICRO)
        for period in budgets.PERIODS
        if period in fields
    }
    budgets.set_budgets(connection, _who(user_id), amounts, fields["reset"])


def _who(user_id: uuid.UUID | None) -> str:
    return ALL if user_id is None else str(user_id)


def _is_guest(connection: credits.Connection, user_id: uuid.UUID) -> bool:
    """Raises NotFound when there is nobody with this id."""
    row = connection.execute("SELECT is_guest FROM app_user WHERE id = %s", (user_id,)).fetchone()
    if row is None:
        raise NotFound("There is nobody with this id.")
    return bool(row[0])


def _bodies(states: list[BudgetState]) -> list[dict[str, Any]]:
    return [
        {
            "period": state.period,
            "amount": None if state.amount is None else state.amount / MICRO,
            "spent": state.spent / MICRO,
            "resets_at": state.resets_at,
        }
        for state in states
    ]
