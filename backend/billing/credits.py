"""Balances in tokens. Everything that changes one locks the account first, so that nothing happens twice or below zero.

A job's tokens go this way: a *reservation* before the first call, more if a call needs more, then either the *use* of what was
really used and the *release* of the reservation, or the release alone. What a job has used is read from the ledger of calls, and
what it was charged from its entries: settling twice, or after a crash, charges the difference, which is nothing.
"""

from __future__ import annotations

import uuid
from typing import Any, NamedTuple

import psycopg

from backend.billing.errors import InsufficientTokens
from backend.config import Settings
from backend.jobs.engine_settings import current_settings

Connection = psycopg.Connection[Any]

BOOK = """
INSERT INTO credit_entry (user_id, kind, amount, key, job_id, actor_id, note)
VALUES (%(user_id)s, %(kind)s, %(amount)s, %(key)s, %(job_id)s, %(actor_id)s, %(note)s)
ON CONFLICT (user_id, key) DO NOTHING
"""
USED = "SELECT coalesce(sum(tokens_in + tokens_out), 0) FROM ai_operation WHERE job_id = %s AND billable"
CHARGED = (
    "SELECT coalesce(-sum(amount), 0), count(*) FROM credit_entry WHERE job_id = %s AND user_id = %s AND kind = 'use'"
)
# What ``person`` has still to get of what everybody gets once: a guest gets less, and the rest on becoming an account.
DUE = """
(SELECT CASE WHEN bool_or(key = CASE WHEN person.is_guest THEN 'guest' ELSE 'account' END) THEN 0 ELSE greatest(
    0, CASE WHEN person.is_guest THEN %(guest_tokens)s ELSE %(free_tokens)s END - coalesce(sum(amount), 0)
)::bigint END FROM credit_entry WHERE user_id = person.id AND key IN ('guest', 'account'))
"""
ENDOWMENT = f"SELECT is_guest, {DUE} FROM app_user AS person WHERE id = %(user_id)s"  # noqa: S608 - constants
# Whose handler can no longer settle them: those that ended with a worker that died, and those that are gone.
STALE = """
SELECT job_id, status FROM credit_hold LEFT JOIN ai_job ON ai_job.id = job_id
WHERE credit_hold.user_id = %s AND (ai_job.id IS NULL OR status IN ('completed', 'failed', 'cancelled'))
"""


class Settled(NamedTuple):
    """What settling a job came to: tokens charged now, and tokens used for which nothing was left."""

    charged: int
    unpaid: int


def open_account(connection: Connection, user_id: uuid.UUID) -> int:
    """Lock somebody's account until the transaction ends, made and endowed if it is new; the balance."""
    connection.execute("INSERT INTO credit_account (user_id) VALUES (%s) ON CONFLICT DO NOTHING", (user_id,))
    connection.execute("SELECT FROM credit_account WHERE user_id = %s FOR NO KEY UPDATE", (user_id,))
    _endow(connection, user_id)
    return balance_of(connection, user_id)


def balance_of(connection: Connection, user_id: uuid.UUID) -> int:
    """Tokens that are neither used nor reserved."""
    row = connection.execute("SELECT balance FROM credit_account WHERE user_id = %s", (user_id,)).fetchone()
    return int(row[0]) if row else 0


def book(
    connection: Connection,
    user_id: uuid.UUID,
    kind: str,
    amount: int,
    key: str,
    *,
    job_id: uuid.UUID | None = None,
    actor_id: uuid.UUID | None = None,
    note: str | None = None,
) -> bool:
    """Add an entry to an open account; False if the same cause was booked before."""
    values = {"user_id": user_id, "kind": kind, "amount": amount, "key": key}
    return connection.execute(BOOK, {**values, "job_id": job_id, "actor_id": actor_id, "note": note}).rowcount == 1


