"""In short what ``make soak`` does whole: pages are cut off at random, listeners killed; each sees every event once, in order."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.conftest import WAYS, WebProcess
from tests.soak.gapless_scene import Scene, scene, worker

PEOPLE, JOBS, DISCONNECTS = 6, 8, 30
CHANCES = 8  # shakes in which a page without one of its guards has to be found: one may happen to do no harm


@pytest.fixture(scope="module")
def working(live_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A worker of this installation."""
    with worker(live_database, tmp_path_factory.mktemp("worker")):
        yield


@pytest.mark.parametrize("way", WAYS)
def test_every_page_has_the_whole_log_of_its_jobs(
    way: str, webs: dict[str, WebProcess], live_database: str, working: None
) -> None:
    """Pages change between a process that learns of news in one way only, and one as shipped."""
    shaken = Scene(live_database, [webs[way], webs["both"]], random.Random())
    pages = shaken.pages(PEOPLE, JOBS, seconds=0.8, steps=8)
    assert shaken.shake(pages, disconnects=DISCONNECTS, disasters=[shaken.cut_listeners, shaken.cut_listeners]) == []
    assert sum(page.disconnects for page in pages) >= DISCONNECTS / 2


@pytest.mark.parametrize("lacking", ["asks", "dedupes"])
def test_a_page_that_does_not_do_its_part_fails(
    lacking: str, webs: dict[str, WebProcess], live_database: str, working: None
) -> None:
    shaken = Scene(live_database, [webs["both"]], random.Random())

    def found() -> list[str]:
        pages = shaken.pages(3, 4, seconds=0.8, steps=6, lacking=lacking)
        return shaken.shake(pages, disconnects=12, seconds=2)

    assert any(found() for _ in range(CHANCES))


def test_without_push_and_sweep_it_fails(database_url: str, tmp_path: Path) -> None:
    with scene(database_url, tmp_path, {"LIVE_PUSH": "off", "LIVE_SWEEP": "off"}) as shaken:
        pages = shaken.pages(2, 4, seconds=0.5, steps=4)
        assert shaken.shake(pages, disconnects=0, seconds=4) != []
