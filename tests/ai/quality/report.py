"""What came of the cases: a table for each engine and half, what was wrong, and a sheet of the drawings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from tests.ai.quality.cases import Half
from tests.ai.quality.sheet import write_sheet

HEADER = (
    "| engine | half | cases | structurally right | seconds, median | longest | first part after | asked again |",
    "| --- | --- | --- | --- | --- | --- | --- | --- |",
)


@dataclass
class Row:
    """One case by one engine; no engine: nobody was there who could answer."""

    case: str
    half: Half
    engine: str
    problems: list[str] = field(default_factory=list)
    elements: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0
    first: float | None = None  # seconds until something was there to be drawn
    calls: int = 0
    tokens_in: int = 0
    tokens_out: int = 0

    @property
    def maker(self) -> str:
        """The engine, whatever it made."""
        return self.engine.split(",")[0]


def table(rows: Sequence[Row]) -> str:
    """How many cases each engine did, how many right, and how long it took. A case counts for the engine that answered."""
    keys = sorted({(row.engine, row.half) for row in rows if row.engine})
    lines = [*HEADER, *(_line(engine, half, _of(rows, engine, half)) for engine, half in keys)]
    wrong = [f"- {row.case} ({row.engine}): {'; '.join(row.problems)[:300]}" for row in rows if row.problems]
    return "\n".join([*lines, *(["", *wrong] if wrong else [])])


def sheet_of(rows: Iterable[Row], maker: str, path: Path) -> None:
    """The drawings of one engine."""
    write_sheet([(_caption(row), row.elements) for row in rows if row.maker == maker and row.elements], path)


def _of(rows: Iterable[Row], engine: str, half: str) -> list[Row]:
    return [row for row in rows if (row.engine, row.half) == (engine, half)]


def _line(engine: str, half: str, rows: Sequence[Row]) -> str:
    right = sum(not row.problems for row in rows)
    seconds, firsts = [row.seconds for row in rows], [row.first for row in rows if row.first is not None]
    first = f"{median(firsts):.1f} s" if firsts else ""
    again = sum(row.calls > 1 for row in rows)
    return (
        f"| {engine} | {half.replace('_', ' ')} | {len(rows)} | {right} ({right / len(rows):.0%}) "
        f"| {median(seconds):.1f} | {max(seconds):.1f} | {first} | {again or ''} |"
    )


def _caption(row: Row) -> str:
    return row.case if not row.problems else f"{row.case} — wrong"
