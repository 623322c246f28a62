"""Played days of a queue: jobs arrive, wait, overtake and run by the engine's rules on a clock of their own, and the shipped
forecast is asked about those that wait. What it may know is what it would know: runs that have ended, and the line as it stands.
"""

from __future__ import annotations

import heapq
import itertools
import math
import random
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from backend.jobs.forecast.calibration import RECENT, Calibration, calibrate, score_of
from backend.jobs.forecast.forecast_store import Asked, Busy, Floor, Waiting
from backend.jobs.forecast.outlook import Learnt, View, look_ahead
from backend.jobs.forecast.run_times import bucket_of
from backend.jobs.forecast.simulation import Raw

QUEUE, WORKER = "ai", 1
OFFSETS = {"urgent": 3600.0, "high": 600.0, "normal": 0.0, "low": -600.0}
MIX = (("normal", 0.86), ("high", 0.06), ("low", 0.06), ("urgent", 0.02))
MIDNIGHT = datetime(2026, 1, 1, tzinfo=UTC)
WARM_UP = 60  # forecasts of a queue that nobody is told: it has just been set up


@dataclass(frozen=True)
class Type:
    """Run times: lognormal, and once in a while ``tail`` times as long."""

    name: str
    median: float  # seconds
    sigma: float
    share: float
    tail: float = 1.0

    def draw(self, rng: random.Random) -> float:
        """How long one run takes."""
        long = self.tail if rng.random() < 0.03 else 1.0
        return min(7200.0, rng.lognormvariate(math.log(self.median), self.sigma) * long)

    @property
    def mean(self) -> float:
        return self.median * math.exp(self.sigma**2 / 2) * (0.97 + 0.03 * self.tail)


TYPES = (
    Type("enhance", 2.0, 0.4, 0.4),
    Type("draw", 9.0, 0.7, 0.35),
    Type("report", 25.0, 1.1, 0.2, tail=8.0),
    Type("import", 120.0, 0.5, 0.05),
)
MEAN = sum(each.share * each.mean for each in TYPES)


@dataclass
class PlayedJob:
    """One job of the play."""

    number: int
    type: Type
    arrives: float
    takes: float
    priority: str
    user: uuid.UUID
    virtual_time: float = 0.0
    began: float | None = None
    id: uuid.UUID = field(default_factory=uuid.uuid4)

    @property
    def key(self) -> tuple[float, int]:
        """The claim order."""
        return self.virtual_time - OFFSETS[self.priority], self.number


Arrivals = Callable[[random.Random, int], Iterator[float]]


def steady(rng: random.Random, threads: int) -> Iterator[float]:
    """At random, nine tenths of what the threads can do."""
    now = 0.0
    while True:
        now += rng.expovariate(0.9 * threads / MEAN)
        yield now


def bursts(rng: random.Random, threads: int) -> Iterator[float]:
    """Dozens at once, then a pause in which most of it is done, now and then not all."""
    now = 0.0
    while True:
        size = rng.randrange(5, 60)
        for _ in range(size):
            now += rng.expovariate(20.0)
            yield now
        now += size * MEAN / threads * rng.uniform(0.6, 1.9)


def daily(rng: random.Random, threads: int) -> Iterator[float]:
    """Quiet nights; more than the threads can do at noon."""
    now, day = 0.0, 6 * 3600.0
    while True:
        load = 0.72 - 0.5 * math.cos(2 * math.pi * now / day)
        now += rng.expovariate(load * threads / MEAN)
        yield now


PATTERNS: dict[str, Arrivals] = {"steady": steady, "bursts": bursts, "daily": daily}


@dataclass
class Verdict:
    """How many forecasts were told, and in how many the start lay between the two times."""

    told: int = 0
    inside: int = 0
    below: int = 0
    width: float = 0.0

    @property
    def share(self) -> float:
        """Of the forecasts that held."""
        return self.inside / self.told

    @property
    def mean_width(self) -> float:
        """Seconds from the earlier to the later time."""
        return self.width / self.told


@dataclass
class _Told:
    raw: Raw
    at: float
    band: tuple[float, float]
    counts: bool
    score: float | None = None


