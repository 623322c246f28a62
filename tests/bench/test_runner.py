"""The runner: exit codes, lines of JSON, what a failed measurement does; and that each workload runs on the shipped engine."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bench import __main__ as runner
from bench import adapter, claim_cost, commits, dashboard, fairness, floor, steady_load, web_commits
from bench.adapter import Adapter, AdapterFailed, figures_of, peer
from bench.bars import CLAIM_SCENES, DASHBOARD, WORKLOADS
from bench.document import DOCUMENT, put
from bench.figures import OURS, Figure
from bench.server import Server
from bench.sizes import TINY
from bench.steady_load import growing, judge

MB = 1_000_000
Measured = dict[str, Callable[[], Iterable[Figure]]]


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[Measured], tuple[int, list[dict[str, Any]]]]:
    """A session whose measurements are given: its exit code and the lines that it wrote."""

    @contextmanager
    def no_server() -> Iterator[Any]:
        yield SimpleNamespace(version=lambda: "none")

    def run(measured: Measured) -> tuple[int, list[dict[str, Any]]]:
        monkeypatch.setattr(runner, "own_server", no_server)
        monkeypatch.setattr(runner, "measurements_of", lambda *_: measured)
        path = tmp_path / "latest.jsonl"
        code = runner.main(["--workloads", "W12", "--results", str(path)])
        return code, [json.loads(line) for line in path.read_text().splitlines()]

    return run


def commits_of(system: str, value: float) -> Callable[[], list[Figure]]:
    return lambda: [Figure("W12", system, f"{place}commits_per_s", value, 5) for place in ("", "web_")]


def test_a_session_whose_bars_are_met_succeeds(session: Any, capsys: pytest.CaptureFixture[str]) -> None:
    code, lines = session({"on": commits_of(OURS, 950), "off": commits_of("feed off", 1000)})
    assert code == 0
    assert "met" in capsys.readouterr().out
    assert [(line["system"], line["turn"]) for line in lines][:5] == [
        *[("ours", 1)] * 2,
        *[("feed off", 1)] * 2,
        ("ours", 2),
    ]


def test_one_missed_bar_fails_the_session(session: Any, capsys: pytest.CaptureFixture[str]) -> None:
    code, lines = session({"on": commits_of(OURS, 850), "off": commits_of("feed off", 1000)})
    assert code == 1
    assert "MISSED" in capsys.readouterr().out
    assert len(lines) == 4 * runner.REPETITIONS


@pytest.mark.parametrize("error", [AdapterFailed("no worker"), KeyError("no worker"), OSError("no worker")])
def test_a_run_that_fails_fails_the_session_and_the_others_go_on(
    session: Any, capsys: pytest.CaptureFixture[str], error: Exception
) -> None:
    turns: list[int] = []

    def fails_once() -> list[Figure]:
        turns.append(1)
        if len(turns) == 2:
            raise error
        return list(commits_of(OURS, 950)())

    code, lines = session({"on": fails_once, "off": commits_of("feed off", 1000)})
    assert code == 1, "though the bar is met"
    assert "MISSED" not in (output := capsys.readouterr().out)
    assert "W12 2/3 on" in output.splitlines()[-1], "what failed stands at the end"
    assert "no worker" in output.splitlines()[-1]
    assert [line["turn"] for line in lines if line["system"] == OURS] == [1, 1, 3, 3]


def test_a_peer_whose_packages_are_missing_is_not_measured_and_the_message_says_what_to_do(
    session: Any, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    script = tmp_path / "peer_other.py"
    script.write_text("import no_such_package")
    found = peer("other", {"PEER_PATH": str(tmp_path), "PYTHON_OTHER": sys.executable})
    assert isinstance(found, Adapter)
    code, _ = session(
        {
            "other": lambda: adapter.measure(found, "W1", "postgresql://nowhere", TINY),
            "on": commits_of(OURS, 950),
            "off": commits_of("feed off", 1000),
        }
    )
    assert code == 0
    (line,) = {line.split(": ", 1)[1] for line in capsys.readouterr().out.splitlines() if " other: " in line}
    assert line == f"not measured: {sys.executable} has no no_such_package; name one that has in PYTHON_OTHER"


def test_an_unknown_workload_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        runner.main(["--workloads", "W3,W99"])
    assert refused.value.code == 2
    assert "W99" in capsys.readouterr().err


# --- adapters ---


def test_the_answer_of_an_adapter_becomes_figures() -> None:
    answer = {"jobs_s": 100, "complete": True, "rss_peak_mb": 90.5, "db_mb": 10.0}
    assert figures_of(OURS, "W3", answer, 20, "two_workers_") == [
        Figure("W3", OURS, "two_workers_jobs_per_s", 100, 20),
        Figure("W3", OURS, "two_workers_rss_peak_mb", 90.5, 20),
        Figure("W3", OURS, "two_workers_database_mb", 10.0, 20),
    ]
    assert figures_of(OURS, "W4", {"n": 2, "sent": 2, "pickup_ms": {"p50": 1.0}}, 9) == [
        Figure("W4", OURS, "p50_ms", 1.0, 2)
    ]


def test_jobs_that_were_left_over_are_no_figure() -> None:
    with pytest.raises(AdapterFailed, match="not all jobs"):
        figures_of(OURS, "W3", {"jobs_s": 100, "complete": False}, 20)
    with pytest.raises(AdapterFailed, match="only 1 of 2"):
        figures_of(OURS, "W4", {"n": 1, "sent": 2, "pickup_ms": {"p50": 1.0}}, 2)
    after_crash = figures_of(OURS, "W7", {"not_finished_after_cap": 3, "ran_twice": 1, "all_done_s": ">60"}, 20)
    assert [figure.metric for figure in after_crash] == ["unfinished", "ran_twice"]


def test_an_adapter_that_says_nothing_or_names_an_error_has_failed(tmp_path: Path) -> None:
    script = tmp_path / "peer_other.py"
    found = peer("other", {"PEER_PATH": str(tmp_path)})
    assert found is None
    script.write_text("import sys; sys.exit('no server')")
    found = peer("other", {"PEER_PATH": str(tmp_path)})
    assert isinstance(found, Adapter)
    with pytest.raises(AdapterFailed, match="no server"):
        found.run("W1", "postgresql://nowhere", 1)
    script.write_text('print("""{"error": "no job"}""")')
    with pytest.raises(AdapterFailed, match="no job"):
        found.run("W1", "postgresql://nowhere", 1)


# --- the measurements themselves, on tables of a few hundred rows ---


@pytest.fixture(scope="module")
def server(postgres: str, template: str) -> Server:
    return Server(postgres, template)


def test_the_shipped_workers_drain_what_the_adapter_gives_them(server: Server) -> None:
    answer = adapter.ours().run("W3", server.url, 100, workers=2)
    found = {figure.metric: figure.value for figure in figures_of(OURS, "W3", answer, 100)}
    assert found["jobs_per_s"] > 0


def test_ours_and_the_floors_take_turns(server: Server) -> None:
    assert list(runner.measurements_of("W3", server, TINY)) == ["ours", "loop of 1", "loop of 10", "loop of 100"]
    for workload in WORKLOADS:
        assert runner.measurements_of(workload, server, TINY)


def test_the_floors_run(server: Server) -> None:
    for measurement in (floor.enqueue_singly, floor.enqueue_in_bulk, floor.pick_up, floor.round_trip):
        assert all(figure.value > 0 for figure in measurement(server, TINY))
    for batch in (1, 10, 100):
        assert all(figure.value > 0 for figure in floor.drain(server, TINY, batch))


def test_the_cost_of_a_claim_is_measured_in_every_scene(server: Server) -> None:
    found = list(claim_cost.measure(server, TINY, lambda _: None))
    assert {figure.metric for figure in found} == {
        f"{scene}_{name}" for scene in CLAIM_SCENES for name in ("p50_ms", "p95_ms", "p50_ratio")
    }


def test_commits_are_counted_with_the_feed_on_and_off(server: Server) -> None:
    found = commits.measure(server, TINY)
    for feed in (True, False):
        found += web_commits.measure(server, TINY, feed=feed)
    assert {(figure.system, figure.metric) for figure in found if figure.value > 0} == {
        ("ours", "commits_per_s"),
        ("feed off", "commits_per_s"),
        ("notify in each", "commits_per_s"),
        ("ours", "web_commits_per_s"),
        ("feed off", "web_commits_per_s"),
    }


def test_newcomers_are_measured_before_a_flood(server: Server) -> None:
    found = {
        figure.metric: figure.value for figure in fairness.measure(server, replace(TINY, flood=1000), lambda _: None)
    }
    assert found["jobs_before_ratio"] <= 1.0
    assert found["slots_used"] > 0
    assert found["wait_ratio"] > 0


def test_everything_that_the_dashboard_asks_for_is_measured(server: Server) -> None:
    found = list(dashboard.measure(server, TINY, lambda _: None))
    assert {figure.metric for figure in found} == {f"{name}_{mark}_ms" for name in DASHBOARD for mark in ("p50", "p95")}
    assert all(figure.value > 0 and figure.n == TINY.looks for figure in found)


# --- steady load ---


def test_a_table_that_still_grows_after_it_has_settled_is_named() -> None:
    flat = [{"ai_job": 10 * MB, "ix": size * MB} for size in (1, 5, 10, 20, 21, 20, 22, 21)]
    assert growing(flat) == {}
    swelling = [{"ai_job": 10 * MB, "ix": size * MB} for size in (1, 5, 10, 20, 21, 22, 30, 40)]
    assert growing(swelling) == {"ix": (22 * MB, 40 * MB)}


def test_a_load_that_was_not_made_proves_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    flat = [{"ai_job": 10 * MB, "ix": 2 * MB}] * 8
    assert judge(flat, made=900, seconds=100.0, rate=10.0) == 0
    assert judge(flat, made=899, seconds=100.0, rate=10.0) == 1
    assert judge([*flat, {"ai_job": 10 * MB, "ix": 40 * MB}], made=1000, seconds=100.0, rate=10.0) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines if line.startswith("ix")][-1] == ["ix", "2.00", "→", "40.00", "MB", "GROWS"]


def test_a_load_too_short_to_settle_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as refused:
        steady_load.main(["--minutes", "5"])
    assert refused.value.code == 2
    assert "cannot settle" in capsys.readouterr().err


# --- the document ---


def test_a_measured_table_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    document = tmp_path / "performance.md"
    document.write_text("before\n<!-- bars -->\nold\n<!-- end of bars -->\nafter\n")
    put(document, "bars", "new\n\n")
    assert document.read_text() == "before\n<!-- bars -->\nnew\n<!-- end of bars -->\nafter\n"
    for name, text in (("other", "new"), ("bars", " ")):
        with pytest.raises(SystemExit):
            put(document, name, text)


def test_our_document_has_a_place_for_each_table() -> None:
    text = DOCUMENT.read_text()
    for name in ("bars", "comparison"):
        assert f"<!-- {name} -->\n" in text
        assert f"<!-- end of {name} -->\n" in text
