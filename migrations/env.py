"""Alembic's environment: one connection, one transaction, and one process at a time by an advisory lock."""

from __future__ import annotations

from alembic import context
from flask import current_app
from sqlalchemy import text

# Tables that Alembic must not compare: they have no model.
UNMANAGED_TABLES = frozenset({"rate_limit"})
MIGRATION_LOCK = 0x0CC0_0001  # pg_advisory_xact_lock: web dynos that start together migrate one after the other


def include_name(name: str | None, kind: str, _parents: object) -> bool:
    """Leave out tables that are not described by a model."""
    return not (kind == "table" and name in UNMANAGED_TABLES)


def run_migrations() -> None:
    """Bring the database to the wanted revision, all or nothing."""
    migrate = current_app.extensions["migrate"]
    with migrate.db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=migrate.db.metadata,
            include_name=include_name,
            **{**migrate.configure_args, "render_as_batch": False},
        )
        with context.begin_transaction():
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
            context.run_migrations()


run_migrations()
