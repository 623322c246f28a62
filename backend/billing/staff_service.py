"""What staff do with credit, plans and budgets; all of it is in the audit, with what was before. Nothing here commits."""

from __future__ import annotations

import uuid
from typing import Any

from backend.audit.service import record
from backend.billing import budgets, credits, people, plans
from backend.billing.accounts import account_of, budgets_of, find_person
from backend.billing.alerts import mind_balance
from backend.billing.budgets import ALL, MICRO, PERIODS, BudgetState
from backend.billing.people import PeopleFilter
from backend.billing.plans import PlanState
from backend.db import AnySession, driver_connection
from backend.errors import Conflict, NotFound
from backend.identity import Actor
from backend.jobs.engine_settings import current_settings

STAFF_MONEY_LOCK = 0x0CC0_0004  # pg_advisory_xact_lock: what the audit calls “before” is what the change found
EVERYBODY = "the installation"
GRANTED = "SELECT amount FROM credit_entry WHERE user_id = %s AND key = %s"
NO_PLAN = "This person has no plan."


def list_people(
    session: AnySession, wanted: PeopleFilter, *, limit: int, before: uuid.UUID | None
) -> list[dict[str, Any]]:
    """People with their credit, plan, budgets and use, the newest first."""
    return people.list_people(driver_connection(session), current_settings(), wanted, limit=limit, before=before)


def person_account(session: AnySession, user_id: uuid.UUID) -> dict[str, Any]:
    """One of them. Reservations that jobs have left behind are settled first."""
    account = account_of(session, user_id)
    (person,) = list_people(session, PeopleFilter(user_id=user_id), limit=1, before=None)
    return {**person, **account}


def grant(
    session: AnySession, actor: Actor, user_id: uuid.UUID, tokens: int, *, key: str | None, note: str | None
) -> tuple[int, bool]:
    """Give somebody tokens; the balance, and whether this call did it or one before with the same key.

    Raises Conflict if that one gave another number.
    """
    connection, settings = driver_connection(session), current_settings()
    person = find_person(connection, user_id)
    credits.open_account(connection, user_id)
    name = f"grant:{actor.user_id}:{key or uuid.uuid4()}"
    created = credits.book(connection, user_id, "staff_grant", tokens, name, actor_id=actor.user_id, note=note)
    mind_balance(connection, settings, user_id)
    balance = credits.balance_of(connection, user_id)
    if created:
        said = {"name": person.called, "tokens": tokens, "before": balance - tokens, "after": balance, "reason": note}
        record(session, actor, "user.grant_credit", "user", [user_id], **said)
    elif connection.execute(GRANTED, (user_id, name)).fetchone() != (tokens,):
        raise Conflict(
            "This Idempotency-Key was used for another grant. Send a new key with a new request.",
            code="idempotency_key_reused",
        )
    return balance, created


def give_plan(session: AnySession, actor: Actor, user_id: uuid.UUID, fields: dict[str, Any]) -> None:
    """Give somebody a plan, instead of the one before."""
    connection = driver_connection(session)
    person = find_person(connection, user_id)
    _lock(connection)
    before = plans.plan_of(connection, user_id)
    plans.set_plan(connection, user_id, **fields)
    after = plans.plan_of(connection, user_id)
    if _plan_said(before) != _plan_said(after):
        said = {"name": person.called, "before": _plan_said(before), "after": _plan_said(after)}
        record(session, actor, "user.give_plan", "user", [user_id], **said)


def remove_plan(session: AnySession, actor: Actor, user_id: uuid.UUID) -> None:
    """Let the credits alone decide. Raises NotFound if that is so already."""
    connection = driver_connection(session)
    person = find_person(connection, user_id)
    _lock(connection)
    before = plans.plan_of(connection, user_id)
    if before is None:
        raise NotFound(NO_PLAN)
    connection.execute("DELETE FROM plan WHERE user_id = %s", (user_id,))
    record(session, actor, "user.remove_plan", "user", [user_id], name=person.called, before=_plan_said(before))


def change_budgets(session: AnySession, actor: Actor, user_id: uuid.UUID | None, fields: dict[str, Any]) -> None:
    """Set those budgets that ``fields`` name, in US dollars; forget those to ``reset``."""
    connection = driver_connection(session)
    whose = EVERYBODY if user_id is None else find_person(connection, user_id).called
    amounts = {
        period: None if fields[period] is None else round(fields[period] * MICRO)
        for period in PERIODS
        if period in fields
    }
    _lock(connection)
    before = budgets_of(session, user_id)
    budgets.set_budgets(connection, ALL if user_id is None else str(user_id), amounts, fields["reset"])
    was, now = _budgets_said(before), _budgets_said(budgets_of(session, user_id))
    changed = [period for period in PERIODS if was[period] != now[period]]
    if changed:
        said = {name: {period: side[period] for period in changed} for name, side in (("before", was), ("after", now))}
        record(session, actor, "budget.change", "budget", [user_id or ALL], name=whose, **said)


def _lock(connection: credits.Connection) -> None:
    connection.execute("SELECT pg_advisory_xact_lock(%s)", (STAFF_MONEY_LOCK,))


def _plan_said(plan: PlanState | None) -> dict[str, str] | None:
    if plan is None:
        return None
    ends = "never" if plan.ends_at is None else f"{plan.ends_at:%Y-%m-%d %H:%M} UTC"
    return {"plan": plan.name, "begins": f"{plan.starts_at:%Y-%m-%d %H:%M} UTC", "ends": ends, "renewal": plan.renewal}


def _budgets_said(states: list[BudgetState]) -> dict[str, str]:
    return {state.period: _amount_said(state) + ("" if state.own else " by the settings") for state in states}


def _amount_said(state: BudgetState) -> str:
    if state.amount is None:
        return "no limit"
    dollars = f"{state.amount / MICRO:,.6f}".rstrip("0")
    whole, cents = dollars.split(".")
    return f"${whole}.{cents:0<2}" if cents else f"${whole}"
