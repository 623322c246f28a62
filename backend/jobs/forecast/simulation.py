"""The line in front of some threads, played through many times: when does each waiting job start, and end?

Monte Carlo over a queue with several servers: nothing is assumed of the run times but that they are like those before.
"""

from __future__ import annotations

import heapq
import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

ROUNDS = 120
MAX_STEPS = 24_000  # runs that are drawn for one line, in all rounds
FEWEST_ROUNDS = 40
LONGEST = MAX_STEPS // FEWEST_ROUNDS  # jobs of a line that are played one by one; the rest goes by their mean
LOW, MIDDLE, HIGH = 0.1, 0.5, 0.9

Draw = Callable[[random.Random, float], float]  # a run time longer than the second argument


@dataclass(frozen=True)
class Running:
    """A thread that is taken: for how long already, and by what."""

    draw: Draw
    elapsed: float


@dataclass(frozen=True)
class Raw:
    """Seconds from now: a tenth of the rounds was below ``low``, half below ``middle``, nine tenths below ``high``."""

    low: float
    middle: float
    high: float


@dataclass(frozen=True)
class Played:
    """When one waiting job started and ended in the rounds."""

    start: Raw
    finish: Raw


def play(
    threads: int, running: Sequence[Running], line: Sequence[Draw], wanted: Sequence[int], rng: random.Random
) -> dict[int, Played]:
    """Start and end of the jobs at the places ``wanted`` (from 0) of the line. Beyond its end the rest is extrapolated
    from its mean: a place far behind is sure to be reached at the speed of all.
    """
    last = max(wanted, default=-1)
    drawn = list(line[: min(last + 1, LONGEST)])
    rounds = max(FEWEST_ROUNDS, min(ROUNDS, MAX_STEPS // max(1, len(drawn))))
    starts: dict[int, list[float]] = {place: [] for place in wanted}
    ends: dict[int, list[float]] = {place: [] for place in wanted}
    for _ in range(rounds):
        _round(threads, running, drawn, starts, ends, rng)
    return {place: Played(_raw(starts[place]), _raw(ends[place])) for place in wanted}


def _round(
    threads: int,
    running: Sequence[Running],
    line: Sequence[Draw],
    starts: dict[int, list[float]],
    ends: dict[int, list[float]],
    rng: random.Random,
) -> None:
    free = [each.draw(rng, each.elapsed) - each.elapsed for each in running]
    free += [0.0] * (threads - len(free))
    heapq.heapify(free)
    while len(free) > threads:  # more run than there are threads now: a worker is leaving
        heapq.heappop(free)
    work = squares = 0.0
    for place, draw in enumerate(line):
        took = draw(rng, 0.0)
        begins = free[0]
        heapq.heapreplace(free, begins + took)
        work += took
        squares += took * took
        if place in starts:
            starts[place].append(begins)
            ends[place].append(begins + took)
    for place in starts:
        if place >= len(line):
            _extrapolate(place, threads, free[0], len(line), work, squares, starts, ends, rng)


def _extrapolate(
    place: int,
    threads: int,
    begins: float,
    drawn: int,
    work: float,
    squares: float,
    starts: dict[int, list[float]],
    ends: dict[int, list[float]],
    rng: random.Random,
) -> None:
    mean = work / drawn if drawn else 0.0
    spread = math.sqrt(max(0.0, squares / drawn - mean * mean)) if drawn else 0.0
    more = place - drawn
    begins += max(0.0, rng.gauss(more * mean, math.sqrt(more) * spread)) / threads
    starts[place].append(begins)
    ends[place].append(begins + mean)


def _raw(values: list[float]) -> Raw:
    values.sort()
    return Raw(*(values[min(len(values) - 1, int(share * len(values)))] for share in (LOW, MIDDLE, HIGH)))
