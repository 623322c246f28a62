"""How long jobs of one type run, as the histograms of the rollups know it: quantiles and draws, also of what is left of a run."""

from __future__ import annotations

import bisect
import itertools
import math
import random
from collections import Counter
from collections.abc import Mapping

MAX_BUCKET = 60
DRAWN = 256  # run times of which draws are made, each as likely as the others: a look instead of a search


def bucket_of(seconds: float) -> int:
    """The bucket of a duration: b holds what took 2^(b/2) to 2^((b+1)/2) milliseconds, as in ``roll_up_jobs.sql``."""
    return min(MAX_BUCKET, math.floor(2 * math.log2(max(seconds * 1000, 1.0))))


def _edge(bucket: float) -> float:
    """Where a bucket begins, in seconds; the first one begins at zero."""
    return float(2 ** (bucket / 2)) / 1000 if bucket > 0 else 0.0


class RunTimes:
    """A histogram of run times. Never empty: whoever has none has no ``RunTimes``."""

    def __init__(self, histogram: Mapping[int, int]) -> None:
        self._buckets = sorted(bucket for bucket, jobs in histogram.items() if jobs > 0)
        self._passed = list(itertools.accumulate(histogram[bucket] for bucket in self._buckets))
        if not self._buckets:
            raise ValueError("a histogram without jobs")
        self._drawn: list[float] = []

    @property
    def jobs(self) -> int:
        """How many runs it was learnt from."""
        return self._passed[-1]

    def at(self, share: float, elapsed: float = 0.0) -> float:
        """Seconds that ``share`` of the runs do not exceed, of those that are not over after ``elapsed``."""
        begun = self._share_below(elapsed)
        return max(elapsed, self._at(begun + share * (1.0 - begun))) if begun < 1.0 else self._beyond(share, elapsed)

    def draw(self, rng: random.Random, elapsed: float = 0.0) -> float:
        """A run time by chance, longer than ``elapsed``."""
        if elapsed > 0:
            return self.at(rng.random(), elapsed)
        if not self._drawn:
            self._drawn = [self._at((number + 0.5) / DRAWN) for number in range(DRAWN)]
        return self._drawn[int(rng.random() * DRAWN)]

    def _at(self, share: float) -> float:
        wanted = share * self.jobs
        index = min(bisect.bisect_left(self._passed, wanted), len(self._buckets) - 1)
        before = self._passed[index - 1] if index else 0
        inside = (wanted - before) / (self._passed[index] - before)
        bucket = self._buckets[index]
        if bucket == 0:
            return inside * _edge(1)
        return _edge(bucket + inside)

    def _share_below(self, seconds: float) -> float:
        if seconds <= 0:
            return 0.0
        bucket = bucket_of(seconds)
        index = bisect.bisect_left(self._buckets, bucket)
        before = self._passed[index - 1] if index else 0
        if index == len(self._buckets) or self._buckets[index] != bucket:
            return before / self.jobs
        low, high = _edge(bucket), _edge(bucket + 1)
        inside = (seconds - low) / (high - low)
        return (before + min(1.0, inside) * (self._passed[index] - before)) / self.jobs

    def _beyond(self, share: float, elapsed: float) -> float:
        """Longer than any run so far: as long again, at the median. Long runs tend to have much of themselves before them."""
        return elapsed * (1.0 + share / max(1.0 - share, 0.05))


def merged(histograms: Mapping[str, Mapping[int, int]]) -> RunTimes | None:
    """The run times of all types together; None when nothing has run."""
    total: Counter[int] = Counter()
    for histogram in histograms.values():
        total.update(histogram)
    return RunTimes(total) if total else None
