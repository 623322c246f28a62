"""The table of a session: every bar, what was reached, met or missed."""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import psycopg

from bench.bars import Bar
from bench.figures import Figures

COLUMNS = ("workload", "measured", "reached", "bar", "aim", "")


def table(bars: Iterable[Bar], figures: Figures) -> str:
    """One line a bar, as Markdown."""
    rows = [COLUMNS, *(_row(bar, figures) for bar in bars)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    lines = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(lines)


def machine(server_version: str) -> str:
    """What it was measured on, in one line."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} × {_processor()}, {memory:.0f} GiB, {platform.system()} {platform.release()}, load {load:.1f}; "
        f"Python {platform.python_version()}, psycopg {psycopg.__version__} ({psycopg.pq.__impl__}), "
        f"PostgreSQL {server_version} with fsync and synchronous_commit on"
    )


def list_figures(figures: Figures) -> str:
    """Every figure, one line each."""
    return "\n".join(
        f"{figure.workload:4} {figure.system:15} {figure.metric:36} {figure.value:>12g}  n={figure.n}"
        for figure in figures.all()
    )


def _row(bar: Bar, figures: Figures) -> Sequence[str]:
    value = bar.value(figures)
    sign = "≥" if bar.at_least else "≤"
    verdict = "met" if bar.met(figures) else "MISSED" if bar.missed(figures) else "not measured"
    if bar.reaches_aim(figures):
        verdict += ", aim reached"
    return (
        bar.workload,
        bar.says,
        "–" if value is None else _number(value, bar.unit),
        f"{sign} {_number(bar.limit, bar.unit)}",
        "" if bar.aim is None else f"{sign} {_number(bar.aim, bar.unit)}",
        verdict,
    )


def _number(value: float, unit: str) -> str:
    text = f"{value:,.0f}" if value >= 100 else f"{value:.3g}"
    return f"{text} {unit}".strip()


def _processor() -> str:
    if sys.platform == "linux":
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
