"""Single flight: one run for all who ask the same, seen by each of them as its own."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from backend.jobs import enqueue, store
from backend.jobs.caching import cache_store
from backend.jobs.caching.cache import board_again
from backend.jobs.caching.flights import Flights
from backend.jobs.job import Job
from backend.jobs.runtime import worker_store
from backend.jobs.upkeep import duty_store
from tests.jobs import cache_tasks
from tests.jobs.cached import ask, runs, stop, the_flight
from tests.jobs.engine import Engine
from tests.jobs.sample_tasks import gates, reached

__all__ = ["cache_tasks"]


# one run


def test_fifty_who_ask_the_same_at_once_share_one_run_and_each_gets_the_result(engine: Engine) -> None:
    found: list[Job] = []
    start = threading.Barrier(50)
    connections = [engine.connect() for _ in range(50)]

    def request(connection: psycopg.Connection[Any]) -> None:
        start.wait()
        found.append(enqueue(connection, "sample_cached", {"name": "a"}, user_id=engine.user_id).job)

    with engine.worker():
        threads = [threading.Thread(target=request, args=(connection,)) for connection in connections]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        rows = [engine.until_status(job.id) for job in found]
    assert len({job.id for job in found}) == 50
    assert runs(engine) == 1
    assert {row["status"] for row in rows} == {"completed"}
    assert [row["result_data"] for row in rows] == [{"name": "a", "by": str(engine.user_id)}] * 50
    for job in found:
        assert engine.event_types(job.id)[-1] == "completed"


def test_everybody_who_waits_for_a_run_sees_all_of_it(engine: Engine) -> None:
    first = ask(engine, "sample_cached_gate")
    with engine.worker():
        assert reached["a"].wait(30)
        late = ask(engine, "sample_cached_gate")  # when half of it has happened
        engine.until(lambda: engine.count("NOT hidden AND progress = 20") == 2)
        for job in (first, late):
            row = engine.row(job.id)
            assert (row["status"], row["progress_message"], row["attempt"]) == ("processing", "twenty", 1)
            assert row["claim_token"] is None, "no worker has claimed it"
        gates["a"].set()
        for job in (first, late):
            engine.until_status(job.id)
    for job in (first, late):
        types = engine.event_types(job.id)
        assert (types[:2], types[-1]) == (["queued", "processing"], "completed")
        (partial,) = [event for event in engine.events(job.id) if event["type"] == "partial"]
        assert partial["data"] == {"text": "part"}
        (attempt,) = engine.attempts(job.id)
        assert (attempt["run"], attempt["outcome"]) == (1, "completed")
        assert engine.row(job.id)["runs"] == 1
    assert runs(engine) == 1


# going


def test_one_who_goes_does_not_stop_the_others_not_even_the_first(engine: Engine) -> None:
    jobs = [ask(engine, "sample_cached_gate") for _ in range(3)]
    with engine.worker():
        assert reached["a"].wait(30)
        engine.until(lambda: engine.row(jobs[0].id)["status"] == "processing")
        assert stop(engine, jobs[0].id)
        assert engine.row(jobs[0].id)["status"] == "cancelled", "at once: nothing runs for it any more"
        gates["a"].set()
        rows = [engine.until_status(job.id) for job in jobs]
    assert [row["status"] for row in rows] == ["cancelled", "completed", "completed"]
    assert engine.event_types(jobs[0].id)[-1] == "cancelled"
    assert runs(engine) == 1


def test_the_run_stops_when_the_last_one_goes_and_he_is_cancelled_when_it_has_stopped(engine: Engine) -> None:
    jobs = [ask(engine, "sample_cached_gate") for _ in range(2)]
    with engine.worker():
        assert reached["a"].wait(30)
        for job in jobs:
            engine.until_status(job.id, "processing")
        assert stop(engine, jobs[0].id)
        assert stop(engine, jobs[1].id)
        assert not stop(engine, jobs[1].id), "asked already"
        assert engine.until_status(jobs[1].id)["status"] == "cancelled"
        (flight,) = engine.connection.execute("SELECT status FROM ai_job WHERE hidden").fetchall()
        assert flight == ("cancelled",)
    assert engine.event_types(jobs[1].id)[-1] == "cancelled"
    assert not gates["a"].is_set(), "the handler was stopped, nobody let it go"


def test_a_run_that_has_not_begun_never_does_when_all_have_gone(engine: Engine) -> None:
    jobs = [ask(engine) for _ in range(2)]
    for job in jobs:
        assert stop(engine, job.id)
        assert engine.row(job.id)["status"] == "cancelled"
    Flights(engine.settings)(engine.connection)
    assert the_flight(engine)["status"] == "cancelled"
    engine.drain()
    assert runs(engine) == 0
    assert ask(engine).status == "queued", "a newcomer gets a run of his own"
    engine.drain()
    assert runs(engine) == 1


def test_whoever_comes_while_the_run_is_being_stopped_runs_by_himself(engine: Engine) -> None:
    """The look for idle runs and the newcomer's transaction cannot see each other."""
    rival = engine.connect()
    first = ask(engine)
    with rival.transaction():
        late = enqueue(rival, "sample_cached", {"name": "a"}, user_id=engine.user_id).job
        stop(engine, first.id)
        cache_store.cancel_idle_flights(engine.connection, 10)
    assert the_flight(engine)["status"] == "cancelled"
    assert engine.row(late.id)["blocked_on"] is not None
    with engine.worker():
        assert engine.until_status(late.id)["status"] == "completed"
    assert "retrying" in engine.event_types(late.id)


