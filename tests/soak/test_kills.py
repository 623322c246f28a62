"""kill -9 of random workers every second: no job is lost, and what a handler did in its transaction is done once."""

from __future__ import annotations

import random
import signal
import threading
import time
from collections import Counter
from pathlib import Path

import pytest

from backend.jobs import enqueue
from tests.jobs.engine import Engine
from tests.soak.conftest import Nursery, Tally, send
from tests.soak.history import faults
from tests.soak.tasks import LOG

WORKERS = 4
AT_ONCE = 500  # jobs that are enqueued in one transaction


class Killer:
    """Kills one of the workers every second and starts another one, until stopped."""

    def __init__(self, nursery: Nursery, **environ: str) -> None:
        self.kills = 0
        self._nursery = nursery
        self._environ = environ
        self._pids = [self._start() for _ in range(WORKERS)]
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._loop)

    def __enter__(self) -> Killer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        send(self._pids, signal.SIGKILL)

    def _start(self) -> int:
        return self._nursery.start("--concurrency", "10", **self._environ)

    def _loop(self) -> None:
        while not self._stop.wait(1.0):
            victim = self._pids.pop(random.randrange(len(self._pids)))
            send([victim], signal.SIGKILL)
            self.kills += 1
            self._pids.append(self._start())


def shake(
    engine: Engine, nursery: Nursery, log: Path, jobs: int, kind: str = "soak_account", fault: str = ""
) -> tuple[int, Counter[str], dict[str, int]]:
    """Jobs under fire: how many kills there were, how often each job ran outside of transactions, what was found."""
    with Killer(nursery, SOAK_FAULT=fault, **{LOG: str(log)}) as killer:
        for first in range(0, jobs, AT_ONCE):
            with engine.connection.transaction():
                for _ in range(first, min(jobs, first + AT_ONCE)):
                    enqueue(engine.connection, kind, {"seconds": 0.02}, user_id=engine.user_id)
        until_all_done(engine, patience=20.0 if fault else 600.0)
    found = faults(engine)
    effects = engine.effects()
    wrong = sum(1 for times in effects.values() if times != 1) + engine.count("status = 'completed'") - len(effects)
    if wrong:
        found["its effect not exactly once"] = wrong
    runs = Counter(log.read_text().split()) if log.exists() else Counter()
    return killer.kills, runs, found


def until_all_done(engine: Engine, patience: float) -> None:
    """Wait until nothing is left to do, at most ``patience`` seconds without any job ending."""
    left, changed = -1, time.monotonic()
    while (now := engine.count("completed_at IS NULL")) and time.monotonic() - changed < patience:
        if now != left:
            left, changed = now, time.monotonic()
        time.sleep(0.1)


@pytest.mark.parametrize("jobs", [1000, pytest.param(20_000, marks=pytest.mark.soak)])
def test_no_job_is_lost_to_kill_9(engine: Engine, nursery: Nursery, tally: Tally, tmp_path: Path, jobs: int) -> None:
    kills, runs, found = shake(engine, nursery, tmp_path / "runs", jobs)
    twice = sum(times > 1 for times in runs.values())
    tally(
        f"kill -9 every second, {kills} kills",
        f"{jobs} jobs",
        f"{found.get('unfinished', 0)} lost, {len(engine.effects())} effects, {engine.count('rescues > 0')} rescued, "
        f"{twice} with a second effect outside of a transaction",
    )
    assert found == {}
    assert len(engine.effects()) == jobs
    assert len(runs) == jobs  # at least once
    assert kills


@pytest.mark.soak
@pytest.mark.parametrize(("kind", "fault"), [("soak_account", "no rescue"), ("soak_careless_account", "")])
def test_what_is_lost_or_doubled_is_found(
    engine: Engine, nursery: Nursery, tally: Tally, tmp_path: Path, kind: str, fault: str
) -> None:
    _, _, found = shake(engine, nursery, tmp_path / "runs", 4000, kind, fault)
    tally(f"kill -9 with {fault or 'a handler that does not ask what it has done'}", "4000 jobs", f"must find: {found}")
    assert found != {}
