"""A Postgres of the benchmarks' own: the embedded one at its defaults (every commit reaches the disk), in a folder that goes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg

from backend.config import ROOT
from backend.embedded import EmbeddedPostgres

TEMPLATE = "bench_template"


class Server:
    """Gives fresh databases with the shipped schema, each a copy of a template that was migrated once."""

    def __init__(self, url: str, template: str | None = None) -> None:
        """``template``: the name of a migrated database, if there is one already."""
        self.url = url
        self._number = 0
        self._template = template or TEMPLATE
        if template is None:
            self._execute(f"CREATE DATABASE {TEMPLATE}")
            migrate(with_database(url, TEMPLATE))

    @contextmanager
    def database(self, *, empty: bool = False) -> Iterator[str]:
        """URL of a database of one run: migrated, or with nothing in it at all."""
        self._number += 1
        name = f"bench_{os.getpid()}_{self._number}"
        # A checkpoint that is due, or the rest of the last run's, must not fall into this one.
        self._execute(f"CREATE DATABASE {name}" + ("" if empty else f" TEMPLATE {self._template}"), "CHECKPOINT")
        try:
            yield with_database(self.url, name)
        finally:
            self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def version(self) -> str:
        """The server's version."""
        with psycopg.connect(self.url) as connection:
            row = connection.execute("SHOW server_version").fetchone()
        return str(row[0]) if row else "?"

    def _execute(self, *statements: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())


@contextmanager
def own_server() -> Iterator[Server]:
    """Start a server in a temporary folder, stop and remove it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="cc-bench-"))
    postgres = EmbeddedPostgres(folder)
    try:
        yield Server(postgres.url)
    finally:
        postgres.close()
        shutil.rmtree(folder, ignore_errors=True)


def with_database(url: str, name: str) -> str:
    """``url`` pointing to another database of the same server."""
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def migrate(url: str) -> None:
    """Run the shipped migrations."""
    command = [sys.executable, "-m", "flask", "--app", "backend", "db", "upgrade"]
    subprocess.run(command, check=True, cwd=ROOT, env=environ_of(url), capture_output=True)


def environ_of(url: str) -> dict[str, str]:
    """The environment of a process of the application on a database: every other setting at its default."""
    kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "TMPDIR") if key in os.environ}
    return {
        **kept,
        "DATABASE_URL": url,
        "SECRET_KEY": "a secret of the benchmarks, of no worth at all",
        "ASYNC_MODE": "threading",
        "EMBEDDED_MODEL": "off",
        "LOG_LEVEL": "WARNING",
        "PYTHONWARNINGS": "ignore",
    }