def test_a_run_that_was_given_up_and_ends_all_the_same_does_no_harm_to_the_one_that_took_its_place(
    engine: Engine,
) -> None:
    """Its handler never looks: it completes while another run has its key, in one batch with jobs of others."""
    first = ask(engine, "sample_cached_deaf")
    with engine.worker():
        assert reached["a"].wait(30)
        engine.until_status(first.id, "processing")
        assert stop(engine, first.id)
        engine.until(lambda: engine.count("hidden AND cancel_requested_at IS NOT NULL") == 1)
        reached["a"].clear()
        second = ask(engine, "sample_cached_deaf")
        assert reached["a"].wait(30)
        gates["a"].set()
        assert engine.until_status(second.id)["status"] == "completed"
        assert engine.until_status(first.id)["status"] == "completed", "as every job that ends before it is stopped"
        assert engine.until_status(engine.enqueue().id)["status"] == "completed", "the worker still writes"
    assert runs(engine) == 2


def test_those_whose_run_is_gone_run_by_themselves(engine: Engine) -> None:
    """As when the person who came first is deleted."""
    job = ask(engine, "sample_cached_shared")
    engine.connection.execute("DELETE FROM ai_job WHERE hidden")
    Flights(engine.settings)(engine.connection)
    row = engine.row(job.id)
    assert (row["status"], row["runnable"], row["blocked_on"], row["flight_seq"]) == ("queued", True, None, None)
    engine.drain()
    assert engine.row(job.id)["status"] == "completed"


def test_one_who_expires_while_he_waits_fails_and_the_run_goes_on_for_the_others(engine: Engine) -> None:
    soon = ask(engine, expires_at=datetime.now(UTC) + timedelta(seconds=0.05))
    other = ask(engine)
    engine.until(lambda: duty_store.expire(engine.connection).changed)
    assert engine.row(soon.id)["error_code"] == "expired"
    engine.drain()
    assert engine.row(other.id)["status"] == "completed"


# failing


def test_when_the_run_fails_all_fail_alike_and_nothing_is_stored(engine: Engine) -> None:
    jobs = [engine.enqueue("sample_cached_fail", {"name": "a", "times": 1, "code": "final"}) for _ in range(2)]
    gates["a"].set()
    engine.drain()
    for job in jobs:
        row = engine.row(job.id)
        assert (row["status"], row["error_code"], row["result_data"]) == ("failed", "no_way", None)
        assert engine.events(job.id)[-1]["data"]["error"]["code"] == "no_way"
        assert [attempt["error_code"] for attempt in engine.attempts(job.id)] == ["no_way"]
    again = engine.enqueued("sample_cached_fail", {"name": "a", "times": 1, "code": "final"})
    assert not again.cached
    engine.drain()
    assert engine.row(again.job.id)["status"] == "completed", "the second run of all"


def test_a_retry_of_the_run_is_seen_by_all(engine: Engine) -> None:
    jobs = [engine.enqueue("sample_cached_fail", {"name": "a", "times": 1}) for _ in range(2)]
    gates["a"].set()
    with engine.worker():
        for job in jobs:
            engine.until_status(job.id)
    for job in jobs:
        assert [kind for kind in engine.event_types(job.id) if kind != "progress"] == [
            "queued",
            "processing",
            "retrying",
            "processing",
            "completed",
        ]
        row = engine.row(job.id)
        assert (row["attempt"], row["runs"]) == (2, 2)
        assert [attempt["outcome"] for attempt in engine.attempts(job.id)] == ["retried", "completed"]


def test_many_that_failed_together_share_a_run_again_when_they_are_retried(engine: Engine) -> None:
    jobs = [engine.enqueue("sample_cached_fail", {"name": "a", "times": 1, "code": "final"}) for _ in range(3)]
    gates["a"].set()
    engine.drain()
    with engine.connection.transaction():
        requeued = store.requeue(engine.connection, [job.id for job in jobs])
        board_again(engine.connection, requeued.cacheable)
    assert requeued.ids == requeued.cacheable == {job.id for job in jobs}
    engine.drain()
    assert {engine.row(job.id)["status"] for job in jobs} == {"completed"}
    assert runs(engine) == 2
    for job in jobs:
        assert [attempt["run"] for attempt in engine.attempts(job.id)] == [1, 2]
        engine.event_types(job.id)


def test_a_run_whose_worker_dies_is_rescued_for_all(engine: Engine) -> None:
    jobs = [ask(engine) for _ in range(2)]
    ((flight, _),) = engine.claim(5, lease=0.01)
    assert flight.id not in {job.id for job in jobs}
    Flights(engine.settings)(engine.connection)
    assert {engine.row(job.id)["status"] for job in jobs} == {"processing"}
    engine.until(lambda: worker_store.rescue(engine.connection, lease=0.0, silence=0.0, held_tokens=[]) == [flight.id])
    with engine.worker():
        for job in jobs:
            assert engine.until_status(job.id)["status"] == "completed"
            assert "retrying" in engine.event_types(job.id)
