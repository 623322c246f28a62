"""Holding forecasts against what came of them: the band is stretched, or drawn in, until four of five starts lie inside.

Conformal prediction with a score on each side of the median (after Romano, Patterson, Candès: Conformalized Quantile
Regression, 2019): whatever the simulation does not know of, such as who will overtake, shows in the scores of its last
forecasts, and the next band is made from their tenth and ninetieth percentile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from backend.jobs.forecast.simulation import Raw

RECENT = 200  # scores of a queue that count
PRIOR = 20  # scores that it is taken to have had before, from a simulation that is right
LEAST_WIDTH = 0.02  # seconds on either side, and so much of the median: a score needs something to be measured by
SHARE_BELOW, SHARE_ABOVE = 0.1, 0.9

# A forecast that is right has -1 and 1 at its tenth and ninetieth percentile.
_PRIOR_SCORES = [NormalDist().inv_cdf((n + 0.5) / PRIOR) / NormalDist().inv_cdf(SHARE_ABOVE) for n in range(PRIOR)]


@dataclass(frozen=True)
class Calibration:
    """How far to go below and above the median, in units of the raw band's two sides."""

    below: float = -1.0
    above: float = 1.0

    def band(self, raw: Raw) -> tuple[float, float]:
        """Seconds from now between which it will be, in four of five cases."""
        down, up = _sides(raw)
        low = raw.middle + self.below * (down if self.below < 0 else up)
        high = raw.middle + self.above * (up if self.above > 0 else down)
        return max(0.0, low), max(0.0, low, high)


def score_of(raw: Raw, seconds: float) -> float:
    """Where the truth lay: 0 is the median, -1 and 1 are the ends of the raw band."""
    down, up = _sides(raw)
    off = seconds - raw.middle
    return off / (up if off > 0 else down)


def calibrate(scores: Sequence[float]) -> Calibration:
    """From the last scores of a queue."""
    known = sorted([*scores[-RECENT:], *_PRIOR_SCORES])
    return Calibration(_quantile(known, SHARE_BELOW), _quantile(known, SHARE_ABOVE))


def _sides(raw: Raw) -> tuple[float, float]:
    least = max(LEAST_WIDTH, LEAST_WIDTH * raw.middle)
    return max(least, raw.middle - raw.low), max(least, raw.high - raw.middle)


def _quantile(ordered: Sequence[float], share: float) -> float:
    place = share * (len(ordered) - 1)
    lower = int(place)
    upper = min(lower + 1, len(ordered) - 1)
    return ordered[lower] + (ordered[upper] - ordered[lower]) * (place - lower)
