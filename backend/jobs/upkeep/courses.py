"""How the queues went: what ended, waited and ran by the minute, hour or day, as columns for charts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from backend.jobs.models import FINISHED
from backend.jobs.store import Connection
from backend.jobs.upkeep.statistics import bounded_rows, percentile

SHARES = (("p50", 0.5), ("p95", 0.95))


@dataclass(frozen=True)
class Course:
    """How far back, in steps of how many seconds."""

    step: int
    points: int

    def first(self, now: datetime) -> datetime:
        """Where the oldest step begins; the last one is going on."""
        begun = int(now.timestamp()) // self.step * self.step
        return datetime.fromtimestamp(begun, UTC) - timedelta(seconds=self.step * (self.points - 1))

    def moments(self, now: datetime) -> list[datetime]:
        """Where each step begins."""
        first = self.first(now)
        return [first + timedelta(seconds=self.step * number) for number in range(self.points)]


COURSES = {"hour": Course(60, 60), "day": Course(3600, 24), "month": Course(86_400, 30)}


def read_course(
    connection: Connection, span: str, *, queue: str | None = None, job_type: str | None = None
) -> dict[str, Any]:
    """Columns: ``at``, what ended (completed, failed, cancelled), wait and run times, how many waited and ran.

    Times are seconds, None where nothing ran; what waited and ran is not known by type. Raises ``TooBusy``.
    """
    course, now = COURSES[span], datetime.now(UTC)
    moments = course.moments(now)
    parameters = {"step": course.step, "since": moments[0], "queue": queue, "job_type": job_type}
    ended: dict[Any, dict[str, int]] = defaultdict(dict)
    for row in bounded_rows(connection, "read_series", parameters):
        ended[row["at"]][row["status"]] = row["jobs"]
    times: dict[Any, dict[str, dict[int, int]]] = defaultdict(lambda: {"wait": {}, "run": {}})
    for row in bounded_rows(connection, "read_series_times", parameters):
        times[row["at"]][row["kind"]][row["bucket"]] = row["jobs"]
    gauges = (
        {} if job_type is not None else {row["at"]: row for row in bounded_rows(connection, "read_gauges", parameters)}
    )
    return {
        "span": span,
        "step": course.step,
        "at": moments,
        **{status: [ended[at].get(status, 0) for at in moments] for status in FINISHED},
        **{
            f"{kind}_{name}": [percentile(times[at][kind], share) if times[at][kind] else None for at in moments]
            for kind in ("wait", "run")
            for name, share in SHARES
        },
        **{name: [gauges[at][name] if at in gauges else None for at in moments] for name in ("waiting", "running")},
    }


def cumulated(rows: Sequence[dict[str, Any]], points: int, name: str) -> list[int]:
    """How many there were at the end of each step, from the changes in it (step -1: before)."""
    changes = {row["span"]: row[name] for row in rows}
    level, levels = changes.get(-1, 0), []
    for number in range(points):
        level += changes.get(number, 0)
        levels.append(max(0, level))
    return levels
