"""Holding forecasts against what came of them: the band is stretched, or drawn in, until four of five starts lie inside.

Conformal prediction with a score on each side of the median (after Romano, Patterson, Candès: Conformalized Quantile
Regression, 2019): whatever the simulation does not know of, such as who will overtake, shows in the scores of its last
forecasts, and the next band is made from their tenth and ninetieth percentile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

from backend.jobs.forecast.simulation import HIGH, Raw

RECENT = 200  # scores of a queue that count
PRIOR = 20  # scores that it is taken to have had before, from a simulation that is right
LEAST_WIDTH = 0.02  # seconds on either side, and so much of the median: a score needs something to be measured by
SHARE_BELOW, SHARE_ABOVE = (
    0.09,
    0.915,
)  # a little outside of 10 and 90 %: the line changes while one waits for the truth

# A forecast that is right has -1 and 1 at its tenth and ninetieth percentile.
_PRIOR_SCORES = [NormalDist().inv_cdf((n + 0.5) / PRIOR) / NormalDist().inv_cdf(HIGH) for n in range(PRIOR)]


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


def calibrate(scores: Sequence[float], pending: Sequence[float] = ()) -> Calibration:
    """From the last scores of a queue. ``pending``: the scores that forecasts of the same time will at least have, whose jobs
    still wait. Without them a line that grows would be judged by those who were lucky.
    """
    known = [(score, False) for score in (*scores, *_PRIOR_SCORES)] + [(score, True) for score in pending]
    return Calibration(*_quantiles(sorted(known), (SHARE_BELOW, SHARE_ABOVE)))


def _sides(raw: Raw) -> tuple[float, float]:
    least = max(LEAST_WIDTH, LEAST_WIDTH * raw.middle)
    return max(least, raw.middle - raw.low), max(least, raw.high - raw.middle)


def _quantiles(ordered: Sequence[tuple[float, bool]], shares: Sequence[float]) -> list[float]:
    """Quantiles of values of which some are only known to be larger (Kaplan and Meier, 1958): their weight goes to what is right
    of them.
    """
    found: list[float] = []
    passed, left = 0.0, len(ordered)
    for value, larger in ordered:
        if not larger:
            passed += (1.0 - passed) / left
        left -= 1
        while len(found) < len(shares) and passed >= shares[len(found)] - 1e-9:
            found.append(value)
    return found + [ordered[-1][0]] * (len(shares) - len(found))
