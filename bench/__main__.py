"""``python -m bench [--workloads W3,W4]``: measure, print the table; ``make bench`` calls it.

Exit 1 if a bar is missed or a run has failed.

Ours and the floors take turns, so that a slow minute of the machine meets both.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterable
from functools import partial
from itertools import chain
from pathlib import Path

from backend.config import ROOT
from bench import (
    adapter,
    answers,
    claim_cost,
    commits,
    dashboard,
    fairness,
    first_element,
    floor,
    live_feed,
    memory,
    model_element,
    web_commits,
)
from bench.bars import BARS, WORKLOADS
from bench.figures import Figure, Figures
from bench.report import list_figures, machine, table
from bench.server import Server, own_server
from bench.sizes import FULL, TINY, Sizes

RESULTS = ROOT / "bench" / "results" / "latest.jsonl"
REPETITIONS = 3
PEERS = ("pgqueuer", "procrastinate")  # measured beside ours where PEER_PATH has their adapters

Measurement = Callable[[], Iterable[Figure]]
LONG = {"W11": claim_cost.measure, "F": fairness.measure, "D": dashboard.measure}  # they say how far they are
OWN = {
    "A": lambda server, sizes: chain(first_element.measure(server, sizes), model_element.measure(server, sizes)),
    "W8": answers.measure,
    "W9": live_feed.measure_delay,
    "W10": live_feed.measure_fan_out,
    "W13": memory.measure,
}


def main(arguments: list[str] | None = None) -> int:
    """Measure what was asked for; 1 if a run failed or a bar is missed, else 0."""
    options = _parse(arguments)
    sizes = TINY if options.tiny else FULL
    figures, failures, began = Figures(), list[str](), time.monotonic()
    with own_server() as server:
        where = machine(server.version())
        say(f"Measuring on {where}")
        for workload in options.workloads:
            failures += measure(workload, server, sizes, options.repetitions, figures)
    bars = [bar for bar in BARS if bar.workload in options.workloads]
    figures.write(options.results)
    took = f"{(time.monotonic() - began) / 60:.1f} minutes"
    report = f"{table(bars, figures)}\n\n{where}; measured in {took}.\n"
    options.results.with_suffix(".md").write_text(report)
    say(f"\n{list_figures(figures)}\n\n{report}\nFigures: {options.results}")
    for failure in failures:
        say(f"FAILED: {failure}")
    return 1 if failures or any(bar.missed(figures) for bar in bars) else 0


def measure(workload: str, server: Server, sizes: Sizes, repetitions: int, figures: Figures) -> list[str]:
    """Run a workload's measurements in turns, and say which runs have failed: the others go on. A peer whose packages are not
    there is not measured; that is no failure.
    """
    failures = []
    measurements = measurements_of(workload, server, sizes)
    if workload == "W13" or workload in LONG:  # these repeat themselves on a table that takes long to fill
        repetitions = 1
    for turn in range(1, repetitions + 1):
        together = Figures()
        for name, measurement in measurements.items():
            run = f"{workload} {turn}/{repetitions} {name}"
            try:
                found = list(measurement())
            except adapter.PeerMissing as missing:
                say(f"{run}: not measured: {missing}")
                continue
            except Exception as error:  # noqa: BLE001 - whatever it was, the other measurements are worth having
                failures.append(f"{run}: {type(error).__name__}: {error}")
                say(f"{run}: FAILED: {error}")
                continue
            together.add(found)
            say(f"{run}: {_summary(found)}")
        figures.add_turn(together)
    return failures


def measurements_of(workload: str, server: Server, sizes: Sizes) -> dict[str, Measurement]:
    """What is measured for a workload, ours and beside it."""
    if workload in LONG:
        return {"ours": partial(LONG[workload], server, sizes, say)}
    if workload in OWN:
        return {"ours": partial(OWN[workload], server, sizes)}
    if workload == "W12":
        return {
            "pgbench": partial(commits.measure, server, sizes),
            "web process": partial(web_commits.measure, server, sizes, feed=True),
            "web process, feed off": partial(web_commits.measure, server, sizes, feed=False),
        }
    systems = [adapter.ours(), *filter(None, map(adapter.peer, PEERS))]
    measured = {found.system: partial(adapter.measure, found, workload, server.url, sizes) for found in systems}
    return {**measured, **_floors(workload, server, sizes)}


def _floors(workload: str, server: Server, sizes: Sizes) -> dict[str, Measurement]:
    floors: dict[str, dict[str, Measurement]] = {
        "W1": {"bare INSERT": partial(floor.enqueue_singly, server, sizes)},
        "W2": {"COPY": partial(floor.enqueue_in_bulk, server, sizes)},
        "W3": {f"loop of {batch}": partial(floor.drain, server, sizes, batch) for batch in (1, 10, 100)},
        "W4": {"bare LISTEN": partial(floor.pick_up, server, sizes)},
        "W5": {"bare LISTEN": partial(floor.round_trip, server, sizes)},
    }
    return floors.get(workload, {})


def say(text: str) -> None:
    """Print at once: a session takes minutes."""
    print(text, flush=True)


def _summary(figures: Iterable[Figure]) -> str:
    return ", ".join(f"{figure.metric} {figure.value:g}" for figure in figures)


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measures the engine against its bars.")
    parser.add_argument(
        "--workloads", type=_workloads, default=WORKLOADS, help=f"of {', '.join(WORKLOADS)}; default all"
    )
    parser.add_argument("--repetitions", type=int, default=REPETITIONS, help="turns of each measurement")
    parser.add_argument(
        "--results", type=Path, default=RESULTS, help="where the figures go, one JSON line each and turn"
    )
    parser.add_argument("--tiny", action="store_true", help="seconds instead of minutes: shows that it runs, no more")
    return parser.parse_args(arguments)


def _workloads(text: str) -> tuple[str, ...]:
    names = tuple(name.strip().upper() for name in text.split(",") if name.strip())
    unknown = [name for name in names if name not in WORKLOADS]
    if unknown or not names:
        raise argparse.ArgumentTypeError(f"unknown: {', '.join(unknown) or text!r}; known are {', '.join(WORKLOADS)}")
    return names


if __name__ == "__main__":
    sys.exit(main())
