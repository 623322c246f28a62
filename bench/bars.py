"""The bars: what must be reached, as data, and whether the figures reach it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from bench.figures import OURS, Figures

Value = Callable[[Figures], float | None]

CLAIM_SCENES = ("10k_queued", "100k_queued", "1m_queued", "1m_finished", "1m_queued_1m_finished", "200k_of_one")

DASHBOARD = {  # what is asked for → how the table says it
    "list": "everybody's jobs",
    "queued": "those that wait, with when they will start",
    "next": "those that wait, as they come",
    "failed": "those that failed",
    "word": "a word",
    "two_words": "two words",
    "no_word": "a word that no job says",
    "tag": "a rare tag",
    "type_failed": "a type's failures",
    "overview": "the four figures",
    "overview_day": "the four figures of a day",
    "facets": "what there is to filter by",
    "stats": "statistics",
    "staff_queues": "queues",
    "staff_workers": "workers",
    "staff_types": "types",
    "staff_course": "charts of a month",
    "waiting_job": "the page of the last job in the line",
    "ended_job": "the page of a job that failed",
    "own_list": "one's own half million",
    "own_failed": "one's own failures",
    "own_next": "what one waits for, as it comes",
    "own_overview": "one's own four figures",
}


@dataclass(frozen=True)
class Bar:
    """``value`` of the figures must be at least, or at most, ``limit``; ``aim`` is what we push for. Beside a ``peer`` that is
    not measured the bar says nothing.
    """

    workload: str
    says: str
    value: Value
    limit: float
    at_least: bool = True
    aim: float | None = None
    unit: str = ""
    peer: str | None = None

    def met(self, figures: Figures) -> bool:
        """Whether the bar is met."""
        return self._reaches(self.value(figures), self.limit)

    def missed(self, figures: Figures) -> bool:
        """Whether the bar is missed: what was not measured is, except for want of a peer."""
        return not self.met(figures) and (self.peer is None or figures.has(self.workload, self.peer))

    def reaches_aim(self, figures: Figures) -> bool:
        """Whether even the aim is reached."""
        return self.aim is not None and self._reaches(self.value(figures), self.aim)

    def _reaches(self, value: float | None, limit: float) -> bool:
        if value is None:
            return False
        return value >= limit if self.at_least else value <= limit


def of(workload: str, metric: str, system: str = OURS) -> Value:
    """A figure as it is."""
    return lambda figures: figures.value(workload, system, metric)


def over(value: Value, base: Value) -> Value:
    """One figure as a multiple of another of the same turn; of several turns the median."""

    def quotient(figures: Figures) -> float | None:
        pairs = [(value(turn), base(turn)) for turn in figures.turns or [figures]]
        found = [upper / lower for upper, lower in pairs if upper is not None and lower]
        return median(found) if found else None

    return quotient


def worst(*values: Value) -> Value:
    """The highest of several figures; none if one is missing."""

    def highest(figures: Figures) -> float | None:
        found = [value(figures) for value in values]
        return None if None in found else max(number for number in found if number is not None)

    return highest


def _claims(share: str) -> list[Value]:
    return [of("W11", f"{scene}_{share}") for scene in CLAIM_SCENES]


def _beside_off(metric: str) -> Value:
    return over(of("W12", metric), of("W12", metric, "feed off"))


def times(value: Value, factor: float) -> Value:
    """A figure in another unit."""

    def product(figures: Figures) -> float | None:
        found = value(figures)
        return None if found is None else found * factor

    return product


_drained = of("W3", "jobs_per_s")

BARS = (
    Bar("W1", "× a bare INSERT", over(of("W1", "jobs_per_s"), of("W1", "jobs_per_s", "floor")), 0.6, aim=0.7),
    Bar("W2", "in bulk", of("W2", "jobs_per_s"), 20_000, unit="jobs/s"),
    Bar("W2", "× COPY", over(of("W2", "jobs_per_s"), of("W2", "jobs_per_s", "floor")), 0.1),
    Bar("W3", "× the bare loop of 10", over(_drained, of("W3", "jobs_per_s", "floor:10")), 1.5, aim=2.0),
    Bar(
        "W3",
        "× pgqueuer",
        over(_drained, of("W3", "jobs_per_s", "pgqueuer")),
        3.0,
        aim=4.0,
        peer="pgqueuer",
    ),
    Bar(
        "W3",
        "two workers × the bare loop of 10",
        over(of("W3", "two_workers_jobs_per_s"), of("W3", "jobs_per_s", "floor:10")),
        2.0,
        aim=2.6,
    ),
    Bar("W4", "pick-up p50", of("W4", "p50_ms"), 1.2, at_least=False, unit="ms"),
    Bar("W4", "pick-up p95", of("W4", "p95_ms"), 2.5, at_least=False, unit="ms"),
    Bar("W5", "round trip p50", of("W5", "p50_ms"), 5.0, at_least=False, aim=2.5, unit="ms"),
    Bar("W5", "round trip p99", of("W5", "p99_ms"), 10.0, at_least=False, aim=6.7, unit="ms"),
    Bar(
        "W6",
        "× pgqueuer's pick-up p99",
        over(of("W6", "p99_ms"), of("W6", "p99_ms", "pgqueuer")),
        1.5,
        at_least=False,
        peer="pgqueuer",
    ),
    Bar("W7", "jobs not finished", of("W7", "unfinished"), 0, at_least=False),
    Bar("W7", "the last one after", of("W7", "last_s"), 5.0, at_least=False, aim=2.0, unit="s"),
    Bar("W8", "the 202 of create-canvas, idle, p99", of("W8", "idle_p99_ms"), 50.0, at_least=False, unit="ms"),
    Bar("W8", "with 1,000 sockets and 50 updates/s, p99", of("W8", "loaded_p99_ms"), 100.0, at_least=False, unit="ms"),
    Bar("W9", "worker → browser p99, 1 client", of("W9", "1_p99_ms"), 20.0, at_least=False, aim=10.0, unit="ms"),
    Bar("W9", "100 clients", of("W9", "100_p99_ms"), 20.0, at_least=False, aim=10.0, unit="ms"),
    Bar("W9", "1,000 clients", of("W9", "1000_p99_ms"), 20.0, at_least=False, aim=10.0, unit="ms"),
    Bar("W10", "1,000 clients, 20 events/s: not delivered", of("W10", "undelivered"), 0, at_least=False),
    Bar("W10", "the same, p99", of("W10", "p99_ms"), 250.0, at_least=False, aim=150.0, unit="ms"),
    Bar("W13", "worker, idle", of("W13", "worker_idle_mb"), 120.0, at_least=False, unit="MB"),
    Bar("W13", "web process, idle", of("W13", "web_idle_mb"), 150.0, at_least=False, unit="MB"),
    Bar("W13", "a socket", times(of("W13", "socket_mb"), 1000), 80.0, at_least=False, unit="kB"),
    Bar("W13", "sockets held by one process", of("W13", "sockets_held"), 5_000),
    Bar("W11", "highest claim p95", worst(*_claims("p95_ms")), 3.0, at_least=False, unit="ms"),
    Bar("W11", "highest claim p50 × that at 10,000", worst(*_claims("p50_ratio")), 1.5, at_least=False),
    Bar(
        "W11",
        "p50 at 1 M queued and 1 M finished × that at 10,000",
        of("W11", "1m_queued_1m_finished_p50_ratio"),
        2.0,
        at_least=False,
    ),
    Bar("W12", "× the commits with the feed off", _beside_off("commits_per_s"), 0.9, aim=0.97),
    Bar("W12", "the same in one web process", _beside_off("web_commits_per_s"), 0.9, aim=0.97),
    Bar("F", "jobs of others before a newcomer's ÷ active people", of("F", "jobs_before_ratio"), 1.0, at_least=False),
    Bar("F", "newcomer's wait ÷ (active people × one job)", of("F", "wait_ratio"), 1.0, at_least=False),
    Bar("F", "share of the slots that the flood alone uses", of("F", "slots_used"), 0.9),
    Bar("A", "first element of the planner's drawing, p50", of("A", "p50_ms"), 300.0, at_least=False, unit="ms"),
    Bar(
        "A",
        "first element after the embedded model's first complete part, slowest",
        of("A", "model_slowest_ms"),
        1000.0,
        at_least=False,
        unit="ms",
    ),
    *(
        Bar("D", f"{says}, p95", of("D", f"{name}_p95_ms"), 300.0, at_least=False, unit="ms")
        for name, says in DASHBOARD.items()
    ),
)
WORKLOADS = tuple(dict.fromkeys(bar.workload for bar in BARS))
