"""What is kept with a shared run and what is forgotten; its place, and how those who wait are told."""

from __future__ import annotations

import threading
from functools import partial
from typing import Any

import orjson
import psycopg
from flask import Flask

from backend.jobs import enqueue, store
from backend.jobs.caching import cache_store
from backend.jobs.caching.cache import board_again
from backend.jobs.caching.cache_store import Landing
from backend.jobs.caching.flights import BEAT, CacheUpkeep, Flights
from backend.jobs.job import Job
from tests.jobs import cache_tasks
from tests.jobs.cached import ask, runs, the_flight
from tests.jobs.callers import new_guest
from tests.jobs.engine import Engine
from tests.jobs.flows import somebody_waits
from tests.jobs.sample_tasks import gates

__all__ = ["cache_tasks"]


# steps


def test_the_steps_of_the_run_are_those_of_all_who_wait_for_it(engine: Engine, app: Flask) -> None:
    guest = new_guest(app)

    def shown(job: Job) -> list[str]:
        return [step["name"] for step in guest("GET", f"/api/jobs/{job.id}").json["steps"]]

    jobs = [ask(engine, "sample_cached_steps", user_id=guest.user_id) for _ in range(2)]
    with engine.worker():
        engine.until(lambda: engine.count("progress = 50 AND NOT hidden") == 2)
        jobs.append(ask(engine, "sample_cached_steps", user_id=guest.user_id))
        engine.until(lambda: engine.count("progress = 50 AND NOT hidden") == 3)
        assert [shown(job) for job in jobs] == [["first"]] * 3, "as they come"
        gates["a"].set()
        for job in jobs:
            assert engine.until_status(job.id)["status"] == "completed"
    assert [shown(job) for job in jobs] == [["first", "second"]] * 3
    assert runs(engine) == 1


def test_a_retry_by_hand_does_not_repeat_the_steps_that_the_shared_run_had_finished(engine: Engine) -> None:
    jobs = [engine.enqueue("sample_cached_steps", {"name": "a", "code": "final"}) for _ in range(2)]
    gates["a"].set()
    engine.drain()
    assert {engine.row(job.id)["status"] for job in jobs} == {"failed"}
    with engine.connection.transaction():
        board_again(engine.connection, store.requeue(engine.connection, [job.id for job in jobs]).cacheable)
    engine.drain()
    assert {engine.row(job.id)["status"] for job in jobs} == {"completed"}
    assert runs(engine) == 1, "the step was paid once"
    assert engine.row(jobs[1].id)["result_data"]["first"] == {"paid": "a"}


def test_one_who_loses_his_run_goes_on_after_its_finished_steps(engine: Engine) -> None:
    job = ask(engine, "sample_cached_steps")
    with engine.worker():
        engine.until(lambda: engine.row(job.id)["progress"] == 50)
        engine.connection.execute("DELETE FROM ai_job WHERE hidden")
        gates["a"].set()
        assert engine.until_status(job.id)["status"] == "completed"
    assert runs(engine) == 1


# forgetting


def forget(engine: Engine, connection: psycopg.Connection[Any]) -> int:
    with connection.transaction():
        return cache_store.forget(
            connection, user_id=None, key=None, job_type="sample_cached", canvas_id=None, shared_types=[]
        )


def test_a_result_that_is_being_stored_while_results_are_forgotten_is_forgotten_too(engine: Engine) -> None:
    ask(engine)
    ((flight, token),) = engine.claim(9)
    store.complete(engine.connection, engine.register(), [(flight.id, token, "{}")], lead=False)
    landing, other = engine.connect(), engine.connect()
    thread = threading.Thread(target=forget, args=(engine, other))
    with landing.transaction():
        cache_store.land(landing, [Landing(flight.id, 60.0, shared=False)], most=10**6)
        thread.start()
        engine.until(lambda: somebody_waits(engine))
    thread.join()
    assert engine.connection.execute("SELECT count(*) FROM ai_result_cache").fetchone() == (0,)


def test_forgetting_results_and_storing_one_take_their_locks_in_the_same_order(engine: Engine) -> None:
    ask(engine)
    engine.drain()
    ask(engine, fresh=True)
    ((flight, token),) = engine.claim(9)
    store.complete(engine.connection, engine.register(), [(flight.id, token, "{}")], lead=False)
    landing, other = engine.connect(), engine.connect()
    found: list[int] = []
    thread = threading.Thread(target=lambda: found.append(forget(engine, other)))
    with landing.transaction():
        landing.execute("SELECT FROM ai_job WHERE id = %s FOR UPDATE", (flight.id,))
        thread.start()
        engine.until(lambda: somebody_waits(engine))
        cache_store.land(landing, [Landing(flight.id, 60.0, shared=False)], most=10**6)
    thread.join()
    assert found == [1]
    assert engine.connection.execute("SELECT count(*) FROM ai_result_cache").fetchone() == (0,)


