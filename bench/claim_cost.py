"""W11: what a claim costs as the table grows. The shipped statement on a connection as the claimer has it, ten jobs a claim."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

import backend.tasks  # noqa: F401 - fills the registry: a worker claims from all queues
from backend.jobs import store
from backend.jobs.link import Link
from backend.jobs.registry import queue_names
from bench.figures import OURS, Figure, latencies
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
        self._worker_id = store.register_worker(self._writes, "bench", None, BATCH)

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
    small, middle, large = sizes.backlogs
    with server.database() as url, _filling(url) as connection:
        people = add_people(connection, PEOPLE)
        done = 0
        for name, jobs in (("10k_queued", small), ("100k_queued", middle), ("1m_queued", large)):
            add_queued(connection, jobs - done, people)
            done = jobs
            yield from _scene(connection, url, name, sizes, say)
        add_finished(connection, sizes.finished, people)
        yield from _scene(connection, url, "1m_queued_1m_finished", sizes, say)
    with server.database() as url, _filling(url) as connection:
        people = add_people(connection, PEOPLE)
        add_finished(connection, sizes.finished, people)
        add_queued(connection, small, people)
        yield from _scene(connection, url, "1m_finished", sizes, say)
    with server.database() as url, _filling(url) as connection:
        add_queued(connection, sizes.flood, add_people(connection, 1))
        yield from _scene(connection, url, "200k_of_one", sizes, say)


@contextmanager
def _filling(url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def _scene(
    connection: psycopg.Connection[Any], url: str, name: str, sizes: Sizes, say: Callable[[str], None]
) -> list[Figure]:
    say(f"W11 {name}")
    settle_table(connection)
    figures: list[Figure] = []
    with claimant(url) as worker:
        for _ in range(WARM_UP):
            worker.claim()
        for _ in range(ROUNDS):
            seconds = [worker.claim()[0] for _ in range(max(1, sizes.claims // ROUNDS))]
            figures += latencies("W11", OURS, seconds, prefix=f"{name}_", shares={"p50_ms": 0.5, "p95_ms": 0.95})
    return figures
