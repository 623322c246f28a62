"""What operators write: times, people, several ids."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import click

from backend.jobs.store import Connection, statement

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}  # seconds

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
yes = click.option("--yes", is_flag=True, help="Do not ask.")


class Moment(click.ParamType[datetime]):
    """A time: ``90s``, ``15m``, ``2h``, ``3d`` (ago, or from now with ``future``), or ISO 8601 (UTC where no zone is given)."""

    name = "time"

    def __init__(self, *, future: bool = False) -> None:
        self._sign = 1 if future else -1

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Parse; exit code 2 if it is neither."""
        if isinstance(value, datetime):
            return value
        short = re.fullmatch(r"(\d{1,6})([smhd])", value)
        if short:
            return datetime.now(UTC) + self._sign * timedelta(seconds=int(short[1]) * UNITS[short[2]])
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is no time: write for example 15m, 2h, 3d or 2030-01-31T12:00Z.", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def find_person(connection: Connection, who: str | None) -> uuid.UUID:
    """The id of the person with this id or address; for None somebody of the staff."""
    row = connection.execute(statement("find_person"), {"who": who}).fetchone()
    if row is not None:
        return uuid.UUID(str(row[0]))
    if who is None:
        raise click.ClickException(
            "There is no staff account to run it for: make one (flask accounts create-staff), or name a person with --user."
        )
    raise click.ClickException(f"There is nobody with the id or address {who!r}.")


def confirm(question: str, *, sure: bool) -> None:
    """Ask, unless ``--yes`` was given; ends the command with 1 when the answer is no."""
    if not sure:
        click.confirm(question, abort=True)
