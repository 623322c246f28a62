"""Hints of a SQLAlchemy session: in the statement when it has been quiet, else after the commit."""

from __future__ import annotations

import weakref
from collections.abc import Sequence
from weakref import WeakKeyDictionary

import psycopg
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session, scoped_session

from backend.db import AnySession
from backend.jobs.hints import Hints
from backend.jobs.store import Written, notify

OWED = "jobs.owed_hints"

_hints: WeakKeyDictionary[Engine, Hints] = WeakKeyDictionary()


def hints_of(session: AnySession) -> Hints:
    """The hints of the session's engine: one window for the whole process."""
    engine = session.get_bind().engine
    found = _hints.get(engine)
    if found is None:
        found = _hints.setdefault(engine, Hints(_Sender(engine)))
    return found


def dispose_after_hints(engine: Engine, seconds: float = 1.0) -> None:
    """Close the engine's pool, once the hints that are still owed have been sent through it: one that is sent during the
    closing would leave its connection open in a pool that is nobody's."""
    hints = _hints.get(engine)
    if hints is not None:
        hints.settle(seconds)
    engine.dispose()


def owe_after_commit(session: AnySession, ready: tuple[str, str] | None, written: Sequence[Written]) -> None:
    """Send hints once the outermost transaction of the session has committed."""
    if ready is None and not written:
        return
    plain = session() if isinstance(session, scoped_session) else session
    owed: list[tuple[tuple[str, str] | None, Sequence[Written]]] = plain.info.setdefault(OWED, [])
    owed.append((ready, written))
    if not event.contains(plain, "after_commit", _send_owed):
        event.listen(plain, "after_commit", _send_owed)


def _send_owed(session: Session) -> None:
    if session.in_nested_transaction():  # a savepoint's end is no commit: others do not see the row yet
        return
    owed = session.info.pop(OWED, ())
    if owed:
        plain = [ready for ready, _ in owed if ready is not None]
        hints_of(session).owe_all(plain, [news for _, written in owed for news in written])


class _Sender:
    """Sends hints through a connection of the engine's pool."""

    def __init__(self, engine: Engine) -> None:
        self._engine = weakref.ref(engine)  # weak, or the table of hints would keep every engine

    def __call__(self, pairs: list[tuple[str, str]]) -> None:
        engine = self._engine()
        if engine is None:
            return
        pooled = engine.raw_connection()
        try:
            connection = pooled.driver_connection
            if not isinstance(connection, psycopg.Connection):
                raise TypeError(f"expected a psycopg connection, got {type(connection).__name__}")
            # One statement, one round trip: it competes with what the process is there for.
            connection.autocommit = True
            try:
                notify(connection, pairs)
            finally:
                connection.autocommit = False
        finally:
            pooled.close()
