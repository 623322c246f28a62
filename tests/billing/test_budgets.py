"""Budgets: counted for a person and for all, told of once, and begun anew with the day and the month."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest

from backend.billing import budgets
from backend.billing.errors import BudgetExceeded
from tests.billing.conftest import Books

DOLLAR = 1_000_000


@pytest.mark.parametrize(
    ("now", "day", "month"),
    [
        (datetime(2026, 11, 30, 23, 59, tzinfo=UTC), (2026, 12, 1), (2026, 12, 1)),
        (datetime(2026, 12, 31, 12, tzinfo=UTC), (2027, 1, 1), (2027, 1, 1)),
        (datetime(2028, 2, 28, 0, tzinfo=UTC), (2028, 2, 29), (2028, 3, 1)),
        (
            datetime(2026, 5, 1, 1, tzinfo=timezone(timedelta(hours=9))),
            (2026, 5, 1),
            (2026, 5, 1),
        ),  # still April in UTC
    ],
)
def test_when_a_budget_begins_anew(now: datetime, day: tuple[int, int, int], month: tuple[int, int, int]) -> None:
    assert budgets.resets_at("day", now) == datetime(*day, tzinfo=UTC)
    assert budgets.resets_at("month", now) == datetime(*month, tzinfo=UTC)


def test_most_of_a_budget_is_told_once_and_the_whole_stops(books: Books) -> None:
    with books.connect() as connection:
        user_id = books.person(connection, guest=False)

        def crossed(cost: int) -> list[tuple[str, str]]:
            found = budgets.spend(connection, books.settings, user_id, cost)
            return [("all" if state.who == "all" else "own", state.period) for state in found]

        assert crossed(790_000) == []
        assert crossed(10_000) == [("all", "day"), ("own", "day")]
        assert crossed(100_000) == []
        budgets.check_budgets(connection, books.settings, user_id)
        assert crossed(100_000) == []
        with pytest.raises(BudgetExceeded, match=r"Your budget .* used up for today"):
            budgets.check_budgets(connection, books.settings, user_id)
        other = books.person(connection, guest=False)
        with pytest.raises(BudgetExceeded, match="of this installation"):
            budgets.check_budgets(connection, books.settings, other)


def test_yesterday_does_not_count_today_and_does_this_month(books: Books) -> None:
    now = datetime(2026, 11, 15, 12, tzinfo=UTC)
    with books.connect() as connection:
        user_id = books.person(connection, guest=False)
        budgets.spend(connection, books.settings, user_id, 3 * DOLLAR, now - timedelta(days=1))
        day, month = budgets.budgets_of(connection, books.settings, str(user_id), now=now)
        assert (day.spent, day.used_up) == (0, False)
        assert (month.spent, month.used_up) == (3 * DOLLAR, False)


def test_a_guest_has_a_small_one_and_staff_set_any(books: Books) -> None:
    with books.connect() as connection:
        guest = books.person(connection)
        assert budgets.budgets_of(connection, books.settings, str(guest), guest=True)[0].amount == DOLLAR / 10
        budgets.set_budgets(connection, str(guest), {"day": None})
        assert budgets.budgets_of(connection, books.settings, str(guest), guest=True)[0].amount is None
        budgets.set_budgets(connection, str(guest), {}, ["day"])
        assert budgets.budgets_of(connection, books.settings, str(guest), guest=True)[0].amount == DOLLAR / 10


def test_many_costs_at_once_are_all_counted_and_told_of_once(books: Books) -> None:
    with books.connect() as connection:
        user_id = books.person(connection, guest=False)

    def spend(_: int) -> int:
        with books.connect() as connection, connection.transaction():
            return len(budgets.spend(connection, books.settings, user_id, 50_000))

    with ThreadPoolExecutor(8) as pool:
        told = sum(pool.map(spend, range(20)))
    with books.connect() as connection:
        assert told == 2  # the person's and the installation's, of the day
        assert budgets.budgets_of(connection, books.settings, "all")[0].spent == DOLLAR
