"""Makes forecasts of a few waiting jobs, and looks later how right they were: from that the bands of all others are made."""

from __future__ import annotations

import random
from datetime import UTC, datetime

from backend.jobs.forecast import forecast_store
from backend.jobs.forecast.calibration import RECENT, score_of
from backend.jobs.forecast.forecast import foresee, places_of, view_of
from backend.jobs.forecast.simulation import Raw
from backend.jobs.store import Connection, run
from backend.jobs.upkeep.duties import take_turn

INTERVAL = 5.0  # seconds, for the whole installation
SAMPLE = 6  # waiting jobs of each queue
KEPT = 2 * RECENT  # scores of each queue


class Forecaster:
    """A duty: holds what it foretold against what came, and foretells again."""

    def __call__(self, connection: Connection) -> float:
        with connection.transaction():
            if take_turn(connection, "forecast", INTERVAL - 0.5):
                score_forecasts(connection)
                make_forecasts(connection, random.Random())
        return INTERVAL


def score_forecasts(connection: Connection) -> int:
    """Score the forecasts whose jobs have started; how many those were."""
    rows = run(connection, "forecast_come_true", {}).fetchall()
    if rows:
        scores = [score_of(Raw(low, middle, high), seconds) for _, _, low, middle, high, seconds in rows]
        run(connection, "note_scores", {"ids": [row[0] for row in rows], "scores": scores})
        run(connection, "prune_forecasts", {"kept": KEPT})
    return len(rows)


def make_forecasts(connection: Connection, rng: random.Random) -> int:
    """Foretell the start of some jobs of each queue that wait now; how many."""
    limited = forecast_store.limits_exist(connection)
    queues = forecast_store.read_queue_names(connection)
    lines = forecast_store.read_lines(connection, queues, limited=limited) if queues else {}
    chosen = [each.id for line in lines.values() for each in rng.sample(line, min(SAMPLE, len(line)))]
    asked = forecast_store.read_asked(connection, chosen, limited=limited) if chosen else []
    if not asked:
        return 0
    view, now = view_of(connection, asked, limited=limited), datetime.now(UTC)
    ahead = {job: place.ahead for job, place in places_of(connection, view, asked).items()}
    found = foresee(view, [job for job in asked if job in ahead], ahead, rng)
    parameters = {
        "ids": [job.asked for job in found],
        "queues": [job.queue for job in found],
        "moments": [now] * len(found),
        "lows": [played.start.low for played in found.values()],
        "middles": [played.start.middle for played in found.values()],
        "highs": [played.start.high for played in found.values()],
    }
    if found:
        run(connection, "note_forecasts", parameters)
    return len(found)
