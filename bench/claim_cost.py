"""W11: what a claim costs as the table grows. The shipped statement on a connection as the claimer has it, ten jobs a claim.

Each scene takes turns with a table of 10,000 queued jobs, so that "how many times as much" does not depend on the minute.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

import psycopg

import backend.tasks  # noqa: F401 - fills the registry: a worker claims from all queues
from backend.jobs import store
from backend.jobs.link import Link
from backend.jobs.registry import queue_names
from backend.jobs.runtime import worker_store
from bench.figures import OURS, Figure, percentile
from bench.fill import add_finished, add_people, add_queued, settle_table
from bench.server import Server
from bench.sizes import Sizes

PEOPLE = 50
BATCH = 10
ROUNDS = 3
WARM_UP = 10  # claims: plans and caches
LEASE = 30.0


class Claimant:
    """Claims and completes as a worker does, on connections of its kind."""

    def __init__(self, url: str) -> None:
        self._links = (Link(url, "bench claimer", durable=False), Link(url, "bench completer"))
        self._claims, self._writes = (link.attempt(lambda connection: connection) for link in self._links)
        self._worker_id = worker_store.register_worker(self._writes, "bench", None, BATCH)

    def claim(self, limit: int = BATCH) -> tuple[float, list[uuid.UUID]]:
        """Claim jobs and complete them; the seconds that the claim took, and the jobs' people."""
        token = uuid.uuid4()
        began = time.perf_counter()
        jobs = store.claim(
            self._claims,
            queues=queue_names(),
            limit=limit,
            token=token,
            worker_id=self._worker_id,
            lease=LEASE,
            lead=False,
        )
        took = time.perf_counter() - began
        store.complete(self._writes, self._worker_id, [(job.id, token, "{}") for job in jobs], lead=False)
        return took, [job.user_id for job in jobs]

    def close(self) -> None:
        """Close the connections."""
        for link in self._links:
            link.close()


@contextmanager
def claimant(url: str) -> Iterator[Claimant]:
    """A claimant that closes its connections."""
    found = Claimant(url)
    try:
        yield found
    finally:
        found.close()


def measure(server: Server, sizes: Sizes, say: Callable[[str], None]) -> Iterator[Figure]:
    """The scenes, each on a table that was filled for it."""
    small = sizes.backlogs[0]
    with server.database() as small_url, _filling(small_url) as small_table:
        people = add_people(small_table, PEOPLE)
        for name, url, connection in _scenes(server, sizes, say):
            settle_table(connection)
            missing = small - _queued(small_table)
            add_queued(small_table, missing, people)
            settle_table(small_table)
            yield from _compare(name, url, small_url, sizes)


def _scenes(
    server: Server, sizes: Sizes, say: Callable[[str], None]
) -> Iterator[tuple[str, str, psycopg.Connection[Any]]]:
    """Name, database and connection of each scene, when it is filled."""
    small, middle, large = sizes.backlogs
    with _scene_database(server) as (url, connection):
        people = add_people(connection, PEOPLE)
        for name, jobs in (("10k_queued", small), ("100k_queued", middle), ("1m_queued", large)):
            say(f"W11 {name}")
            add_queued(connection, jobs - _queued(connection), people)
            yield name, url, connection
        say("W11 1m_queued_1m_finished")
        add_finished(connection, sizes.finished, people)
        yield "1m_queued_1m_finished", url, connection
    with _scene_database(server) as (url, connection):
        say("W11 1m_finished")
        people = add_people(connection, PEOPLE)
        add_finished(connection, sizes.finished, people)
        add_queued(connection, small, people)
        yield "1m_finished", url, connection
    with _scene_database(server) as (url, connection):
        say("W11 200k_of_one")
        add_queued(connection, sizes.flood, add_people(connection, 1))
        yield "200k_of_one", url, connection


def _compare(name: str, url: str, small_url: str, sizes: Sizes) -> Iterator[Figure]:
    """p50 and p95 of a scene's claims, of the rounds the median, and the p50 in units of the small table's."""
    seconds: list[float] = []
    beside: list[float] = []
    rounds: dict[str, list[float]] = {"p50_ms": [], "p95_ms": []}
    claims = max(1, sizes.claims // ROUNDS)
    with claimant(url) as scene, claimant(small_url) as small:
        for worker in (scene, small):
            for _ in range(WARM_UP):
                worker.claim()
        for _ in range(ROUNDS):
            found = [scene.claim()[0] for _ in range(claims)]
            rounds["p50_ms"].append(percentile(found, 0.5))
            rounds["p95_ms"].append(percentile(found, 0.95))
            seconds += found
            beside += [small.claim()[0] for _ in range(claims)]
    for mark, values in rounds.items():
        yield Figure("W11", OURS, f"{name}_{mark}", median(values), len(seconds))
    ratio = percentile(seconds, 0.5) / percentile(beside, 0.5)
    yield Figure("W11", OURS, f"{name}_p50_ratio", round(ratio, 2), len(seconds))


@contextmanager
def _scene_database(server: Server) -> Iterator[tuple[str, psycopg.Connection[Any]]]:
    with server.database() as url, _filling(url) as connection:
        yield url, connection


@contextmanager
def _filling(url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def _queued(connection: psycopg.Connection[Any]) -> int:
    row = connection.execute("SELECT count(*) FROM ai_job WHERE status = 'queued'").fetchone()
    return int(row[0]) if row else 0
