"""Eight claimers at the same time and a limit of one: never two, and never nobody while there is work."""

from __future__ import annotations

import threading
import uuid

import psycopg
import pytest

from backend.jobs import Job, store
from backend.jobs.admission import limit_store
from backend.jobs.admission.limits import set_limit
from backend.jobs.registry import queue_names
from backend.jobs.runtime.limited_claim import Claims
from tests.jobs.engine import Engine
from tests.jobs.guards import Guard, taken_out
from tests.soak.conftest import Tally

CLAIMERS = 8
NO_SLOT_LOCK = Guard(
    "the lock on the slot",
    (
        (
            "claim_limited_jobs",
            "job_id IS NULL LIMIT gate.jobs FOR UPDATE SKIP LOCKED",
            "job_id IS NULL LIMIT gate.jobs",
        ),
    ),
)
Claimed = list[tuple[Job, uuid.UUID]]


def round_of(engine: Engine, connections: list[psycopg.Connection[object]], worker_id: int) -> Claimed:
    """What eight claimers get who begin together, each with a second look if it got nothing, as the engine does."""
    taken: Claimed = []
    start = threading.Barrier(CLAIMERS)

    def claimer(connection: psycopg.Connection[object]) -> None:
        token = uuid.uuid4()
        start.wait()
        jobs = Claims().take(
            connection, queues=queue_names(), limit=3, token=token, worker_id=worker_id, lease=30.0, lead=False
        )
        taken.extend((job, token) for job in jobs)

    threads = [threading.Thread(target=claimer, args=(connection,)) for connection in connections]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken


def shake(engine: Engine, rounds: int) -> tuple[int, int]:
    """Rounds with a limit of one for the one user: how many were over it, and how many left the place empty."""
    set_limit(engine.connection, "user", str(engine.user_id), 1)
    limit_store.tend(engine.connection)
    connections = [engine.link() for _ in range(CLAIMERS)]
    worker_id, over, empty = engine.register(), 0, 0
    for _ in range(rounds + 10):
        engine.enqueue("sample_echo")
    for _ in range(rounds):
        taken = round_of(engine, connections, worker_id)
        over += engine.count("status = 'processing'") > 1
        if not taken:
            taken = round_of(engine, connections, worker_id)  # a locked row or slot is passed by once
            empty += not taken
        rows = [(job.id, token, "{}") for job, token in taken]
        store.complete(engine.connection, worker_id, rows, lead=False)
    return over, empty


@pytest.mark.parametrize("rounds", [20, pytest.param(200, marks=pytest.mark.soak)])
def test_a_limit_is_never_exceeded_and_always_filled(engine: Engine, tally: Tally, rounds: int) -> None:
    over, empty = shake(engine, rounds)
    tally("limit of 1, 8 claimers at the same time", rounds, f"{over} over, {empty} not filled")
    assert (over, empty) == (0, 0)


@pytest.mark.soak
def test_slots_that_are_not_locked_are_found(engine: Engine, tally: Tally) -> None:
    with taken_out(NO_SLOT_LOCK):
        turns = next((turn for turn in range(1, 11) if shake(engine, 100)[0]), None)
    tally("limit of 1, slots that are not locked", "at most 1000", f"must find: over in round {turns}00 at the latest")
    assert turns
