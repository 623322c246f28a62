"""200 random disconnects over 500 jobs, two web processes, listeners killed, Postgres restarted: every log is the database's."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from backend.config import ROOT
from backend.embedded import EmbeddedPostgres
from tests.acceptance.installation import own_folder
from tests.soak.conftest import Tally
from tests.soak.gapless_scene import scene

PEOPLE, JOBS, DISCONNECTS = 10, 50, 200


@pytest.fixture
def server() -> Iterator[EmbeddedPostgres]:
    """A server of this test's own, which is restarted."""
    with own_folder() as folder:
        found = EmbeddedPostgres(folder / "data")
        environ = {**os.environ, "DATABASE_URL": found.url, "PYTHONWARNINGS": "ignore"}
        command = [sys.executable, "-m", "flask", "--app", "backend", "db", "upgrade"]
        subprocess.run(command, check=True, cwd=ROOT, env=environ, capture_output=True)
        yield found
        found.close()


@pytest.mark.soak
@pytest.mark.parametrize("way", [{}, {"LIVE_SWEEP": "off"}, {"LIVE_PUSH": "off"}], ids=["both", "push", "sweep"])
def test_whatever_breaks_every_page_has_the_whole_log(
    way: dict[str, str], server: EmbeddedPostgres, tmp_path: Path, tally: Tally
) -> None:
    async def restart_postgres() -> None:
        # In this thread, although the pages stand still meanwhile: the server ends with the thread that has started it.
        server.stop()
        server.start()

    with scene(server.url, tmp_path, way) as shaken:
        pages = shaken.pages(PEOPLE, JOBS, seconds=1.0, steps=10)
        disasters = [shaken.cut_listeners, restart_postgres, shaken.cut_listeners, restart_postgres]
        found = shaken.shake(pages, disconnects=DISCONNECTS, disasters=disasters, seconds=300)
        cut = sum(page.disconnects for page in pages)
        events = sum(len(log) for page in pages for log in page.log.values())
        name = f"gapless feed ({'; '.join(way) or 'as shipped'})"
        tally(name, cut, f"{events} events of {PEOPLE * JOBS} jobs, {len(found)} faults")
        assert found == []
