"""Balances: endowed once, reserved, settled and released, whatever is repeated, killed or done at the same time."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from backend.billing import credits
from backend.billing.alerts import mind_balance
from backend.billing.errors import InsufficientTokens
from tests.billing.conftest import Books, Connection


def entries(connection: Connection, user_id: uuid.UUID) -> list[tuple[str, int]]:
    query = "SELECT kind, amount FROM credit_entry WHERE user_id = %s ORDER BY id"
    return connection.execute(query, (user_id,)).fetchall()


def test_everybody_is_endowed_once_and_a_guest_gets_the_rest_with_the_account(books: Books) -> None:
    with books.connect() as connection:
        guest = books.person(connection)
        for _ in range(2):
            assert credits.open_account(connection, guest) == 400
        connection.execute(
            "UPDATE app_user SET is_guest = false, email = 'a@b.c', password_hash = 'x' WHERE id = %s", (guest,)
        )
        for _ in range(2):
            assert credits.open_account(connection, guest) == 1000
        assert credits.open_account(connection, books.person(connection, guest=False)) == 1000


def test_a_job_reserves_uses_and_gives_back(books: Books) -> None:
    with books.connect() as connection:
        user_id = books.person(connection)
        job_id = books.job(connection, user_id)
        credits.reserve(connection, user_id, job_id, 300)
        assert credits.balance_of(connection, user_id) == 100
        books.call(connection, user_id, job_id, 120)
        assert credits.settle(connection, user_id, job_id) == (120, 0)
        assert credits.balance_of(connection, user_id) == 280
        assert entries(connection, user_id) == [
            ("sign_up_grant", 400),
            ("reservation", -300),
            ("release", 300),
            ("use", -120),
        ]


def test_settling_again_charges_only_what_was_used_since(books: Books) -> None:
    with books.connect() as connection:
        user_id = books.person(connection)
        job_id = books.job(connection, user_id)
        books.call(connection, user_id, job_id, 50)
        assert credits.settle(connection, user_id, job_id).charged == 50
        assert credits.settle(connection, user_id, job_id).charged == 0
        books.call(connection, user_id, job_id, 30)
        assert credits.settle(connection, user_id, job_id).charged == 30


def test_a_run_after_a_crash_finds_its_reservation_and_adds_only_what_is_missing(books: Books) -> None:
    with books.connect() as connection:
        user_id = books.person(connection)
        job_id = books.job(connection, user_id)
        credits.reserve(connection, user_id, job_id, 200)
        credits.reserve(connection, user_id, job_id, 200)
        assert credits.balance_of(connection, user_id) == 200
        books.call(connection, user_id, job_id, 150)  # answered, and not settled: the worker is dead
        credits.reserve(connection, user_id, job_id, 200)
        assert credits.balance_of(connection, user_id) == 50


def test_too_little_credit_is_refused_with_both_numbers_and_reserves_nothing(books: Books) -> None:
    with books.connect() as connection:
        user_id = books.person(connection)
        job_id = books.job(connection, user_id)
        with pytest.raises(InsufficientTokens) as refused:
            credits.reserve(connection, user_id, job_id, 700)
        assert refused.value.facts == {"needed": 700, "available": 400}
        assert credits.balance_of(connection, user_id) == 400
        assert connection.execute("SELECT FROM credit_hold").rowcount == 0


def test_what_was_used_beyond_the_balance_is_not_charged(books: Books) -> None:
    with books.connect() as connection:
        user_id = books.person(connection)
        job_id = books.job(connection, user_id)
        credits.reserve(connection, user_id, job_id, 300)
        books.call(connection, user_id, job_id, 1000)
        assert credits.settle(connection, user_id, job_id) == (400, 600)
        assert credits.balance_of(connection, user_id) == 0


@pytest.mark.parametrize(
    ("facts", "charged"),
    [
        ({"success": False, "error_code": "provider_unavailable"}, 0),
        ({"success": False, "error_code": "stopped"}, 80),
        ({"cached": True, "saved": 7}, 0),
    ],
    ids=["a failure", "a cancelled call", "an answer from the cache"],
)
def test_what_a_call_costs_its_person(books: Books, facts: dict[str, object], charged: int) -> None:
    with books.connect() as connection:
        user_id = books.person(connection)
        job_id = books.job(connection, user_id)
        books.call(connection, user_id, job_id, 80, **facts)
        assert credits.settle(connection, user_id, job_id).charged == charged


@pytest.mark.parametrize(
    ("status", "balance"), [("cancelled", 350), ("completed", 350), ("failed", 400), ("gone", 350)]
)
def test_a_reservation_whose_job_ended_without_its_handler_is_dealt_with(
    books: Books, status: str, balance: int
) -> None:
    with books.connect() as connection:
        user_id = books.person(connection)
        job_id = books.job(connection, user_id, "queued")
        credits.reserve(connection, user_id, job_id, 300)
        books.call(connection, user_id, job_id, 50)
        assert credits.settle_stale(connection, user_id) == 0
        if status == "gone":
            connection.execute("DELETE FROM ai_job")
        else:
            connection.execute("UPDATE ai_job SET status = %s, completed_at = now()", (status,))
        assert credits.settle_stale(connection, user_id) == 1
        assert credits.balance_of(connection, user_id) == balance


def test_an_entry_is_never_changed_and_a_balance_never_written_below_zero(books: Books) -> None:
    with books.connect() as connection:
        user_id = books.person(connection)
        credits.open_account(connection, user_id)
        with pytest.raises(psycopg.errors.RaiseException):
            connection.execute("UPDATE credit_entry SET amount = amount + 1")
        with pytest.raises(psycopg.errors.CheckViolation):
            credits.book(connection, user_id, "use", -401, "too much")
        assert credits.balance_of(connection, user_id) == 400


def test_a_cause_is_booked_once_by_many_at_the_same_time(books: Books) -> None:
    with books.connect() as connection:
        user_id = books.person(connection)
    together = threading.Barrier(8)

    def grant(_: int) -> bool:
        with books.connect() as connection, connection.transaction():
            together.wait()
            credits.open_account(connection, user_id)
            return credits.book(connection, user_id, "staff_grant", 500, "grant:1")

    with ThreadPoolExecutor(8) as pool:
        booked = list(pool.map(grant, range(8)))
    with books.connect() as connection:
        assert sorted(booked) == [False] * 7 + [True]
        assert credits.balance_of(connection, user_id) == 900


def test_many_jobs_at_once_reserve_no_more_than_there_is(books: Books) -> None:
    with books.connect() as connection:
        user_id = books.person(connection)
        jobs = [books.job(connection, user_id) for _ in range(12)]
    together = threading.Barrier(len(jobs))

    def reserve(job_id: uuid.UUID) -> bool:
        with books.connect() as connection:
            together.wait()
            try:
                credits.reserve(connection, user_id, job_id, 90)
            except InsufficientTokens:
                return False
            return True

    with ThreadPoolExecutor(len(jobs)) as pool:
        got = list(pool.map(reserve, jobs))
    with books.connect() as connection:
        assert sum(got) == 4  # of 400 tokens
        assert credits.balance_of(connection, user_id) == 40


def test_little_credit_is_told_once_until_there_was_enough(books: Books) -> None:
    with books.connect() as connection:
        user_id = books.person(connection)
        job_id = books.job(connection, user_id)
        told = "SELECT FROM ai_job WHERE job_type = 'send_low_credit_alert'"

        def use(tokens: int) -> int:
            books.call(connection, user_id, job_id, tokens)
            credits.settle(connection, user_id, job_id)
            mind_balance(connection, books.settings, user_id)
            return connection.execute(told).rowcount

        assert use(250) == 0
        assert use(100) == 1
        assert use(10) == 1
        credits.book(connection, user_id, "staff_grant", 500, "grant:1")
        mind_balance(connection, books.settings, user_id)
        assert use(500) == 2
