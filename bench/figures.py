"""Figures: what was measured, one number each, and how several runs become one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

OURS = "ours"
COUNTS = ("unfinished", "ran_twice", "undelivered")  # of these the worst run stands, of all others the best


@dataclass(frozen=True)
class Figure:
    """One number. ``n``: of how many jobs, commits or samples."""

    workload: str
    system: str
    metric: str
    value: float
    n: int


class Figures:
    """All figures of a session. Several runs of the same thing: rates keep the highest, times the lowest.

    ``turns`` are the same, each by itself: what is compared must have been measured in the same minutes.
    """

    def __init__(self, figures: Iterable[Figure] = ()) -> None:
        self._kept: dict[tuple[str, str, str], Figure] = {}
        self.turns: list[Figures] = []
        self.add(figures)

    def add_turn(self, turn: Figures) -> None:
        """Take in what was measured one after the other."""
        self.turns.append(turn)
        self.add(turn.all())

    def add(self, figures: Iterable[Figure]) -> None:
        """Take in another run."""
        for figure in figures:
            key = (figure.workload, figure.system, figure.metric)
            known = self._kept.get(key)
            self._kept[key] = figure if known is None else _kept_of(known, figure)

    def value(self, workload: str, system: str, metric: str) -> float | None:
        """A figure's number, if it was measured."""
        found = self._kept.get((workload, system, metric))
        return None if found is None else found.value

    def has(self, workload: str, system: str) -> bool:
        """Whether anything of a system was measured."""
        return any(key[:2] == (workload, system) for key in self._kept)

    def all(self) -> list[Figure]:
        """Every figure, in the order in which the first of its kind was measured."""
        return list(self._kept.values())

    def write(self, path: Path) -> None:
        """One JSON line for each figure of each turn."""
        path.parent.mkdir(parents=True, exist_ok=True)
        lines = [
            {**asdict(figure), "turn": number} for number, turn in enumerate(self.turns, 1) for figure in turn.all()
        ]
        path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def _kept_of(known: Figure, other: Figure) -> Figure:
    more_is_better = "_per_s" in known.metric or not known.metric.endswith(("_ms", "_s", "_mb", "_ratio"))
    if known.metric in COUNTS:
        more_is_better = True  # that is: the worse one is kept
    return max(known, other, key=lambda figure: figure.value if more_is_better else -figure.value)


def percentile(seconds: Sequence[float], share: float) -> float:
    """The value below which ``share`` of the samples lie, in milliseconds."""
    ordered = sorted(seconds)
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000, 3)


def latencies(
    workload: str, system: str, seconds: Sequence[float], *, prefix: str = "", shares: Mapping[str, float] | None = None
) -> list[Figure]:
    """p50, p95 and p99 of samples in seconds."""
    wanted = shares or {"p50_ms": 0.5, "p95_ms": 0.95, "p99_ms": 0.99}
    return [
        Figure(workload, system, prefix + name, percentile(seconds, share), len(seconds))
        for name, share in wanted.items()
    ]
