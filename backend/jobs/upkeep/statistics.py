"""How the queues stand and what came of the jobs: bounded counts of what is live, rollups of what has ended.

No statement here grows with the tables: what waits is counted up to ``BOUND`` a queue, what has ended is read from
counts that were made before. Each has a time limit all the same.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg.rows import dict_row

from backend.errors import ApiError
from backend.jobs.models import FINISHED
from backend.jobs.store import Connection, statement
from backend.jobs.upkeep.vacuum import find_holders

BOUND = 10_000  # jobs; a count that reaches it says “at least”
TIME_LIMIT = 2_000  # milliseconds for each statement
SUMS = ("jobs", "attempts", "rescues", "ran", "wait_seconds", "run_seconds")

Row = dict[str, Any]


class TooBusy(ApiError):
    """The database did not answer in time."""

    status, code = 503, "statistics_timeout"


def installation_statistics(connection: Connection, hours: int) -> Row:
    """Everybody's jobs: live counts, what ended in the last ``hours`` by outcome and by hour, typical times, warnings.

    Raises ``TooBusy`` when a statement takes longer than ``TIME_LIMIT``.
    """
    since = _since(hours)
    live = bounded_rows(connection, "count_live_jobs", {"bound": BOUND})
    ended = bounded_rows(connection, "read_rollups", {"since": since})
    times = bounded_rows(connection, "read_rollup_times", {"since": since})
    return {
        "scope": "all",
        "since": since,
        "counted_up_to": BOUND,
        "counted_until": counted_until(connection),
        "live": live,
        "finished": _by_outcome(ended),
        "throughput": _by_hour(ended, since, hours),
        "times": typical_times(times),
        "warnings": [holder.sentence() for holder in find_holders(connection)],
    }


def counted_until(connection: Connection) -> datetime | None:
    """Up to when the ends of jobs have been counted."""
    mark: datetime | None = bounded_rows(connection, "read_rollup_mark", {})[0]["mark"]
    return mark


def own_statistics(connection: Connection, user_id: uuid.UUID, hours: int) -> Row:
    """The same of one person's last ``BOUND`` jobs, without times and warnings."""
    since = _since(hours)
    found = bounded_rows(connection, "count_own_jobs", {"user_id": user_id, "since": since, "bound": BOUND})
    ended = [{**row, "status": row["state"]} for row in found if row["state"] in FINISHED]
    return {
        "scope": "own",
        "since": since,
        "counted_up_to": BOUND,
        "counted_until": datetime.now(UTC),
        "live": _live([row for row in found if row["state"] not in FINISHED]),
        "finished": _by_outcome(ended),
        "throughput": _by_hour(ended, since, hours),
        "times": [],
        "warnings": [],
    }


def typical_times(rows: Iterable[Mapping[str, Any]]) -> list[Row]:
    """Median and 95th percentile of wait and run for each queue and type, from the histograms."""
    histograms: dict[tuple[str, str], dict[str, dict[int, int]]] = defaultdict(lambda: {"wait": {}, "run": {}})
    for row in rows:
        histograms[row["queue"], row["job_type"]][row["kind"]][row["bucket"]] = row["jobs"]
    return [
        {
            "queue": queue,
            "job_type": job_type,
            "jobs": sum(kinds["run"].values()),
            **{
                f"{kind}_{name}": percentile(kinds[kind], share)
                for kind in ("wait", "run")
                for name, share in (("p50", 0.5), ("p95", 0.95))
            },
        }
        for (queue, job_type), kinds in sorted(histograms.items())
    ]


def percentile(histogram: Mapping[int, int], share: float) -> float:
    """Seconds that ``share`` of the jobs did not exceed; bucket b holds what took 2^(b/2) to 2^((b+1)/2) milliseconds.

    Between the bounds of its bucket it is interpolated in the exponent, so that it is at most 20 % off where jobs are spread.
    """
    wanted, passed = share * sum(histogram.values()), 0.0
    for bucket, jobs in sorted(histogram.items()):
        if passed + jobs >= wanted:
            inside = (wanted - passed) / jobs
            return float(2 ** ((bucket + inside) / 2) / 1000) if bucket else inside * 2**0.5 / 1000
        passed += jobs
    return 0.0


def _live(rows: Sequence[Row]) -> list[Row]:
    return [{key: row[key] for key in ("state", "queue", "job_type", "jobs", "oldest")} for row in rows]


def _by_outcome(rows: Iterable[Row]) -> list[Row]:
    """Sums over the hours, with means of wait and run."""
    sums: dict[tuple[str, str, str, str], Row] = {}
    for row in rows:
        key = row["queue"], row["job_type"], row["status"], row["error_code"]
        known = sums.setdefault(key, dict.fromkeys(SUMS, 0))
        for name in SUMS:
            known[name] += row.get(name, 0)
    return [
        {
            **dict(zip(("queue", "job_type", "status", "error_code"), key, strict=True)),
            **{name: known[name] for name in ("jobs", "attempts", "rescues")},
            "mean_wait": known["wait_seconds"] / known["ran"] if known["ran"] else None,
            "mean_run": known["run_seconds"] / known["ran"] if known["ran"] else None,
        }
        for key, known in sorted(sums.items())
    ]


def _by_hour(rows: Iterable[Row], since: datetime, hours: int) -> list[Row]:
    """One row for each hour, the oldest first, hours without jobs included."""
    first = since.replace(minute=0, second=0, microsecond=0)
    series: dict[datetime, Row] = {
        at: {"at": at, **dict.fromkeys(FINISHED, 0)}
        for at in (first + timedelta(hours=number) for number in range(hours + 1))
    }
    for row in rows:
        slot = series.get(row["hour"])
        if slot is not None:
            slot[row["status"]] += row["jobs"]
    return list(series.values())


def _since(hours: int) -> datetime:
    return datetime.now(UTC) - timedelta(hours=hours)


def bounded_rows(connection: Connection, name: str, parameters: dict[str, Any]) -> list[Row]:
    """Run a statement under the time limit, in the transaction that is open or in one of its own."""
    try:
        with connection.transaction(), connection.cursor(row_factory=dict_row) as cursor:
            cursor.execute(
                "SELECT set_config('statement_timeout', %s, true), set_config('jit', 'off', true)", (str(TIME_LIMIT),)
            )
            return cursor.execute(statement(name), parameters).fetchall()
    except psycopg.errors.QueryCanceled:
        raise TooBusy("The database is too busy to count just now; try again in a few seconds.") from None
