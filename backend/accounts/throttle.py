"""How often somebody may try: fixed windows that all web processes share, in Postgres."""

from __future__ import annotations

import math
import random
import time

from flask import current_app
from limits import RateLimitItem, parse_many
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from backend.config import Settings
from backend.db import db
from backend.errors import TooManyRequests

SIGN_IN_PER_ADDRESS = "100/minute"
# Pairs first: somebody else's wrong guesses must not easily lock the owner of an account out.
SIGN_IN_PER_ACCOUNT_AND_ADDRESS = "10/minute;50/hour"
SIGN_IN_PER_ACCOUNT = "200/hour"
SIGN_UP_PER_ADDRESS = "120/minute;2000/hour"
GUEST_PER_ADDRESS = "300/minute;5000/hour"
SWEEP_ONE_IN = 200  # hits between two removals of expired counters, on average

INCREMENT = text("""
    INSERT INTO rate_limit (key, hits, expires_at) VALUES (:key, :amount, now() + make_interval(secs => :seconds))
    ON CONFLICT (key) DO UPDATE SET
        hits = CASE WHEN rate_limit.expires_at <= now() THEN 0 ELSE rate_limit.hits END + excluded.hits,
        expires_at = CASE WHEN rate_limit.expires_at <= now() THEN excluded.expires_at ELSE rate_limit.expires_at END
    RETURNING hits
""")
READ = text("SELECT hits FROM rate_limit WHERE key = :key AND expires_at > now()")
READ_EXPIRY = text("SELECT extract(epoch FROM expires_at) FROM rate_limit WHERE key = :key AND expires_at > now()")
CLEAR = text("DELETE FROM rate_limit WHERE key = :key")
RESET = text("DELETE FROM rate_limit")
SWEEP = text("DELETE FROM rate_limit WHERE expires_at <= now()")


class PostgresStorage(Storage):  # type: ignore[misc] # limits is not followed by mypy
    """Counters for ``limits``. Each call is a transaction of its own, so that a refused request still counts."""

    STORAGE_SCHEME = None

    @property
    def base_exceptions(self) -> type[Exception]:
        """What may go wrong underneath."""
        return SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count and return the hits of the window, beginning a new one of ``expiry`` seconds when it is over."""
        with db.engine.begin() as connection:
            if random.randrange(SWEEP_ONE_IN) == 0:
                connection.execute(SWEEP)
            return _number(connection, INCREMENT.bindparams(key=key, amount=amount, seconds=expiry))

    def get(self, key: str) -> int:
        """Hits in the present window."""
        with db.engine.begin() as connection:
            return _number(connection, READ.bindparams(key=key))

    def get_expiry(self, key: str) -> float:
        """Unix time at which the present window ends; now, if there is none."""
        with db.engine.begin() as connection:
            return float(connection.execute(READ_EXPIRY, {"key": key}).scalar() or time.time())

    def check(self) -> bool:
        """Whether the database answers."""
        with db.engine.begin() as connection:
            return _number(connection, text("SELECT 1")) == 1

    def reset(self) -> int | None:
        """Forget every counter; returns how many there were."""
        with db.engine.begin() as connection:
            return connection.execute(RESET).rowcount

    def clear(self, key: str) -> None:
        """Forget one counter."""
        with db.engine.begin() as connection:
            connection.execute(CLEAR, {"key": key})


def throttle(limits: str, *identifiers: str) -> None:
    """Count one attempt; raises TooManyRequests with ``Retry-After`` when there were too many in a window."""
    if not _enabled():
        return
    limiter = FixedWindowRateLimiter(PostgresStorage())
    for item in parse_many(limits):
        if not limiter.hit(item, *identifiers):
            raise _too_many(limiter, item, *identifiers)


def forgive(limits: str, *identifiers: str) -> None:
    """Forget the attempts: the last one was right."""
    if not _enabled():
        return
    storage = PostgresStorage()
    for item in parse_many(limits):
        storage.clear(item.key_for(*identifiers))


def _enabled() -> bool:
    settings: Settings = current_app.extensions["collabcanvas.settings"]
    return settings.rate_limits


def _too_many(limiter: FixedWindowRateLimiter, item: RateLimitItem, *identifiers: str) -> TooManyRequests:
    reset_at = limiter.get_window_stats(item, *identifiers).reset_time
    seconds = max(1, math.ceil(reset_at - time.time()))
    return TooManyRequests(
        f"Too many attempts. Wait {seconds} seconds, then try again.", headers={"Retry-After": str(seconds)}
    )


def _number(connection: Connection, statement: object) -> int:
    return int(connection.execute(statement).scalar() or 0)  # type: ignore[call-overload]