# order and hiddenness


def test_the_run_has_the_place_of_the_most_urgent_who_waits(engine: Engine) -> None:
    slow = ask(engine, priority="low")
    ask(engine, "sample_echo")
    assert engine.connection.execute("SELECT priority FROM ai_job WHERE hidden").fetchone() == ("low",)
    hurried = ask(engine, priority="high")
    flight = the_flight(engine)
    assert (flight["priority"], flight["sort_key"]) == ("high", engine.row(hurried.id)["sort_key"])
    assert engine.claim(1)[0][0].id == flight["id"]
    assert engine.row(slow.id)["priority"] == "low"


def test_a_landed_run_is_forgotten_after_a_while(engine: Engine) -> None:
    job = ask(engine)
    engine.drain()
    flight = the_flight(engine)["id"]
    CacheUpkeep()(engine.connection)
    assert engine.count("hidden") == 1, "somebody may still be about to join it"
    engine.connection.execute("UPDATE ai_job SET completed_at = now() - interval '2 minutes' WHERE hidden")
    CacheUpkeep()(engine.connection)
    assert engine.count("hidden") == 0
    assert engine.connection.execute("SELECT count(*) FROM ai_job_event WHERE job_id = %s", (flight,)).fetchone() == (
        0,
    )
    assert engine.events(job.id)


def test_whoever_joined_in_a_long_transaction_gets_the_result_all_the_same(engine: Engine) -> None:
    first = ask(engine)
    rival = engine.connect()
    with rival.transaction():
        late = enqueue(rival, "sample_cached", {"name": "a"}, user_id=engine.user_id).job
        engine.drain()
        assert engine.row(first.id)["status"] == "completed"
    Flights(engine.settings)(engine.connection)
    row = engine.row(late.id)
    assert (row["status"], row["result_data"]["name"]) == ("completed", "a")
    assert runs(engine) == 1


def test_large_results_are_copied_in_more_than_one_step(engine: Engine) -> None:
    for _ in range(5):
        engine.enqueue("sample_cached_big", {"times": 20_000})
    ((flight, token),) = engine.claim(9)
    result = orjson.dumps({"text": "x" * 20_000}).decode()
    store.complete(engine.connection, engine.register(), [(flight.id, token, result)], lead=False)
    assert cache_store.mirror_flights(engine.connection, limit=10, result_bytes=1) == 5
    assert engine.count("NOT hidden AND status = 'completed'") == 1
    assert cache_store.mirror_flights(engine.connection, limit=2, result_bytes=10**9) == 2
    assert engine.count("NOT hidden AND status = 'completed'") == 3


def test_rows_that_are_locked_hold_up_nobody(engine: Engine) -> None:
    jobs = [ask(engine) for _ in range(2)]
    ((flight, token),) = engine.claim(9)
    rival = engine.connect()
    with rival.transaction():
        rival.execute("SELECT FROM ai_job WHERE id = %s FOR UPDATE", (jobs[0].id,))
        engine.connection.execute("SET lock_timeout = '10s'")  # an error, should it wait
        store.complete(engine.connection, engine.register(), [(flight.id, token, "{}")], lead=False)
        assert Flights(engine.settings)(engine.connection) == BEAT
        assert [engine.row(job.id)["status"] for job in jobs] == ["queued", "completed"]
    Flights(engine.settings)(engine.connection)
    assert engine.row(jobs[0].id)["status"] == "completed"


def reported(engine: Engine, report: list[store.ProgressReport]) -> bool:
    return store.report_progress(engine.connection, report, lead=False)[0].seq is not None


def test_many_workers_tell_everybody_once(engine: Engine) -> None:
    jobs = [ask(engine, "sample_cached_gate") for _ in range(40)]
    ((flight, token),) = engine.claim(99)
    connections = [engine.connect() for _ in range(6)]
    done = threading.Event()

    def look(connection: psycopg.Connection[Any]) -> None:
        while not done.is_set():
            cache_store.mirror_flights(connection, limit=7, result_bytes=10**6)

    threads = [threading.Thread(target=look, args=(connection,)) for connection in connections]
    for thread in threads:
        thread.start()
    try:
        for percent in range(1, 30):
            report = [store.ProgressReport(flight.id, token, percent, f"{percent}")]
            # Its row may be locked: try again, as the completer does.
            engine.until(partial(reported, engine, report))
        store.complete(engine.connection, engine.register(), [(flight.id, token, "{}")], lead=False)
        for job in jobs:
            engine.until_status(job.id)
    finally:
        done.set()
        for thread in threads:
            thread.join()
    for job in jobs:
        types = engine.event_types(job.id)
        assert (types.count("processing"), types.count("completed")) == (1, 1)
        progresses = [event["progress"] for event in engine.events(job.id) if event["type"] == "progress"]
        assert progresses == sorted(set(progresses))
        assert progresses[-1] == 29, "the last one always"
