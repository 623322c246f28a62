"""The start migrates when it must, and only then."""

from __future__ import annotations

import os
import subprocess
import sys

import psycopg
from alembic.script import ScriptDirectory

from backend.config import ROOT
from backend.upgrade import is_current, known_revisions, newest_revision
from tests.conftest import with_database


def test_the_newest_revision_is_the_one_that_alembic_would_go_to() -> None:
    scripts = ScriptDirectory(str(ROOT / "migrations"))
    assert [newest_revision()] == scripts.get_heads()
    assert set(known_revisions()) == {script.revision for script in scripts.walk_revisions()}


def test_an_empty_database_is_migrated_and_left_alone_afterwards(postgres: str) -> None:
    name = f"empty_{os.getpid()}"
    with psycopg.connect(postgres, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        try:
            url = with_database(postgres, name)
            with psycopg.connect(url, autocommit=True) as connection:
                assert not is_current(connection)
                upgrade(url)
                assert is_current(connection)
                connection.execute("UPDATE alembic_version SET version_num = 'from_the_future'")
                assert is_current(connection)  # a deploy that is rolled back finds a newer database, and serves it
                upgrade(url)
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


def upgrade(url: str) -> None:
    environ = {"PATH": os.environ["PATH"], "DATABASE_URL": url, "SECRET_KEY": "only the tests know it, 0123456789abc"}
    subprocess.run([sys.executable, "-m", "backend.upgrade"], cwd=ROOT, env=environ, check=True, timeout=120)
