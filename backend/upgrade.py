"""Bring the database to the revision that this code wants: ``python -m backend.upgrade``, start.py's first child.

Importing Alembic and the application takes most of a second; a start that has nothing to migrate skips both.
"""

from __future__ import annotations

import os
import re
import sys
import time
from typing import Any

import psycopg

from backend.config import ROOT, Settings
from backend.processes import refuse, settings_or_exit

VERSIONS = ROOT / "migrations" / "versions"
CONNECT_SECONDS = 15.0  # a database that is started together with us may be late


def known_revisions() -> dict[str, str | None]:
    """Every revision in ``migrations/versions`` with the one before it."""
    known: dict[str, str | None] = {}
    for path in sorted(VERSIONS.glob("*.py")):
        source = path.read_text()
        revision = re.search(r"^revision(?::[^=]+)?\s*=\s*[\"'](\w+)[\"']", source, re.MULTILINE)
        before = re.search(r"^down_revision(?::[^=]+)?\s*=\s*[\"'](\w+)[\"']", source, re.MULTILINE)
        if revision:
            known[revision[1]] = before[1] if before else None
    return known


def newest_revision() -> str:
    """The one revision that no other one follows."""
    known = known_revisions()
    (newest,) = set(known) - set(known.values())
    return newest


def is_current(connection: psycopg.Connection[Any]) -> bool:
    """Whether the database serves this code: at its newest revision, or beyond, as during a roll-back of a deploy."""
    found = connection.execute("SELECT to_regclass('alembic_version')").fetchone()
    if found is None or found[0] is None:
        return False
    applied = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return applied is not None and (applied[0] == newest_revision() or applied[0] not in known_revisions())


def connect(settings: Settings) -> psycopg.Connection[Any]:
    """A connection that waits for a database which is still starting; refuses with one line when there is none."""
    deadline = time.monotonic() + CONNECT_SECONDS
    while True:
        try:
            return psycopg.connect(settings.listen_url or "", autocommit=True, connect_timeout=5)
        except psycopg.OperationalError as error:
            if time.monotonic() > deadline:
                name = "DATABASE_DIRECT_URL" if settings.database_direct_url else "DATABASE_URL"
                refuse(f"{name}: cannot connect: {error}")
            time.sleep(0.2)


def main() -> None:
    """Migrate if needed. migrations/env.py holds an advisory lock, so dynos that start together take turns."""
    settings = settings_or_exit()
    if settings.database_url is None:
        refuse("DATABASE_URL is not set: start.py sets it for the embedded Postgres")
    with connect(settings) as connection:
        if is_current(connection):
            return
    command = [sys.executable, "-m", "flask", "--app", "backend", "db", "upgrade"]
    environ = {**os.environ, "ASYNC_MODE": "threading"}  # nothing is served, so nothing has to be patched
    os.execve(sys.executable, command, environ)  # noqa: S606 - our own interpreter


if __name__ == "__main__":
    main()
