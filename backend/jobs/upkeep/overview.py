"""The four figures that move: running, waiting, failed today, usual wait; each with its course. And whether anybody works."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from backend.jobs.engine_settings import worker_silence
from backend.jobs.registry import queue_names
from backend.jobs.store import Connection
from backend.jobs.upkeep.courses import COURSES, cumulated, read_course
from backend.jobs.upkeep.statistics import BOUND, bounded_rows, percentile

OWN_BOUND = 2_000  # of one's last jobs: each is read
FIGURES = ("running", "waiting", "failed_today", "usual_wait")

Figure = dict[str, Any]


def overview_of_all(connection: Connection, span: str, day: datetime) -> dict[str, Any]:
    """Everybody's. ``day``: when today began. Raises ``TooBusy``."""
    course = read_course(connection, span)
    parameters = {"queues": sorted({*queue_names()}), "bound": BOUND, "since": day, "silence": worker_silence()}
    (now,) = bounded_rows(connection, "count_now", parameters)
    waiting = now["ready"] + now["delayed"] + now["blocked"]
    failed = sum(
        row["jobs"] for row in bounded_rows(connection, "read_rollups", {"since": day}) if row["status"] == "failed"
    )
    at = course["at"]
    return {
        "scope": "all",
        "span": span,
        "workers": now["workers"],
        "running": _figure(now["running"], at, course["running"]),
        "waiting": _figure(
            waiting, at, course["waiting"], at_least=BOUND in (now["ready"], now["delayed"], now["blocked"])
        ),
        "failed_today": _figure(failed + now["failed"], at, course["failed"]),
        "usual_wait": _figure(_usual_wait(connection), at, course["wait_p50"]),
    }


def overview_of_own(connection: Connection, user_id: uuid.UUID, span: str, day: datetime) -> dict[str, Any]:
    """One person's, from the last ``OWN_BOUND`` jobs. Raises ``TooBusy``."""
    course, moment = COURSES[span], datetime.now(UTC)
    at = course.moments(moment)
    parameters = {"user_id": user_id, "bound": OWN_BOUND}
    times = {"day": day, "since": moment - timedelta(days=1), "silence": worker_silence()}
    (now,) = bounded_rows(connection, "count_own_now", {**parameters, **times})
    rows = bounded_rows(connection, "read_own_course", {**parameters, "first": at[0], "step": course.step})
    waits = {row["span"]: row["wait"] for row in rows}
    failures = {row["span"]: row["failed"] for row in rows}
    points = range(course.points)
    return {
        "scope": "own",
        "span": span,
        "workers": now["workers"],
        "running": _figure(now["running"], at, cumulated(rows, course.points, "running")),
        "waiting": _figure(
            now["waiting"], at, cumulated(rows, course.points, "waiting"), at_least=now["looked"] == OWN_BOUND
        ),
        "failed_today": _figure(now["failed"], at, [failures.get(number, 0) for number in points]),
        "usual_wait": _figure(now["wait"], at, [waits.get(number) for number in points]),
    }


def _usual_wait(connection: Connection) -> float | None:
    """The median of the last hour in which something ran, within a day."""
    for hours in (1, 24):
        since = datetime.now(UTC) - timedelta(hours=hours)
        histogram: Counter[int] = Counter()
        for row in bounded_rows(connection, "read_rollup_times", {"since": since}):
            if row["kind"] == "wait":
                histogram[row["bucket"]] += row["jobs"]
        if histogram:
            return percentile(histogram, 0.5)
    return None


def _figure(value: float | None, at: list[datetime], values: list[Any], *, at_least: bool = False) -> Figure:
    points = [{"at": moment, "value": each} for moment, each in zip(at, values, strict=True)]
    return {"value": value, "at_least": at_least, "points": points}
