"""``python -m bench.steady_load [--minutes 20]``: does the disk space of a steady load stay the same? Exit 1 if it grows.

Jobs come at an even pace, a worker does them, retention takes them away after a fraction of the time. Once that is under way,
tables and indexes must stay as large as they are: dead rows are used again, no index swells.

What a retention frees is used again late: it is pruned once a minute, the server starts a vacuum once a minute, and a page of an
index that one vacuum has emptied may need the next one before it is used again. Until all that has come round, sizes rise by
their nature; so a shorter run than ``LEAST`` says nothing and is refused.
"""

from __future__ import annotations

import argparse
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import psycopg

import backend.tasks  # noqa: F401 - fills the registry
from backend.config import Settings
from backend.jobs import enqueue
from backend.jobs.runtime.worker import Worker
from backend.jobs.upkeep.retention import PRUNE_INTERVAL
from bench.fill import Connection, add_people
from bench.server import environ_of, own_server

JOBS_PER_SECOND = 200.0
PEOPLE = 20
KEEP_SHARE = 0.2  # of the whole time: how long finished jobs are kept
SETTLED_SHARE = 0.5  # from then on nothing may grow any more
GROWTH = 1.2  # the highest second half may be so many times the highest of the half before it
SAMPLES = 40
DAY = 86_400.0
NAP = 60.0  # autovacuum_naptime: seconds between two looks of the server at a database
ROUND = PRUNE_INTERVAL * 1.2 + 2 * NAP  # from the end of a retention until the space is used again
LEAST = ROUND / (SETTLED_SHARE - KEEP_SHARE)  # seconds of a run
MADE_SHARE = 0.9  # of the jobs that the rate asks for: with fewer it was another load

SIZES = """
SELECT relname, pg_relation_size(oid) FROM pg_class
WHERE relkind IN ('r', 'i') AND relnamespace = 'public'::regnamespace AND relname ~ 'ai_(job|worker)'
"""
Sizes = dict[str, int]  # bytes by table or index


def main(arguments: list[str] | None = None) -> int:
    """Load, look, judge."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.steady_load", description="Steady load must leave sizes flat."
    )
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--rate", type=float, default=JOBS_PER_SECOND, help="jobs a second")
    options = parser.parse_args(arguments)
    seconds = options.minutes * 60
    if seconds < LEAST:
        parser.error(f"in less than {LEAST / 60:.1f} minutes the load cannot settle")
    with own_server() as server, server.database() as url:
        samples, made = run(url, seconds, options.rate)
    return judge(samples, made, seconds, options.rate)


def judge(samples: list[Sizes], made: int, seconds: float, rate: float) -> int:
    """Say what became of each table and index, and in the last line of all; 1 if something grows or the load was too small."""
    for name, (before, after) in sorted(halves(samples).items()):
        print(f"{name:40} {before / 1e6:8.2f} → {after / 1e6:8.2f} MB{'  GROWS' if _grows(before, after) else ''}")
    total = ", ".join(f"{sum(sample.values()) / 1e6:.0f}" for sample in samples)
    wanted = rate * seconds
    print(f"{made} of {wanted:.0f} jobs, {len(samples)} looks in {seconds / 60:g} minutes; MB in all: {total}")
    return 1 if growing(samples) or made < MADE_SHARE * wanted else 0


def run(url: str, seconds: float, rate: float) -> tuple[list[Sizes], int]:
    """Keep the load up for so long; the sizes from time to time, and how many jobs were made."""
    keep = seconds * KEEP_SHARE / DAY
    settings = replace(
        Settings.from_env(environ_of(url)), job_cleanup_days=keep, failed_job_cleanup_days=keep, max_concurrent_jobs=10
    )
    stop = threading.Event()
    samples, made = [], list[int]()
    with _worker(settings), psycopg.connect(url, autocommit=True) as connection:
        maker = threading.Thread(target=_make_jobs, args=(url, rate, stop, made), daemon=True)
        maker.start()
        for _ in range(SAMPLES):
            time.sleep(seconds / SAMPLES)
            samples.append(_sizes(connection))
        stop.set()
        maker.join()
    return samples, len(made)


def halves(samples: list[Sizes]) -> dict[str, tuple[int, int]]:
    """The highest sizes in the two halves of what was seen after the load had settled."""
    settled = samples[int(len(samples) * SETTLED_SHARE) :]
    half = len(settled) // 2
    return {
        name: (max(s.get(name, 0) for s in settled[:half]), max(s.get(name, 0) for s in settled[half:]))
        for name in settled[-1]
    }


def growing(samples: list[Sizes]) -> dict[str, tuple[int, int]]:
    """What is larger at the end than it was when the load had settled: its highest sizes before and after."""
    return {name: sizes for name, sizes in halves(samples).items() if _grows(*sizes)}


def _grows(before: int, after: int) -> bool:
    return after > before * GROWTH and after - before > 1_000_000


def _make_jobs(url: str, rate: float, stop: threading.Event, made: list[int]) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        people = add_people(connection, PEOPLE)
        began = time.monotonic()
        while not stop.wait(max(0.0, began + len(made) / rate - time.monotonic())):
            enqueue(connection, "diagnostic_noop", {}, user_id=people[len(made) % PEOPLE])
            made.append(1)


def _sizes(connection: Connection) -> Sizes:
    return dict(connection.execute(SIZES.encode()).fetchall())


@contextmanager
def _worker(settings: Settings) -> Iterator[None]:
    """The worker in this process: a retention of minutes is less than its environment variable allows."""
    worker = Worker(settings)
    thread = threading.Thread(target=worker.run, daemon=True)
    thread.start()
    try:
        yield
    finally:
        worker.stop()
        thread.join()


if __name__ == "__main__":
    sys.exit(main())
