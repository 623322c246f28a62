"""The real processes around ``gapless``: two web processes, a worker, people with jobs, and what may happen to them."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import psycopg

import backend.tasks  # noqa: F401 - fills the registry
from backend.config import ROOT, Settings
from backend.jobs import enqueue_many
from backend.jobs.engine_settings import use_settings
from backend.live.listener import APPLICATION
from tests.live.conftest import SECRET, WebProcess, new_person
from tests.soak.gapless import Disaster, Page, faults, shake

CONCURRENCY = 20  # jobs at once
CUT_LISTENERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s AND datname = current_database()
"""


@dataclass
class Scene:
    """One installation that is shaken."""

    database_url: str
    webs: list[WebProcess]
    chance: random.Random

    def pages(self, people: int, jobs_each: int, *, seconds: float, steps: int, lacking: str = "") -> list[Page]:
        """People with a page and jobs of their own, which begin at once; the pages may lack a guard (``asks``, ``dedupes``)."""
        use_settings(Settings.from_env({"DATABASE_URL": self.database_url}))
        found = []
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            for _ in range(people):
                person = new_person(self.webs[0])
                request = {"seconds": seconds, "steps": steps}
                made = enqueue_many(connection, "diagnostic_sleep", [request] * jobs_each, user_id=UUID(person.user_id))
                found.append(Page(person, [str(job_id) for job_id in made], self.chance))
                if lacking:
                    setattr(found[-1], lacking, False)
        return found

    async def cut_listeners(self) -> None:
        """The connections on which all web processes listen and sweep end."""

        def cut() -> None:
            with psycopg.connect(self.database_url, autocommit=True) as connection:
                connection.execute(CUT_LISTENERS, [APPLICATION])

        await asyncio.to_thread(cut)

    def shake(
        self,
        pages: list[Page],
        *,
        disconnects: int,
        disasters: Sequence[Disaster] = (),
        seconds: float = 60.0,
    ) -> list[str]:
        """Shake the pages until all is seen or the time is over; in what their logs differ from the database's."""
        urls = [web.base_url for web in self.webs]
        asyncio.run(
            shake(pages, urls, disconnects=disconnects, chance=self.chance, disasters=disasters, seconds=seconds)
        )
        return faults(pages, self.database_url)


@contextmanager
def scene(database_url: str, folder: Path, web: dict[str, str]) -> Iterator[Scene]:
    """Two web processes and a worker on a database; ``web`` are settings of the web processes."""
    with ExitStack() as stack:
        webs = [WebProcess(database_url, folder / f"web{number}.log", **web) for number in (1, 2)]
        for process in webs:
            stack.callback(process.stop)
        stack.enter_context(worker(database_url, folder))
        for process in webs:
            process.wait_until_ready()
        yield Scene(database_url, webs, random.Random())


@contextmanager
def worker(database_url: str, folder: Path) -> Iterator[None]:
    """A worker process on the database."""
    command = [sys.executable, "worker.py", "--concurrency", str(CONCURRENCY)]
    environ = {"PATH": "/usr/bin:/bin", "DATABASE_URL": database_url, "SECRET_KEY": SECRET, "DATA_DIR": str(folder)}
    with (folder / "worker.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=log, stderr=log)
        try:
            yield
        finally:
            process.terminate()
            process.wait(60)
