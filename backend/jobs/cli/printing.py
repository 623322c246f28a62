"""How commands print: aligned columns for people, JSON for programs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import click
import orjson

MAX_CELL = 60  # characters
MINUTE, HOUR, DAY = 60, 3600, 86_400  # seconds


def print_json(value: Any) -> None:
    """One JSON document, indented."""
    click.echo(orjson.dumps(value, default=str, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS).decode())


def print_table(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], *, empty: str) -> None:
    """Rows under a head line; numbers to the right. ``empty`` is said when there are none."""
    found = [[row.get(column) for column in columns] for row in rows]
    if not found:
        click.echo(empty)
        return
    texts = [[cell(value) for value in values] for values in found]
    heads = [column.upper().replace("_", " ") for column in columns]
    widths = [max(map(len, column)) for column in zip(heads, *texts, strict=True)]
    numeric = [
        any(isinstance(value, int | float) and not isinstance(value, bool) for value in column)
        for column in zip(*found, strict=True)
    ]
    for line in (heads, *texts):
        parts = [
            text.rjust(width) if right else text.ljust(width)
            for text, width, right in zip(line, widths, numeric, strict=True)
        ]
        click.echo("  ".join(parts).rstrip())


def print_fields(fields: Mapping[str, Any]) -> None:
    """One field a line; what is empty is left out."""
    shown = {name: value for name, value in fields.items() if value not in (None, "", [], {})}
    width = max((len(name) for name in shown), default=0)
    for name, value in shown.items():
        text = orjson.dumps(value, default=str).decode() if isinstance(value, dict | list) else cell(value, longest=500)
        click.echo(f"{name.replace('_', ' ').ljust(width)}  {text}")


def cell(value: Any, *, longest: int = MAX_CELL) -> str:
    """A value as people read it, on one line."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, float):
        return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"
    if isinstance(value, list | tuple):
        value = ", ".join(map(str, value))
    text = " ".join(str(value).split())
    return text if len(text) <= longest else f"{text[: longest - 1]}…"


def ago(moment: datetime | None) -> str:
    """How long ago, roughly."""
    if moment is None:
        return "–"
    return duration((datetime.now(UTC) - moment).total_seconds())


def duration(seconds: float | None) -> str:
    """``1.2 s``, ``3 min``, ``4 h``, ``5 d``."""
    if seconds is None:
        return "–"
    for size, unit in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.3g} s" if seconds < MINUTE else f"{seconds:.0f} s"