def reserve(connection: Connection, user_id: uuid.UUID, job_id: uuid.UUID, tokens: int) -> None:
    """See that ``tokens`` more than the job has used are reserved for it. Raises InsufficientTokens and reserves nothing."""
    with connection.transaction():
        open_account(connection, user_id)
        settle_stale(connection, user_id, besides=job_id)
        balance = balance_of(connection, user_id)
        held = _held(connection, job_id)
        needed = _unsettled(connection, user_id, job_id) + tokens
        if 0 < needed - held <= balance:
            _hold(connection, user_id, job_id, needed - held)
    if needed - held > balance:
        raise InsufficientTokens(needed, balance + held)


def settle(connection: Connection, user_id: uuid.UUID, job_id: uuid.UUID) -> Settled:
    """Charge what the job has used and was not charged yet, and release what was reserved for it."""
    with connection.transaction():
        open_account(connection, user_id)
        _release(connection, user_id, job_id)
        due = _unsettled(connection, user_id, job_id)
        charged = min(due, balance_of(connection, user_id))
        if charged > 0:
            book(connection, user_id, "use", -charged, _key(connection, "use", job_id), job_id=job_id)
        return Settled(charged, due - charged)


def release(connection: Connection, user_id: uuid.UUID, job_id: uuid.UUID) -> None:
    """Give back what was reserved for a job that came to nothing."""
    with connection.transaction():
        open_account(connection, user_id)
        _release(connection, user_id, job_id)


def settle_stale(connection: Connection, user_id: uuid.UUID, *, besides: uuid.UUID | None = None) -> int:
    """Deal with reservations whose jobs have ended, or are gone, without their handlers; returns how many there were."""
    found = connection.execute(STALE, (user_id,)).fetchall()
    for job_id, status in found:
        if job_id != besides:
            (release if status == "failed" else settle)(connection, user_id, job_id)
    return len(found)


def endowment(settings: Settings) -> dict[str, int]:
    """What ``DUE`` needs to know."""
    return {
        "free_tokens": settings.free_tokens,
        "guest_tokens": min(settings.guest_tokens, settings.free_tokens),
    }


def _endow(connection: Connection, user_id: uuid.UUID) -> None:
    """What everybody gets once."""
    values = {"user_id": user_id, **endowment(current_settings())}
    is_guest, due = connection.execute(ENDOWMENT, values).fetchone() or (False, 0)
    if due:
        book(connection, user_id, "sign_up_grant", due, "guest" if is_guest else "account")


def _hold(connection: Connection, user_id: uuid.UUID, job_id: uuid.UUID, tokens: int) -> None:
    book(connection, user_id, "reservation", -tokens, _key(connection, "reservation", job_id), job_id=job_id)
    connection.execute(
        "INSERT INTO credit_hold AS held (job_id, user_id, tokens) VALUES (%s, %s, %s) "
        "ON CONFLICT (job_id) DO UPDATE SET tokens = held.tokens + excluded.tokens",
        (job_id, user_id, tokens),
    )


def _release(connection: Connection, user_id: uuid.UUID, job_id: uuid.UUID) -> None:
    held = connection.execute("DELETE FROM credit_hold WHERE job_id = %s RETURNING tokens", (job_id,)).fetchone()
    if held:
        book(connection, user_id, "release", held[0], _key(connection, "release", job_id), job_id=job_id)


def _held(connection: Connection, job_id: uuid.UUID) -> int:
    row = connection.execute("SELECT tokens FROM credit_hold WHERE job_id = %s", (job_id,)).fetchone()
    return int(row[0]) if row else 0


def _unsettled(connection: Connection, user_id: uuid.UUID, job_id: uuid.UUID) -> int:
    used = connection.execute(USED, (job_id,)).fetchone() or (0,)
    charged = connection.execute(CHARGED, (job_id, user_id)).fetchone() or (0, 0)
    return max(0, int(used[0]) - int(charged[0]))


def _key(connection: Connection, kind: str, job_id: uuid.UUID) -> str:
    """Numbered under the account's lock: two of the same job never have the same number."""
    row = connection.execute(
        "SELECT count(*) FROM credit_entry WHERE job_id = %s AND kind = %s", (job_id, kind)
    ).fetchone() or (0,)
    return f"{kind}:{job_id}:{row[0] + 1}"
