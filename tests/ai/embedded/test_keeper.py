"""The model is brought to the machine in the background: staff see how far it is, jobs wait for it, a failure stops nothing."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from backend.ai.embedded import keeper as keepers
from backend.ai.embedded.catalogue import LEAST_MEMORY, QWEN, Choice, Weights, choose
from backend.ai.embedded.keeper import Condition, Keeper
from backend.ai.embedded.machine import memory_bytes
from backend.config import Settings, SettingsError
from tests.ai.embedded.sources import CONTENT, NOWHERE, hub, weights
from tests.ai.installation import Installation
from tests.ai.test_create_canvas import FREE


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keepers, "FIRST_PAUSE", 0.0)
    monkeypatch.setenv("PIP_NO_INDEX", "1")


@pytest.fixture
def wanted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    def want(chosen: Weights | Choice) -> None:
        choice = Choice(weights=chosen) if isinstance(chosen, Weights) else chosen
        monkeypatch.setattr(keepers, "choose", lambda _settings, **_: choice)

    yield want


def keeper_of(installation: Installation) -> Keeper:
    return Keeper(installation.settings, lambda: False)


def noted(installation: Installation) -> dict[str, Any] | None:
    with installation.database() as connection:
        return connection.execute("SELECT * FROM embedded_model").fetchone()


def test_it_is_fetched_and_is_a_provider_then(alone: Installation, wanted: Any) -> None:
    with hub() as (_, url):
        wanted(weights(url))
        kept = keeper_of(alone)
        assert (kept.provider, kept.condition.state) == (None, "waiting")
        kept.loop()
    assert kept.condition == Condition("ready", "tiny", len(CONTENT), len(CONTENT))
    assert kept.provider is not None
    assert (kept.provider.name, kept.provider.model, kept.provider.price_in) == ("embedded", "tiny", 0.0)
    row = noted(alone)
    assert row is not None
    assert (row["state"], row["bytes_done"], row["bytes_total"]) == ("ready", len(CONTENT), len(CONTENT))
    assert (alone.settings.data_dir / "models" / "tiny.gguf").read_bytes() == CONTENT


def test_the_next_start_finds_it_at_once(alone: Installation, wanted: Any) -> None:
    with hub() as (served, url):
        wanted(weights(url))
        keeper_of(alone).loop()
        keeper_of(alone).loop()
    assert len(served.ranges) == 1


def test_a_failed_fetch_is_told_and_tried_again(
    alone: Installation, wanted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted(weights(NOWHERE))
    kept = keeper_of(alone)
    pauses: list[float] = []

    def wait(pause: float) -> bool:
        pauses.append(pause)
        return len(pauses) > 2

    monkeypatch.setattr(kept._stopped, "wait", wait)
    kept.loop()
    assert pauses == [0.0, 60.0, 300.0]
    assert kept.condition.state == "failed"
    assert not kept.condition.on_its_way
    row = noted(alone)
    assert row is not None
    assert row["state"] == "failed"
    assert "could not be reached" in row["message"]


def test_one_process_of_a_machine_fetches_and_the_others_wait(
    alone: Installation, wanted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = alone.settings.data_dir / "models"
    folder.mkdir(parents=True)
    lock = (folder / "fetch.lock").open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    with hub() as (served, url):
        wanted(weights(url))
        kept = keeper_of(alone)
        pauses: list[float] = []

        def wait(pause: float) -> bool:
            pauses.append(pause)
            if len(pauses) == 2:
                assert served.ranges == []
                lock.close()
            return False

        monkeypatch.setattr(kept._stopped, "wait", wait)
        kept.loop()
    assert pauses == [0.0, keepers.LOOK_AGAIN]
    assert kept.condition.state == "ready"


def test_a_database_that_is_away_does_not_keep_it_from_being_fetched(
    alone: Installation, wanted: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    import psycopg

    def away(*_: object) -> None:
        raise psycopg.OperationalError("away")

    monkeypatch.setattr("backend.ai.embedded.state_store.connect", away)
    with hub() as (_, url):
        wanted(weights(url))
        kept = keeper_of(alone)
        kept.loop()
    assert kept.condition.state == "ready"


class Still(Keeper):
    """One that stands still."""

    def __init__(self, settings: Settings, condition: Condition) -> None:
        super().__init__(settings, lambda: False)
        self._condition = condition


@pytest.fixture
def standing(alone: Installation, monkeypatch: pytest.MonkeyPatch) -> Any:
    def stand(condition: Condition) -> None:
        monkeypatch.setattr(keepers, "_installed", Still(alone.settings, condition))

    return stand


def test_a_job_that_needs_a_model_waits_for_one_that_is_on_its_way_and_says_how_far_it_is(
    alone: Installation, standing: Any
) -> None:
    standing(Condition("fetching", "tiny", 63, 100))
    person = alone.guest()
    accepted = person.start("create_canvas", instructions=FREE)

    alone.drain()

    row = alone.job(accepted["job_id"])
    assert (row["status"], row["attempt"]) == ("queued", 0)
    assert row["progress_message"] == "Waiting for the embedded model, 63 %"


def test_a_structure_that_the_planner_cannot_get_over_waits_for_a_model_too(alone: Installation, standing: Any) -> None:
    standing(Condition("fetching", "tiny", 63, 100))
    person = alone.guest()
    accepted = person.start("create_canvas", instructions="Order -> Pay -> Ship ->")

    alone.drain()

    row = alone.job(accepted["job_id"])
    assert (row["status"], row["progress_message"]) == ("queued", "Waiting for the embedded model, 63 %")

    standing(Condition("off"))
    again = person.start("create_canvas", instructions="Order -> Pay -> Ship -> ")
    alone.drain()
    status = person.status(again["job_id"])
    assert (status["status"], status["error"]["code"]) == ("failed", "cannot_plan")
    assert "leads nowhere" in status["error"]["message"]


def test_what_the_planner_reads_waits_for_no_model(alone: Installation, standing: Any) -> None:
    standing(Condition("fetching", "tiny", 63, 100))
    person = alone.guest()
    accepted = person.start("create_canvas", instructions="Order -> Pay -> Ship")

    alone.drain()

    assert person.result(accepted["job_id"])["engine"] == {"name": "planner"}


@pytest.mark.parametrize("state", ["failed", "off"])
def test_where_none_is_coming_the_job_fails_with_what_would_work(
    alone: Installation, standing: Any, state: str
) -> None:
    standing(Condition(state))
    person = alone.guest()
    accepted = person.start("create_canvas", instructions=FREE)

    alone.drain()

    status = person.status(accepted["job_id"])
    assert (status["status"], status["error"]["code"]) == ("failed", "needs_model")
    assert "->" in status["error"]["message"]


def settings(environ: dict[str, str], value: str) -> Settings:
    return Settings.from_env({**environ, "EMBEDDED_MODEL": value})


def test_what_the_setting_and_the_machine_say(environ: dict[str, str], tmp_path: Path) -> None:
    plenty, little = LEAST_MEMORY, LEAST_MEMORY - 1
    auto, on, off = (settings(environ, value) for value in ("auto", "on", "off"))
    assert choose(auto, has_providers=False, memory=plenty).weights == QWEN
    assert choose(auto, has_providers=True, memory=plenty).weights is None
    assert choose(on, has_providers=True, memory=plenty).weights == QWEN
    assert choose(off, has_providers=False, memory=plenty).why_not == "EMBEDDED_MODEL is off."
    assert "3.0 GiB of memory; the embedded model needs 3" in choose(on, has_providers=False, memory=little).why_not
    own = tmp_path / "own.gguf"
    own.write_bytes(b"GGUF")
    assert choose(settings(environ, str(own)), has_providers=True, memory=little).file == own


def test_a_path_that_leads_nowhere_is_refused_at_the_start(environ: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match="EMBEDDED_MODEL must be off, auto, on, or the path"):
        settings(environ, "/nowhere/model.gguf")


def test_the_memory_of_a_container_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    limit, none = tmp_path / "limit", tmp_path / "none"
    limit.write_text("1073741824\n")
    none.write_text("max\n")
    whole = memory_bytes()
    monkeypatch.setattr("backend.ai.embedded.machine.LIMITS", (limit, tmp_path / "missing"))
    assert memory_bytes() == 1073741824
    monkeypatch.setattr("backend.ai.embedded.machine.LIMITS", (none,))
    assert memory_bytes() >= whole
