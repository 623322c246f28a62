"""The database: SQLAlchemy for rows that are created, read and changed; psycopg where locking matters.

Both meet in one transaction: ``driver_connection(session)`` is the psycopg connection under a session.
"""

from __future__ import annotations

import contextlib
import os
import time
import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

import psycopg
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, MetaData, Text, Uuid
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Session, registry, scoped_session

AnySession = Session | scoped_session[Any]
AnyConnection = AnySession | psycopg.Connection[Any]


class Base(DeclarativeBase):
    """Root of all models. Constraints have names that a migration can refer to; every timestamp carries a zone."""

    registry = registry(
        metadata=MetaData(
            naming_convention={
                "ix": "ix_%(column_0_label)s",
                "uq": "uq_%(table_name)s_%(column_0_name)s",
                "ck": "ck_%(table_name)s_%(constraint_name)s",
                "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
                "pk": "pk_%(table_name)s",
            }
        ),
        type_annotation_map={datetime: DateTime(timezone=True), uuid.UUID: Uuid(), str: Text()},
    )


db = SQLAlchemy(model_class=Base)

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model


def uuid7() -> uuid.UUID:
    """A UUID version 7 (RFC 9562): 48 bits of Unix milliseconds, then random bits; sorts by creation time."""
    millis = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10))
    return uuid.UUID(int=(millis << 80) | (7 << 76) | ((random >> 68) << 64) | (2 << 62) | (random & ((1 << 62) - 1)))


def driver_connection(session: AnySession) -> psycopg.Connection[Any]:
    """The psycopg connection that ``session`` uses, inside its current transaction.

    Flushes first, so that raw statements see rows that the session has added.
    """
    session.flush()
    connection = session.connection().connection.driver_connection
    if not isinstance(connection, psycopg.Connection):
        raise TypeError(f"expected a psycopg connection, got {type(connection).__name__}")
    return connection


def raw_connection(target: AnyConnection) -> psycopg.Connection[Any]:
    """The psycopg connection of either: one that was given as such, or the one under a session."""
    return target if isinstance(target, psycopg.Connection) else driver_connection(target)


def drop_broken_connection(error: Exception) -> None:
    """Tell the present session that its connection broke under a statement of the driver's own.

    SQLAlchemy knows only of its own statements; it would try to leave a savepoint on the broken one, and fail at the
    end of the request, when nobody listens any more.
    """
    session = db.session()
    if isinstance(error, psycopg.OperationalError) and session.in_transaction():
        with contextlib.suppress(SQLAlchemyError):
            connection = session.connection()
            if getattr(connection.connection.driver_connection, "closed", False):
                connection.invalidate(error)
