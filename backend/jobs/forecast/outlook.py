"""When the jobs of a line start and end, by what is known of the line now: who works, who waits, how long such jobs run."""

from __future__ import annotations

import bisect
import random
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from backend.jobs.forecast.forecast_store import Asked, Floor, Histograms, Waiting
from backend.jobs.forecast.places import ahead_of
from backend.jobs.forecast.run_times import RunTimes, merged
from backend.jobs.forecast.simulation import Draw, Played, Raw, Running, play


class Learnt:
    """The run times of each type; a type that has not run yet is taken for one like all others."""

    def __init__(self, histograms: Histograms) -> None:
        self._types = {job_type: RunTimes(histogram) for job_type, histogram in histograms.items() if histogram}
        self._all = merged(histograms)

    def of(self, job_type: str) -> RunTimes | None:
        """How long jobs of this type run; None when nothing has ever run."""
        return self._types.get(job_type, self._all)

    def knows(self, job_type: str) -> bool:
        """Whether jobs of this very type have run."""
        return job_type in self._types

    def draw(self, job_type: str) -> Draw:
        """A draw of its run times."""
        known = self.of(job_type)
        return known.draw if known is not None else _no_time


@dataclass(frozen=True)
class View:
    """All that a forecast looks at."""

    floor: Floor
    lines: Mapping[str, Sequence[Waiting]]
    paused: frozenset[str]
    gates: Mapping[str, int]
    learnt: Learnt

    def rivals(self, queue: str) -> list[str]:
        """The queues whose jobs want the same threads, this one first."""
        served = [self.floor.queues[worker] for worker in self.floor.serving(queue)]
        others = [
            name
            for name in self.lines
            if name != queue and name not in self.paused and any(each is None or name in each for each in served)
        ]
        return [queue, *others]

    def lane(self, queue: str) -> tuple[frozenset[int], frozenset[str]]:
        """Threads and rivals: jobs for which both are the same wait in one line, which is played once for all of them."""
        return frozenset(self.floor.serving(queue)), frozenset(self.rivals(queue))


def look_ahead(
    view: View, jobs: Sequence[Asked], ahead: Mapping[Asked, int], rng: random.Random
) -> dict[Asked, Played]:
    """Start and end of jobs that wait in one lane, in seconds from now. ``ahead``: how many of its queue come before each."""
    queue = jobs[0].queue
    crew = view.floor.serving(queue)
    threads = sum(view.floor.threads[worker] for worker in crew)
    running = [
        Running(view.learnt.draw(busy.job_type), busy.elapsed) for busy in view.floor.busy if busy.worker_id in crew
    ]
    line = merge_lines([view.lines.get(name, ()) for name in view.rivals(queue)])
    places = _places(line, jobs, ahead)
    draws = [view.learnt.draw(waiting.job_type) for waiting in line]
    played = play(threads, running, draws, sorted(set(places.values())), rng)
    found = {job: played[places[job]] for job in jobs}
    for gate in {gate for job in jobs for gate in job.gates or ()}:
        slots = view.gates.get(gate)
        under = [job for job in jobs if gate in (job.gates or ())]
        if slots is not None and (slots < threads or any(job.blocked_on == f"limit:{gate}" for job in under)):
            for job, later in _at_gate(view, gate, slots, under, rng).items():
                found[job] = _later(found[job], later)
    return found


def merge_lines(lines: Iterable[Sequence[Waiting]]) -> list[Waiting]:
    """What can be claimed of several queues in the order in which workers that serve them all claim it (claim_jobs.sql)."""
    ready = [[waiting for waiting in line if not waiting.parked] for line in lines]
    placed = [
        (waiting.sort_key - line[0].virtual_time, number, index, waiting)
        for number, line in enumerate(ready)
        for index, waiting in enumerate(line)
    ]
    return [waiting for *_, waiting in sorted(placed, key=lambda each: each[:3])]


def _places(line: Sequence[Waiting], jobs: Sequence[Asked], ahead: Mapping[Asked, int]) -> dict[Asked, int]:
    """The place of each job in the merged line, from 0. One that is not in the part that was read stands behind it."""
    known = {waiting.id: place for place, waiting in enumerate(line)}
    own: dict[str, list[tuple[int, uuid.UUID, int]]] = defaultdict(list)
    for place, waiting in enumerate(line):
        own[waiting.queue].append((waiting.sort_key, waiting.id, place))
    places = {}
    for job in jobs:
        its = own[job.queue]
        behind = bisect.bisect_left(its, (job.sort_key, job.id, -1))
        beyond = max(0, ahead[job] - behind) if behind == len(its) and job.id not in known else 0
        places[job] = known.get(job.id, (its[behind - 1][2] + 1 if behind else 0) + beyond)
    return places


def _at_gate(view: View, gate: str, slots: int, jobs: Sequence[Asked], rng: random.Random) -> dict[Asked, Played]:
    """The same as if there were nothing but the limit: its slots, who holds them and who waits for them."""
    holding = [
        Running(view.learnt.draw(busy.job_type), busy.elapsed) for busy in view.floor.busy if gate in busy.limits
    ]
    waiting = [each for line in view.lines.values() for each in line if each.under(gate)]
    waiting.sort(key=lambda each: (each.sort_key, each.id))
    places = {job: len(ahead_of(job, waiting)) for job in jobs}
    draws = [view.learnt.draw(each.job_type) for each in waiting]
    played = play(slots, holding, draws, sorted(set(places.values())), rng)
    return {job: played[place] for job, place in places.items()}


def _later(one: Played, other: Played) -> Played:
    return Played(_max(one.start, other.start), _max(one.finish, other.finish))


def _max(one: Raw, other: Raw) -> Raw:
    return Raw(max(one.low, other.low), max(one.middle, other.middle), max(one.high, other.high))


def _no_time(_rng: random.Random, elapsed: float) -> float:
    return elapsed
