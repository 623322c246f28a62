"""What is told of a job that has not ended: its place, and when it will start and end, in bands that mostly hold."""

from __future__ import annotations

import bisect
import random
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from backend.jobs.forecast import forecast_store
from backend.jobs.forecast.calibration import Calibration
from backend.jobs.forecast.forecast_store import LINE, Asked, Waiting
from backend.jobs.forecast.outlook import Learnt, View, look_ahead
from backend.jobs.forecast.places import Place, why_before
from backend.jobs.forecast.simulation import HIGH, LOW, MIDDLE, Played
from backend.jobs.store import Connection

UNKNOWN = ("paused", "no_worker", "jobs", "provider", "limit", "group", "no_history", "expired")
GROUP = "job_group"
TIME_LIMIT = 1_000  # milliseconds: an estimate is worth no more

WHY_UNKNOWN = {
    "paused": "Its queue is paused; when it goes on is up to the staff.",
    "no_worker": "No worker serves its queue.",
    "jobs": "It waits for other jobs to end.",
    "provider": "It waits until its provider can be asked again.",
    "limit": "It waits for a limit that lets none run.",
    "group": "A group ends with the last of its jobs.",
    "no_history": "Nothing has run yet from which it could be learnt.",
    "expired": "Its time is over: it will not be run any more.",
}

# Between the first two in four of five cases, before the third in every second.
Band = tuple[datetime, datetime, datetime]


@dataclass(frozen=True)
class Estimate:
    """See ``EstimateSchema``."""

    place: Place | None
    start: Band | None
    finish: Band | None
    basis: str
    unknown: str | None = None

    def body(self) -> dict[str, Any]:
        """As the API shows it."""
        return {
            "position": None if self.place is None else self.place.position,
            "ahead": None if self.place is None else self.place.ahead,
            "at_least": self.place is not None and self.place.at_least,
            "position_reason": None if self.place is None else self.place.reason,
            "start": _band_body(self.start),
            "finish": _band_body(self.finish),
            "basis": self.basis,
            "why_unknown": self.unknown,
        }


def estimates_of(connection: Connection, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Estimate]:
    """What can be told of those of the jobs that have not ended; by one look for all of them.

    Gives what it has when the database is too busy to look: nothing.
    """
    if not ids:
        return {}
    try:
        with connection.transaction():
            connection.execute(
                "SELECT set_config('statement_timeout', %s, true), set_config('jit', 'off', true)", (str(TIME_LIMIT),)
            )
            return _estimates(connection, ids)
    except psycopg.errors.QueryCanceled:
        return {}


def view_of(connection: Connection, asked: Sequence[Asked], *, limited: bool) -> View:
    """Everything that bears on these jobs."""
    floor, paused = forecast_store.read_floor(connection), forecast_store.read_paused(connection)
    queues = {job.queue for job in asked}
    rivals = {name for served in floor.queues.values() for name in served or ()}
    rivals |= set(forecast_store.read_queue_names(connection))
    lines = forecast_store.read_lines(connection, sorted(queues | (rivals - paused)), limited=limited)
    types = {job.job_type for job in asked} | {busy.job_type for busy in floor.busy}
    types |= {waiting.job_type for line in lines.values() for waiting in line}
    return View(
        floor=floor,
        lines=lines,
        paused=paused,
        gates=forecast_store.read_gates(connection, {gate for job in asked for gate in job.gates or ()}),
        learnt=Learnt(forecast_store.read_run_times(connection, types)),
    )


def foresee(view: View, asked: Sequence[Asked], ahead: Mapping[Asked, int], rng: random.Random) -> dict[Asked, Played]:
    """Raw forecasts, in seconds from now, of those jobs that can start without anybody doing something."""
    found: dict[Asked, Played] = {}
    lanes: dict[tuple[frozenset[int], frozenset[str]], list[Asked]] = defaultdict(list)
    lane_of = {queue: view.lane(queue) for queue in {job.queue for job in asked}}
    for job in asked:
        if why_unknown(view, job) is None:
            lanes[lane_of[job.queue]].append(job)
    for jobs in lanes.values():
        found |= look_ahead(view, jobs, ahead, rng)
    return found


def why_unknown(view: View, job: Asked) -> str | None:
    """Why no start can be foretold; None if it can."""
    blocked = (job.blocked_on or "").partition(":")[0]
    checks = (
        ("expired", job.expires_at is not None and job.expires_at <= datetime.now(UTC)),
        ("group", job.job_type == GROUP),
        ("jobs", blocked == "jobs"),
        ("provider", blocked == "provider"),
        ("paused", job.queue in view.paused),
        ("no_worker", not view.floor.serving(job.queue)),
        ("no_history", view.learnt.of(job.job_type) is None),
    )
    return next((reason for reason, holds in checks if holds), None)


