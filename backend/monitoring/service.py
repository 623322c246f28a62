"""Whether this process is fit to serve."""

from __future__ import annotations

import psycopg
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from backend.db import db, driver_connection
from backend.live.state import live
from backend.upgrade import is_current

CHECK_MILLISECONDS = 2000  # a database that takes longer to say hello is not ready
UP = "up"


def readiness() -> dict[str, str]:
    """What /ready checks: each part with ``up``, or what is wrong with it."""
    parts = {"database": "unreachable", "migrations": "unknown", "listener": UP if live().listener.up else "down"}
    try:
        db.session.execute(text(f"SET LOCAL statement_timeout = {CHECK_MILLISECONDS}"))
        parts["migrations"] = UP if is_current(driver_connection(db.session)) else "pending"
        parts["database"] = UP
    except (SQLAlchemyError, psycopg.Error):
        db.session.rollback()
    return parts
