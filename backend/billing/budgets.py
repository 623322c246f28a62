"""Budgets in micro-dollars for a day and a month (UTC): of the whole installation, and of each person.

A call that costs something is not made once a budget is used up. Calls that run at that moment end, so a budget can be passed
by what they cost, not by more.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import psycopg

from backend.billing.errors import BudgetExceeded
from backend.config import Settings

Connection = psycopg.Connection[Any]

ALL = "all"
WARN_AT = 0.8
MICRO = 1_000_000
PERIODS = ("day", "month")

SPENT = "SELECT period, cost FROM spending WHERE who = %s AND (period, begins_on) IN (('day', %s), ('month', %s))"
SPEND = """
INSERT INTO spending AS known (who, period, begins_on, cost) VALUES (%(who)s, %(period)s, %(begins_on)s, %(cost)s)
ON CONFLICT (who, period, begins_on) DO UPDATE SET cost = known.cost + excluded.cost
RETURNING cost, warned_at IS NOT NULL
"""
WARNED = "UPDATE spending SET warned_at = now() WHERE who = %s AND period = %s AND begins_on = %s"


class BudgetState(NamedTuple):
    """A budget and what is spent of it. ``amount`` None: no limit."""

    who: str
    period: str
    amount: int | None
    spent: int
    resets_at: datetime
    own: bool = False  # set by staff, not by the settings

    @property
    def used_up(self) -> bool:
        """Nothing may be spent any more."""
        return self.amount is not None and self.spent >= self.amount

    @property
    def share(self) -> float | None:
        """How much of it is spent, 1 and more: all; None without a limit. Of a budget of nothing, nothing is left."""
        if self.amount is None:
            return None
        return self.spent / self.amount if self.amount else 1.0


def body_of(state: BudgetState) -> dict[str, Any]:
    """As the API has it, in US dollars."""
    return {
        "period": state.period,
        "amount": None if state.amount is None else state.amount / MICRO,
        "spent": state.spent / MICRO,
        "share": state.share,
        "set_by_staff": state.own,
        "resets_at": state.resets_at,
    }


def begins_on(period: str, now: datetime) -> date:
    """The first day of the day or month of ``now``."""
    day = now.astimezone(UTC).date()
    return day if period == "day" else day.replace(day=1)


def resets_at(period: str, now: datetime) -> datetime:
    """When the next day or month begins."""
    first = begins_on(period, now)
    if period == "day":
        following = date.fromordinal(first.toordinal() + 1)
    else:
        following = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return datetime(following.year, following.month, following.day, tzinfo=UTC)


def budgets_of(
    connection: Connection, settings: Settings, who: str, *, guest: bool = False, now: datetime | None = None
) -> list[BudgetState]:
    """The budgets of ``who``, a day's and a month's: as staff have set them, else as the settings say."""
    now = now or datetime.now(UTC)
    rows = connection.execute(SPENT, (who, begins_on("day", now), begins_on("month", now))).fetchall()
    spent = {period: int(cost) for period, cost in rows}
    own = dict(connection.execute("SELECT period, amount FROM budget WHERE who = %s", (who,)).fetchall())
    return [
        BudgetState(
            who,
            period,
            own[period] if period in own else default_amount(settings, who, period, guest=guest),
            spent.get(period, 0),
            resets_at(period, now),
            period in own,
        )
        for period in PERIODS
    ]


def default_amount(settings: Settings, who: str, period: str, *, guest: bool) -> int | None:
    """What the settings say, in micro-dollars."""
    if who == ALL:
        dollars = settings.ai_daily_budget if period == "day" else settings.ai_monthly_budget
    elif guest and period == "day":
        dollars = settings.ai_guest_daily_budget
    else:
        dollars = settings.ai_user_daily_budget if period == "day" else settings.ai_user_monthly_budget
    return None if dollars is None else round(dollars * MICRO)


def check_budgets(connection: Connection, settings: Settings, user_id: uuid.UUID | None) -> None:
    """Raise BudgetExceeded if the installation's, or the person's, is used up."""
    if user_id is not None:
        for state in budgets_of(connection, settings, str(user_id), guest=_is_guest(connection, user_id)):
            if state.used_up:
                raise BudgetExceeded("Your budget", state.period, state.resets_at)
    for state in budgets_of(connection, settings, ALL):
        if state.used_up:
            raise BudgetExceeded("The budget of this installation", state.period, state.resets_at)


def spend(
    connection: Connection, settings: Settings, user_id: uuid.UUID | None, cost: int, now: datetime | None = None
) -> list[BudgetState]:
    """Count a cost; returns the budgets of which most is gone now and about which nobody was told yet.

    Rows are taken in one order, so that two calls never wait for each other in a circle.
    """
    if cost <= 0:
        return []
    now = now or datetime.now(UTC)
    crossed: list[BudgetState] = []
    for who in (ALL, *([str(user_id)] if user_id is not None else [])):
        guest = user_id is not None and who != ALL and _is_guest(connection, user_id)
        warned = {period: _count(connection, who, period, cost, now) for period in PERIODS}
        for state in budgets_of(connection, settings, who, guest=guest, now=now):
            if not warned[state.period] and state.amount is not None and state.spent >= WARN_AT * state.amount:
                connection.execute(WARNED, (who, state.period, begins_on(state.period, now)))
                crossed.append(state)
    return crossed


def set_budgets(connection: Connection, who: str, amounts: dict[str, int | None], forget: Sequence[str] = ()) -> None:
    """Set budgets in micro-dollars by period (None: no limit); those to ``forget`` are what the settings say again."""
    for period, amount in amounts.items():
        connection.execute(
            "INSERT INTO budget (who, period, amount) VALUES (%s, %s, %s) "
            "ON CONFLICT (who, period) DO UPDATE SET amount = excluded.amount",
            (who, period, amount),
        )
    connection.execute("DELETE FROM budget WHERE who = %s AND period = ANY(%s)", (who, list(forget)))


def _count(connection: Connection, who: str, period: str, cost: int, now: datetime) -> bool:
    """Add to what was spent; whether somebody was told already that most of it is gone."""
    values = {"who": who, "period": period, "begins_on": begins_on(period, now), "cost": cost}
    row = connection.execute(SPEND, values).fetchone()
    return bool(row and row[1])


def _is_guest(connection: Connection, user_id: uuid.UUID) -> bool:
    row = connection.execute("SELECT is_guest FROM app_user WHERE id = %s", (user_id,)).fetchone()
    return bool(row and row[0])
