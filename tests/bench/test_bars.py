"""A bar is met or missed, a figure is the best of its runs, and what was not measured counts as missed, except for a peer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.bars import BARS, CLAIM_SCENES, WORKLOADS, Bar, of, over, worst
from bench.figures import OURS, Figure, Figures, percentile
from bench.report import table


def figures(**values: float) -> Figures:
    """Ours of W3 by metric."""
    return Figures(Figure("W3", OURS, name, value, 10) for name, value in values.items())


def bar(limit: float, *, at_least: bool = True, aim: float | None = None) -> Bar:
    return Bar("W3", "speed", of("W3", "jobs_per_s"), limit, at_least=at_least, aim=aim)


@pytest.mark.parametrize(
    ("value", "limit", "at_least", "met"),
    [(10, 10, True, True), (9, 10, True, False), (10, 10, False, True), (11, 10, False, False)],
)
def test_a_bar_is_met_on_its_side_of_the_limit(value: float, limit: float, at_least: bool, met: bool) -> None:
    assert bar(limit, at_least=at_least).met(figures(jobs_per_s=value)) is met


def test_what_was_not_measured_is_missed_whichever_way_the_bar_points() -> None:
    for at_least in (True, False):
        assert bar(0, at_least=at_least).missed(Figures())


def test_an_aim_is_reached_only_where_there_is_one() -> None:
    assert bar(5, aim=10).reaches_aim(figures(jobs_per_s=10))
    assert not bar(5, aim=10).reaches_aim(figures(jobs_per_s=9))
    assert not bar(5).reaches_aim(figures(jobs_per_s=10))


def test_a_ratio_needs_both_figures() -> None:
    ratio = over(of("W3", "jobs_per_s"), of("W3", "jobs_per_s", "floor:10"))
    measured = figures(jobs_per_s=30)
    assert ratio(measured) is None
    measured.add([Figure("W3", "floor:10", "jobs_per_s", 20, 10)])
    assert ratio(measured) == 1.5


def test_the_worst_of_several_is_unknown_while_one_is() -> None:
    both = worst(of("W3", "a_ms"), of("W3", "b_ms"))
    assert both(figures(a_ms=1.0)) is None
    assert both(figures(a_ms=1.0, b_ms=2.0)) == 2.0


def test_of_several_runs_the_best_stands_but_of_lost_jobs_the_worst() -> None:
    kept = figures(jobs_per_s=100, p50_ms=2.0, unfinished=0)
    kept.add(figures(jobs_per_s=90, p50_ms=1.0, unfinished=3).all())
    kept.add(figures(jobs_per_s=110, p50_ms=3.0, unfinished=1).all())
    assert kept.value("W3", OURS, "jobs_per_s") == 110
    kept.add(figures(two_workers_rss_peak_mb=90).all() + figures(two_workers_rss_peak_mb=80).all())
    assert kept.value("W3", OURS, "p50_ms") == 1.0
    assert kept.value("W3", OURS, "two_workers_rss_peak_mb") == 80
    assert kept.value("W3", OURS, "unfinished") == 3


def test_a_figure_of_a_turn_is_one_line_of_json(tmp_path: Path) -> None:
    path = tmp_path / "results" / "latest.jsonl"
    session = Figures()
    for speed in (100, 90):
        session.add_turn(figures(jobs_per_s=speed, p50_ms=2.0))
    session.write(path)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert lines[0] == {"workload": "W3", "system": "ours", "metric": "jobs_per_s", "value": 100, "n": 10, "turn": 1}
    assert [(line["value"], line["turn"]) for line in lines] == [(100, 1), (2.0, 1), (90, 2), (2.0, 2)]


def test_a_percentile_is_one_of_the_samples_in_milliseconds() -> None:
    samples = [number / 1000 for number in range(1, 101)]
    assert (percentile(samples, 0.5), percentile(samples, 0.95), percentile(samples, 1.0)) == (51, 96, 100)


def test_the_table_says_of_each_bar_what_was_reached_and_whether_it_is_met() -> None:
    bars = [bar(50, aim=200), bar(5000), Bar("W3", "other", of("W3", "none"), 1)]
    lines = table(bars, figures(jobs_per_s=300)).splitlines()
    assert "met, aim reached" in lines[2]
    assert "MISSED" in lines[3]
    assert "–" in lines[4]
    assert "MISSED" in lines[4]


def test_every_claim_scene_and_every_workload_of_the_engine_has_a_bar() -> None:
    measured = [f"W{number}" for number in (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 11, 12)]
    assert [*measured, "F", "A", "D"] == list(WORKLOADS)
    cheap = Figures(
        Figure("W11", OURS, f"{scene}_{name}", 1.0, 1) for scene in CLAIM_SCENES for name in ("p95_ms", "p50_ratio")
    )
    bars = [known for known in BARS if known.workload == "W11"]
    assert all(known.met(cheap) for known in bars)
    for scene in CLAIM_SCENES:
        slow = Figures(
            Figure(known.workload, known.system, known.metric, 4.0 if known.metric.startswith(scene) else 1.0, 1)
            for known in cheap.all()
        )
        assert not all(known.met(slow) for known in bars), scene


def test_a_bar_beside_a_peer_says_nothing_until_the_peer_is_measured() -> None:
    (pickup,) = [known for known in BARS if known.workload == "W6"]
    measured = Figures([Figure("W6", OURS, "p99_ms", 6.0, 1)])
    assert not pickup.met(measured)
    assert not pickup.missed(measured)
    assert table([pickup], measured).count("not measured") == 1
    measured.add([Figure("W6", "pgqueuer", "p99_ms", 2.0, 1)])
    assert pickup.missed(measured)
    assert pickup.missed(Figures([Figure("W6", "pgqueuer", "p99_ms", 2.0, 1)])), "ours was not measured"


def test_a_ratio_compares_what_was_measured_in_the_same_turn() -> None:
    session = Figures()
    for ours, floor in (
        (100.0, 100.0),
        (400.0, 800.0),
        (90.0, 30.0),
    ):  # the machine was four times as fast in the second
        turn = [Figure("W1", OURS, "jobs_per_s", ours, 1), Figure("W1", "floor", "jobs_per_s", floor, 1)]
        session.add_turn(Figures(turn))
    ratio = over(of("W1", "jobs_per_s"), of("W1", "jobs_per_s", "floor"))
    assert ratio(session) == 1.0
    assert session.value("W1", OURS, "jobs_per_s") == 400.0
