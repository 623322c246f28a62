"""The group itself: exit code 0 is done, 1 is refused or failed (with one line that says why), 2 is a wrong command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
import psycopg
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError

from backend.errors import ApiError
from backend.jobs.engine_settings import current_settings
from backend.jobs.link import connect
from backend.jobs.store import Connection


class JobsGroup(AppGroup):
    """Turns errors that are told to clients of the API into one line for the operator."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except ApiError as error:
            raise click.ClickException(_sentence(error)) from error
        except (OperationalError, psycopg.OperationalError) as error:
            reason = str(getattr(error, "orig", error)).strip().splitlines()[0]
            raise click.ClickException(f"The database cannot be reached: {reason}") from error


jobs_commands = JobsGroup("jobs", help="Look at the queues and repair them, while web and workers run.")


@contextmanager
def engine_connection() -> Iterator[Connection]:
    """An autocommit connection of the engine's kind, beside any pooler."""
    settings = current_settings()
    url = settings.listen_url
    if url is None:
        raise click.ClickException("DATABASE_URL is not set, and no embedded Postgres runs under DATA_DIR.")
    with connect(url, "operator") as connection:
        yield connection


def _sentence(error: ApiError) -> str:
    fields = error.errors if isinstance(error.errors, dict) else {}
    details = [f"{name}: {' '.join(map(str, texts))}" for name, texts in fields.items() if isinstance(texts, list)]
    return " ".join([error.detail, *details])
