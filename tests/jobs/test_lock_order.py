"""Whatever locks several jobs and waits for them locks them in the order of their ids: then no two wait for each other."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable

import psycopg
import pytest

from backend.jobs import service, store
from backend.jobs.caching import cache_store
from backend.jobs.flows import flow_store
from backend.jobs.handling.run import HeldRuns, Run
from backend.jobs.hints import Hints
from backend.jobs.link import Link
from backend.jobs.outcome import Completed, Failed
from backend.jobs.runtime.completer import Completer
from backend.jobs.store import Connection
from tests.jobs import cache_tasks
from tests.jobs.callers import Caller
from tests.jobs.engine import Engine
from tests.jobs.test_actions import made
from tests.jobs.test_unique import end
from tests.jobs.test_writes import AGAIN

__all__ = ["cache_tasks"]

WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


def locks_in_order(
    engine: Engine, ids: list[uuid.UUID], change: Callable[[Connection, list[uuid.UUID]], object]
) -> None:
    """``change`` gets the ids backwards, and finds the last one locked: it must hold the first one while it waits."""
    first, last = min(ids), max(ids)
    holder, own = engine.connect(), engine.connect()
    for other_plan in ("seqscan", "hashjoin", "mergejoin", "bitmapscan"):  # they may happen to come in order
        own.execute(f"SET enable_{other_plan} = off")
    thread = threading.Thread(target=change, args=(own, sorted(ids, reverse=True)))
    with holder.transaction():
        holder.execute("SELECT FROM ai_job WHERE id = %s FOR UPDATE", (last,))
        thread.start()
        engine.until(lambda: engine.connection.execute(WAITING).fetchone() != (0,))
        free = engine.connection.execute(
            "SELECT id FROM ai_job WHERE id = %s FOR UPDATE SKIP LOCKED", (first,)
        ).fetchone()
    thread.join()
    assert free is None, "it waits for the last one without the first"


QUEUED: dict[str, Callable[[Connection, list[uuid.UUID]], object]] = {
    "cancel": store.cancel_queued,
    "priority": lambda connection, ids: store.change_priority(connection, ids, "high"),
    "stop": service.stop_jobs,
    "need": flow_store.lock_needed,
}
RUNNING: dict[str, Callable[[Connection, list[uuid.UUID]], object]] = {
    "ask to stop": store.request_cancel,
    "stop": service.stop_jobs,
}
ENDED: dict[str, Callable[[Connection, list[uuid.UUID]], object]] = {
    "retry": store.requeue,
    "delete": store.delete,
    "reopen": flow_store.reopen_dependencies,
}


@pytest.mark.parametrize("change", QUEUED.values(), ids=QUEUED)
def test_queued_jobs_are_locked_in_order(
    engine: Engine, change: Callable[[Connection, list[uuid.UUID]], object]
) -> None:
    locks_in_order(engine, [engine.enqueue().id for _ in range(3)], change)


@pytest.mark.parametrize("change", RUNNING.values(), ids=RUNNING)
def test_running_jobs_are_locked_in_order(
    engine: Engine, change: Callable[[Connection, list[uuid.UUID]], object]
) -> None:
    for _ in range(3):
        engine.enqueue()
    locks_in_order(engine, [job.id for job, _ in engine.claim(3)], change)


@pytest.mark.parametrize("change", ENDED.values(), ids=ENDED)
def test_ended_jobs_are_locked_in_order(
    engine: Engine, change: Callable[[Connection, list[uuid.UUID]], object]
) -> None:
    jobs = [engine.enqueue() for _ in range(3)]
    for job in jobs:
        end(engine, job.id, "failed")
    locks_in_order(engine, [job.id for job in jobs], change)


def test_jobs_that_go_back_to_the_queue_are_locked_in_order(engine: Engine) -> None:
    for _ in range(3):
        engine.enqueue()
    tokens = {job.id: token for job, token in engine.claim(3)}

    def settle(connection: Connection, ids: list[uuid.UUID]) -> None:
        store.settle(connection, 1, [(job_id, tokens[job_id], AGAIN) for job_id in ids], lead=False)

    locks_in_order(engine, list(tokens), settle)


@pytest.mark.parametrize("outcome", [Completed("{}"), Failed("flaky", "Once more.")], ids=["completed", "failed"])
def test_a_batch_of_ends_is_written_in_order(engine: Engine, outcome: Completed | Failed) -> None:
    for _ in range(3):
        engine.enqueue()
    claimed = {job.id: (job, token) for job, token in engine.claim(3)}

    def write(_: Connection, ids: list[uuid.UUID]) -> None:
        link, nobody = Link(engine.url, "test completer"), Hints(lambda _: None)
        completer = Completer(
            *(link, engine.settings, 1, HeldRuns(), nobody), on_ended=lambda *_: None, on_later=lambda: None
        )
        for job_id in ids:
            job, token = claimed[job_id]
            completer.finish(Run(job, token, time.monotonic()), outcome, 0.0)
        completer.flush()
        link.close()

    locks_in_order(engine, list(claimed), write)


def test_flights_are_lifted_and_landed_in_order(engine: Engine) -> None:
    followers = [engine.enqueue("sample_cached", {"name": str(number)}).id for number in range(3)]
    flights = [row[0] for row in engine.connection.execute("SELECT id FROM ai_job WHERE hidden").fetchall()]

    def lift(connection: Connection, _: list[uuid.UUID]) -> None:
        connection.execute("UPDATE ai_job SET sort_key = sort_key - 1 WHERE NOT hidden")
        cache_store.lift_flights(connection, followers)

    locks_in_order(engine, flights, lift)

    def land(connection: Connection, ids: list[uuid.UUID]) -> None:
        cache_store.land(connection, [cache_store.Landing(job_id, 1.0, False) for job_id in ids], most=1)

    locks_in_order(engine, flights, land)


def test_two_who_change_the_same_jobs_in_opposite_order_both_succeed(
    engine: Engine, guest: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = [made(guest) for _ in range(2)]
    unlucky: list[int] = []
    real = store.delete

    def once(connection: Connection, ids: list[uuid.UUID]) -> set[uuid.UUID]:
        if not unlucky:
            unlucky.append(1)
            raise psycopg.errors.DeadlockDetected
        return real(connection, ids)

    for job in jobs:
        end(engine, uuid.UUID(job), "failed")
    monkeypatch.setattr(store, "delete", once)
    answer = guest("POST", "/api/jobs/bulk-action", {"action": "delete", "ids": jobs})
    assert answer.json["done"] == 2