class Play:
    """One queue with some threads, from its first job to its last."""

    def __init__(self, pattern: str, jobs: int, seed: int, *, threads: int = 4, calibrated: bool = True) -> None:
        self.verdict = Verdict()
        self._rng = random.Random(seed)
        self._dice = random.Random(seed + 1)  # the forecast's own
        self._threads = threads
        self._calibrated = calibrated
        self._users = [uuid.UUID(int=number + 1) for number in range(12)]
        self._coming = list(itertools.islice(self._jobs(PATTERNS[pattern](self._rng, threads)), jobs))
        self._waiting: list[PlayedJob] = []
        self._running: list[tuple[float, PlayedJob]] = []
        self._history: dict[str, dict[int, int]] = {}
        self._made: list[_Told] = []
        self._scored = 0
        self._told: dict[int, list[_Told]] = {}

    def run(self) -> Verdict:
        """Play it to its end."""
        coming = iter(self._coming)
        job = next(coming, None)
        while job is not None or self._running:
            if job is not None and (not self._running or job.arrives <= self._running[0][0]):
                self._arrive(job)
                job = next(coming, None)
            else:
                self._end()
        return self.verdict

    def _jobs(self, arrivals: Iterator[float]) -> Iterator[PlayedJob]:
        names, shares = [name for name, _ in MIX], [share for _, share in MIX]
        weights = [1 / (number + 1) for number in range(len(self._users))]  # a few people make most of the jobs
        for number, at in enumerate(arrivals):
            kind = self._rng.choices(TYPES, [each.share for each in TYPES])[0]
            priority = self._rng.choices(names, shares)[0]
            user = self._rng.choices(self._users, weights)[0]
            yield PlayedJob(number, kind, at, kind.draw(self._rng), priority, user)

    def _arrive(self, job: PlayedJob) -> None:
        job.virtual_time = self._place(job)
        self._waiting.append(job)
        self._waiting.sort(key=lambda each: each.key)
        self._start(job.arrives)
        if job.began is None:
            self._ask(job, job.arrives)

    def _place(self, job: PlayedJob) -> float:
        """As next_virtual_time: at the head of the line, behind one's own."""
        stands = min((each.virtual_time for each in self._waiting[:1]), default=job.arrives)
        own = [each.virtual_time for each in self._waiting if each.user == job.user and each.priority == job.priority]
        return max([min(stands, job.arrives), *(last + 1.0 for last in own)])

    def _start(self, now: float) -> None:
        while self._waiting and len(self._running) < self._threads:
            job = self._waiting.pop(0)
            job.began = now
            heapq.heappush(self._running, (now + job.takes, job))  # no two end at the same moment
            self._judge(job, now)

    def _end(self) -> None:
        now, job = heapq.heappop(self._running)
        self._history.setdefault(job.type.name, Counter())[bucket_of(job.takes)] += 1
        self._start(now)
        if self._waiting and job.number % 2:  # somebody looks at a job that has waited for a while
            self._ask(self._rng.choice(self._waiting), now)

    def _ask(self, job: PlayedJob, now: float) -> None:
        learnt = Learnt(self._history)
        if learnt.of(job.type.name) is None:
            return
        floor = Floor(
            {WORKER: self._threads},
            {WORKER: None},
            [Busy(WORKER, each.type.name, now - (each.began or 0.0), ()) for _, each in self._running],
        )
        line = [_waiting(each) for each in self._waiting]
        view = View(floor, {QUEUE: line}, frozenset(), {}, learnt)
        asked = _asked(job)
        ahead = {asked: sum(1 for each in self._waiting if each.key < job.key)}
        raw = look_ahead(view, [asked], ahead, self._dice)[asked].start
        told = _Told(raw, now, self._calibration(now).band(raw), counts=self._scored >= WARM_UP)
        self._told.setdefault(job.number, []).append(told)
        self._made.append(told)

    def _calibration(self, now: float) -> Calibration:
        """From the last forecasts of which ``RECENT`` have come true, and those of the same time that have not."""
        if not self._calibrated:
            return Calibration()
        scores: list[float] = []
        pending: list[float] = []
        for told in reversed(self._made):
            if told.score is not None:
                scores.append(told.score)
            else:
                pending.append(score_of(told.raw, now - told.at))
            if len(scores) == RECENT:
                break
        return calibrate(scores, pending)

    def _judge(self, job: PlayedJob, now: float) -> None:
        for told in self._told.pop(job.number, []):
            waited = now - told.at
            told.score = score_of(told.raw, waited)
            self._scored += 1
            if told.counts:
                self.verdict.told += 1
                self.verdict.inside += told.band[0] <= waited <= told.band[1]
                self.verdict.below += waited < told.band[0]
                self.verdict.width += told.band[1] - told.band[0]


def _moment(seconds: float) -> datetime:
    return MIDNIGHT + timedelta(seconds=seconds)


def _waiting(job: PlayedJob) -> Waiting:
    return Waiting(
        queue=QUEUE,
        id=job.id,
        user_id=job.user,
        job_type=job.type.name,
        limit_key=None,
        priority=job.priority,
        virtual_time=round(job.virtual_time * 1e6),
        sort_key=round(job.key[0] * 1e6),
        created_at=_moment(job.arrives),
        run_at=None,
        runs=0,
        parked=False,
        needed=False,
        moved=False,
    )


def _asked(job: PlayedJob) -> Asked:
    return Asked(
        asked=job.id,
        id=job.id,
        user_id=job.user,
        queue=QUEUE,
        job_type=job.type.name,
        limit_key=None,
        priority=job.priority,
        status="queued",
        runnable=True,
        blocked_on=None,
        wait_reason=None,
        run_at=None,
        expires_at=None,
        virtual_time=round(job.virtual_time * 1e6),
        sort_key=round(job.key[0] * 1e6),
        entered_at=_moment(job.arrives),
        elapsed=None,
        gates=None,
        moved=False,
    )
