"""The migrations describe exactly what the models say, and go down again."""

from __future__ import annotations

import psycopg
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask import Flask
from flask_migrate import downgrade, upgrade

from backend.db import db


def test_migrations_and_models_agree(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": False})
        differences = compare_metadata(context, db.metadata)
    assert [found for found in differences if "rate_limit" not in str(found)] == []


def test_migrations_go_down_to_nothing_and_up_again(app: Flask, database_url: str) -> None:
    with app.app_context():
        downgrade(revision="base")
        with psycopg.connect(database_url) as connection:
            left = connection.execute(
                "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
            ).fetchall()
        assert {name for (name,) in left} <= {"alembic_version", "alembic_version_pkc"}
        upgrade()