def _estimates(connection: Connection, ids: Collection[uuid.UUID]) -> dict[uuid.UUID, Estimate]:
    limited = forecast_store.limits_exist(connection)
    asked = forecast_store.read_asked(connection, ids, limited=limited)
    if not asked:
        return {}
    view = view_of(connection, asked, limited=limited)
    queued = [job for job in asked if job.status == "queued"]
    places = places_of(connection, view, queued)
    ahead = {job: places[job].ahead if job in places else 0 for job in queued}
    played = foresee(view, queued, ahead, random.Random())
    calibrations = forecast_store.read_calibrations(connection, {job.queue for job in queued})
    now = datetime.now(UTC)
    return {
        job.asked: _running(view, job, now)
        if job.status == "processing"
        else _waiting(view, job, places.get(job), played.get(job), calibrations.get(job.queue, Calibration()), now)
        for job in asked
    }


def places_of(connection: Connection, view: View, queued: Sequence[Asked]) -> dict[Asked, Place]:
    """The places of those jobs that stand in a line."""
    places: dict[Asked, Place] = {}
    deep: list[Asked] = []
    for job in queued:
        if not job.in_line:
            continue
        line = view.lines.get(job.queue, ())
        before = line[: bisect.bisect_left(line, (job.sort_key, job.id), key=_order)]
        if len(before) >= LINE:
            deep.append(job)
        places[job] = Place(len(before), False, why_before(job, before))
    counted = forecast_store.count_ahead(connection, {job.id for job in deep})
    for job in deep:
        ahead = max(places[job].ahead, counted.get(job.id, 0))
        places[job] = Place(ahead, ahead >= forecast_store.COUNTED, places[job].reason)
    return places


def _order(waiting: Waiting) -> tuple[int, uuid.UUID]:
    return waiting.sort_key, waiting.id


def _waiting(
    view: View, job: Asked, place: Place | None, played: Played | None, calibration: Calibration, now: datetime
) -> Estimate:
    unknown = why_unknown(view, job)
    if unknown is not None or played is None:
        reason = unknown or "no_history"
        return Estimate(place, None, None, WHY_UNKNOWN[reason], reason)
    starts, ends = calibration.band(played.start), calibration.band(played.finish)
    start, finish = starts, (max(starts[0], ends[0]), max(starts[1], ends[1]))
    later = 0.0
    if not job.in_line and job.run_at is not None:  # it waits for the clock, and then in the line
        rest = max(0.0, (job.run_at - now).total_seconds())
        start = (max(rest, starts[0]), max(rest + starts[1] - starts[0], starts[1]))
        finish = (finish[0] + start[0] - starts[0], finish[1] + start[1] - starts[1])
        later = start[0] - starts[0]
    begins = _band(now, start, played.start.middle + later)
    return Estimate(place, begins, _band(now, finish, played.finish.middle + later), _basis(view, job))


def _running(view: View, job: Asked, now: datetime) -> Estimate:
    times = view.learnt.of(job.job_type)
    if job.job_type == GROUP:
        return Estimate(None, None, None, WHY_UNKNOWN["group"], "group")
    if times is None:
        return Estimate(None, None, None, WHY_UNKNOWN["no_history"], "no_history")
    elapsed = job.elapsed or 0.0
    low, middle, high = (times.at(share, elapsed) - elapsed for share in (LOW, MIDDLE, HIGH))
    return Estimate(None, None, _band(now, (low, high), middle), _basis(view, job))


def _basis(view: View, job: Asked) -> str:
    times = view.learnt.of(job.job_type)
    runs = times.jobs if times is not None else 0
    what = (
        "of its type" if view.learnt.knows(job.job_type) else "of other types, because none of its own has run lately"
    )
    return f"Learnt from the last {runs} {'run' if runs == 1 else 'runs'} {what}; right in four of five cases."


def _band(now: datetime, seconds: tuple[float, float], typical: float) -> Band:
    low, high = seconds
    middle = min(max(low, typical), high)
    return now + timedelta(seconds=low), now + timedelta(seconds=high), now + timedelta(seconds=middle)


def _band_body(band: Band | None) -> dict[str, datetime] | None:
    return None if band is None else {"start": band[0], "end": band[1], "typical": band[2]}
