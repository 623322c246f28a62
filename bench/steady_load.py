"""``python -m bench.steady_load [--minutes 20]``: does the disk space of a steady load stay the same? Exit 1 if it grows.

Jobs come at an even pace, a worker does them, retention takes them away after a fraction of the time. Once that is under way,
tables and indexes must stay as large as they are: dead rows are used again, no index swells.
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
from bench.fill import Connection, add_people
from bench.server import environ_of, own_server

JOBS_PER_SECOND = 200.0
PEOPLE = 20
KEEP_SHARE = 0.2  # of the whole time: how long finished jobs are kept
SETTLED_SHARE = 0.5  # from then on nothing may grow any more
GROWTH = 1.2  # the highest second half may be so many times the highest of the half before it
SAMPLES = 40
DAY = 86_400.0

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
    with own_server() as server, server.database() as url:
        samples = run(url, options.minutes * 60, options.rate)
    grown = growing(samples)
    for name, (before, after) in sorted(grown.items()):
        print(f"GROWS {name}: {before / 1e6:.1f} MB → {after / 1e6:.1f} MB")
    total = [sum(sample.values()) / 1e6 for sample in samples]
    print(f"{len(samples)} looks in {options.minutes:g} minutes; MB in all: {', '.join(f'{mb:.0f}' for mb in total)}")
    return 1 if grown else 0


def run(url: str, seconds: float, rate: float) -> list[Sizes]:
    """Keep the load up for so long; the sizes from time to time."""
    keep = seconds * KEEP_SHARE / DAY
    settings = replace(
        Settings.from_env(environ_of(url)), job_cleanup_days=keep, failed_job_cleanup_days=keep, max_concurrent_jobs=10
    )
    stop = threading.Event()
    samples = []
    with _worker(settings), psycopg.connect(url, autocommit=True) as connection:
        maker = threading.Thread(target=_make_jobs, args=(url, rate, stop), daemon=True)
        maker.start()
        for _ in range(SAMPLES):
            time.sleep(seconds / SAMPLES)
            samples.append(_sizes(connection))
        stop.set()
        maker.join()
    return samples


def growing(samples: list[Sizes]) -> dict[str, tuple[int, int]]:
    """What is larger at the end than it was when the load had settled: its highest sizes before and after."""
    settled = samples[int(len(samples) * SETTLED_SHARE) :]
    half = len(settled) // 2
    found = {}
    for name in settled[-1]:
        before = max(sample.get(name, 0) for sample in settled[:half])
        after = max(sample.get(name, 0) for sample in settled[half:])
        if after > before * GROWTH and after - before > 1_000_000:
            found[name] = (before, after)
    return found


def _make_jobs(url: str, rate: float, stop: threading.Event) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        people = add_people(connection, PEOPLE)
        began, made = time.monotonic(), 0
        while not stop.wait(max(0.0, began + made / rate - time.monotonic())):
            enqueue(connection, "diagnostic_noop", {}, user_id=people[made % PEOPLE])
            made += 1


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
