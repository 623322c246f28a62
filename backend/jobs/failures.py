"""Which errors of the database pass by themselves, and which say that it will never take what it was given."""

from __future__ import annotations

import psycopg
from psycopg import errors

# The connection, concurrency, a lack of resources, and a server that has become a standby: worth another try.
PASSING: tuple[type[psycopg.Error], ...] = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    errors.ReadOnlySqlTransaction,
)
TOO_LARGE: tuple[type[psycopg.Error], ...] = (
    errors.ProgramLimitExceeded,
    errors.StatementTooComplex,
    errors.TooManyColumns,
    errors.TooManyArguments,
)
# What was to be written cannot be, now or later.
REFUSED: tuple[type[psycopg.Error], ...] = (psycopg.DataError, psycopg.IntegrityError, *TOO_LARGE)
CONCURRENT = ("40", "55")  # classes of SQLSTATE: a deadlock, a lock that could not be had


def passes(error: Exception) -> bool:
    """Whether the same may succeed later, without anybody's doing."""
    return isinstance(error, PASSING) and not isinstance(error, TOO_LARGE)


def is_concurrency(error: psycopg.Error) -> bool:
    """Whether somebody else's transaction was in the way; the database itself is well."""
    return error.sqlstate is not None and error.sqlstate[:2] in CONCURRENT
