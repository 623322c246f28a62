"""How queues and types stand, for those who look after them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from backend.jobs.models import FINISHED
from backend.jobs.store import Connection
from backend.jobs.upkeep.statistics import BOUND, bounded_rows, percentile

LATELY = timedelta(hours=1)

Row = dict[str, Any]


def queue_figures(connection: Connection) -> dict[str, Row]:
    """By queue: what waits of each kind and since when, what ran in the last hour, and how long that took."""
    since = datetime.now(UTC) - LATELY
    figures: dict[str, Row] = defaultdict(_nothing)
    for row in bounded_rows(connection, "count_live_jobs", {"bound": BOUND}):
        figure = figures[row["queue"]]
        figure[row["state"]] += row["jobs"]
        if row["state"] == "ready" and row["oldest"] is not None:
            figure["oldest"] = min(row["oldest"], figure["oldest"] or row["oldest"])
    for row in bounded_rows(connection, "read_rollups", {"since": since}):
        figures[row["queue"]]["ended"] += row["jobs"]
        figures[row["queue"]]["failed"] += row["jobs"] if row["status"] == "failed" else 0
    for queue, histogram in _waits_by_queue(bounded_rows(connection, "read_rollup_times", {"since": since})).items():
        figures[queue] |= {"wait_p50": percentile(histogram, 0.5), "wait_p95": percentile(histogram, 0.95)}
    return figures


def type_figures(connection: Connection, hours: int) -> list[Row]:
    """By type over the last hours: how jobs ended, how long they waited and ran, and what went wrong most often.

    Those that fail most stand first, then the slowest.
    """
    since = datetime.now(UTC) - timedelta(hours=hours)
    ended = bounded_rows(connection, "read_rollups", {"since": since})
    times: dict[str, dict[str, Counter[int]]] = defaultdict(lambda: {"wait": Counter(), "run": Counter()})
    for row in bounded_rows(connection, "read_rollup_times", {"since": since}):
        times[row["job_type"]][row["kind"]][row["bucket"]] += row["jobs"]
    lines = [_type_line(job_type, rows, times[job_type]) for job_type, rows in _by(ended, "job_type").items()]
    return sorted(lines, key=lambda line: (-line["failure_rate"], -(line["run_p95"] or 0.0), line["job_type"]))


def _type_line(job_type: str, rows: Sequence[Row], times: Mapping[str, Counter[int]]) -> Row:
    counts = {status: sum(row["jobs"] for row in rows if row["status"] == status) for status in FINISHED}
    errors: Counter[str] = Counter()
    for row in rows:
        if row["status"] == "failed":
            errors[row["error_code"]] += row["jobs"]
    tried = counts["completed"] + counts["failed"]
    return {
        "job_type": job_type,
        "queues": sorted({row["queue"] for row in rows}),
        **counts,
        "jobs": sum(counts.values()),
        "failure_rate": counts["failed"] / tried if tried else 0.0,
        "attempts": sum(row["attempts"] for row in rows),
        "rescues": sum(row["rescues"] for row in rows),
        "errors": [{"code": code, "jobs": jobs} for code, jobs in errors.most_common(5)],
        **{
            f"{kind}_{name}": percentile(histogram, share) if histogram else None
            for kind, histogram in times.items()
            for name, share in (("p50", 0.5), ("p95", 0.95))
        },
    }


def _waits_by_queue(rows: Iterable[Row]) -> dict[str, Counter[int]]:
    waits: dict[str, Counter[int]] = defaultdict(Counter)
    for row in rows:
        if row["kind"] == "wait":
            waits[row["queue"]][row["bucket"]] += row["jobs"]
    return waits


def _by(rows: Iterable[Row], name: str) -> dict[Any, list[Row]]:
    found: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[name]].append(row)
    return found


def _nothing() -> Row:
    counts = dict.fromkeys(("ready", "delayed", "blocked", "processing", "ended", "failed"), 0)
    return {**counts, "oldest": None, "wait_p50": None, "wait_p95": None}
