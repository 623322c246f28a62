"""The statements of forecasts; the same way as ``store``. Each is bounded, and has a time limit."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from psycopg.rows import class_row

from backend.jobs.engine_settings import worker_silence
from backend.jobs.forecast.calibration import RECENT, Calibration, calibrate, score_of
from backend.jobs.forecast.simulation import Raw
from backend.jobs.store import Connection, one, run, statement

LINE = 500  # jobs of a queue that are looked at one by one
COUNTED = 10_000  # jobs ahead; beyond them there are just many
# Where run times are looked up: the last hours by the minute, and if nothing ran then the last weeks by the hour.
LOOKBACKS = ((60, timedelta(hours=3)), (60, timedelta(days=2)), (3600, timedelta(days=28)))

Histograms = dict[str, dict[int, int]]  # by job type


@dataclass(frozen=True, eq=False)
class Asked:
    """A job of which something is to be foretold. ``asked`` is its id, ``id`` that of the run which it may share."""

    asked: uuid.UUID
    id: uuid.UUID
    user_id: uuid.UUID
    queue: str
    job_type: str
    limit_key: str | None
    priority: str
    status: str
    runnable: bool
    blocked_on: str | None
    wait_reason: str | None
    run_at: datetime | None
    expires_at: datetime | None
    virtual_time: int
    sort_key: int
    entered_at: datetime
    elapsed: float | None
    gates: list[str] | None
    moved: bool

    @property
    def in_line(self) -> bool:
        """Whether it can be claimed, or will be when a limit has room."""
        return self.status == "queued" and (self.runnable or (self.blocked_on or "").startswith("limit:"))


@dataclass(frozen=True)
class Waiting:
    """A job in a line."""

    queue: str
    id: uuid.UUID
    user_id: uuid.UUID
    job_type: str
    limit_key: str | None
    priority: str
    virtual_time: int
    sort_key: int
    created_at: datetime
    run_at: datetime | None
    runs: int
    parked: bool
    needed: bool
    moved: bool

    @property
    def plain(self) -> bool:
        """Whether it has stood in the line since it was made."""
        return self.runs == 0 and self.run_at is None and not self.needed and not self.moved

    def under(self, gate: str) -> bool:
        """Whether the limit ``scope:value`` holds for it."""
        scope, _, value = gate.partition(":")
        return {"queue": self.queue, "type": self.job_type, "user": str(self.user_id), "key": self.limit_key}.get(
            scope
        ) == value


class Busy(NamedTuple):
    """A job that runs."""

    worker_id: int
    job_type: str
    elapsed: float
    limits: Collection[str]


@dataclass(frozen=True)
class Floor:
    """Live workers, their threads, what they serve (None: everything), and what runs on them."""

    threads: dict[int, int]
    queues: dict[int, frozenset[str] | None]
    busy: list[Busy]

    def serving(self, queue: str) -> list[int]:
        """The workers that take jobs of a queue."""
        return [worker for worker, served in self.queues.items() if served is None or queue in served]


def read_gates(connection: Connection, names: Collection[str]) -> dict[str, int]:
    """How many jobs each limit ``scope:value`` lets run."""
    return dict(run(connection, "forecast_gates", {"names": sorted(names)}).fetchall()) if names else {}


def limits_exist(connection: Connection) -> bool:
    """Whether there are any limits."""
    return bool(one(run(connection, "find_limits", {}))[0])


def read_paused(connection: Connection) -> frozenset[str]:
    """The queues that are paused."""
    return frozenset(name for (name,) in run(connection, "find_paused_queues", {}).fetchall())


def read_queue_names(connection: Connection) -> list[str]:
    """The queues that have jobs which could run."""
    return [name for (name,) in run(connection, "find_ready_queues", {}).fetchall()]


def read_asked(connection: Connection, ids: Collection[uuid.UUID], *, limited: bool) -> list[Asked]:
    """Those of the jobs that have not ended."""
    with connection.cursor(row_factory=class_row(Asked)) as cursor:
        return cursor.execute(statement("forecast_asked"), {"ids": list(ids), "limited": limited}).fetchall()


def read_lines(connection: Connection, queues: Sequence[str], *, limited: bool) -> dict[str, list[Waiting]]:
    """The front of each line, in the order in which it is claimed."""
    parameters = {"queues": list(queues), "most": LINE, "limited": limited}
    lines: dict[str, list[Waiting]] = {queue: [] for queue in queues}
    with connection.cursor(row_factory=class_row(Waiting)) as cursor:
        for waiting in cursor.execute(statement("forecast_lines"), parameters):
            lines[waiting.queue].append(waiting)
    return lines


def read_floor(connection: Connection) -> Floor:
    """Who works, and at what."""
    floor = Floor({}, {}, [])
    for worker, queues, threads, queue, job_type, limits, elapsed in run(
        connection, "forecast_floor", {"silence": worker_silence()}
    ).fetchall():
        floor.threads[worker] = threads
        floor.queues[worker] = None if queues is None else frozenset(queues)
        if queue is not None:
            floor.busy.append(Busy(worker, job_type, elapsed or 0.0, limits or ()))
    return floor


def count_ahead(connection: Connection, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, int]:
    """How many jobs come before each, up to ``COUNTED``."""
    if not ids:
        return {}
    return dict(run(connection, "forecast_ahead", {"ids": list(ids), "most": COUNTED}).fetchall())


def read_run_times(connection: Connection, job_types: Collection[str]) -> Histograms:
    """How long jobs of these types ran lately."""
    found: Histograms = {}
    for span, lookback in LOOKBACKS:
        missing = set(job_types) - found.keys()
        if not missing:
            break
        parameters = {"span": span, "since": datetime.now(UTC) - lookback, "job_types": list(missing)}
        rows: Any = run(connection, "forecast_times", parameters).fetchall()
        for job_type, bucket, jobs in rows:
            found.setdefault(job_type, {})[bucket] = jobs
    return found


def read_calibrations(connection: Connection, queues: Collection[str]) -> dict[str, Calibration]:
    """How to make bands of each queue, from what came of its last forecasts."""
    scores: dict[str, list[float]] = defaultdict(list)
    pending: dict[str, list[float]] = defaultdict(list)
    parameters = {"queues": list(queues), "most": RECENT}
    for queue, score, low, middle, high, seconds in run(connection, "forecast_scores", parameters).fetchall():
        if score is None:
            pending[queue].append(score_of(Raw(low, middle, high), seconds))
        else:
            scores[queue].append(score)
    return {queue: calibrate(scores[queue], pending[queue]) for queue in queues}
