"""The result cache: what was asked before is there, for a while, for those who may have it."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from backend.jobs import enqueue
from backend.jobs.caching.flights import CacheUpkeep
from backend.jobs.registry import find_task
from backend.jobs.testing import drain, run_job
from tests.jobs import cache_tasks
from tests.jobs.cached import ask, runs
from tests.jobs.engine import Engine
from tests.jobs.sample_tasks import gates, reached

__all__ = ["cache_tasks"]


def test_what_is_asked_for_later_is_there_at_once_and_says_so(engine: Engine) -> None:
    ask(engine)
    engine.drain()
    later = engine.enqueued("sample_cached", {"name": "a"})
    assert (later.created, later.cached, later.job.status) == (True, True, "completed")
    row = engine.row(later.job.id)
    assert (row["cached"], row["progress"], row["result_data"]["name"]) == (True, 100, "a")
    assert engine.event_types(later.job.id) == ["queued", "completed"]
    assert engine.events(later.job.id)[-1]["data"] == {"cached": True}
    assert engine.attempts(later.job.id) == []
    assert runs(engine) == 1
    assert ask(engine, name="b").status == "queued", "another request is another matter"


def test_the_request_is_compared_as_it_is_understood(engine: Engine) -> None:
    engine.enqueue("sample_cached", {"name": "a"})
    engine.drain()
    assert engine.enqueued("sample_cached", {"times": 1, "name": "a", "code": ""}).cached
    assert not engine.enqueued("sample_cached", {"times": 2, "name": "a"}).cached


def test_a_result_is_for_its_owner_unless_the_task_says_that_all_share_it(engine: Engine) -> None:
    other = engine.user()
    ask(engine)
    ask(engine, "sample_cached_shared")
    engine.drain()
    assert not engine.enqueued("sample_cached", {"name": "a"}, user_id=other).cached
    assert engine.enqueued("sample_cached_shared", {"name": "a"}, user_id=other).cached


def test_on_another_canvas_it_is_another_result(engine: Engine) -> None:
    canvases = [uuid.uuid4(), uuid.uuid4()]
    for canvas_id in canvases:
        engine.connection.execute(
            "INSERT INTO canvas (id, owner_id, name) VALUES (%s, %s, 'c')", (canvas_id, engine.user_id)
        )
    ask(engine, canvas_id=canvases[0])
    engine.drain()
    assert engine.enqueued("sample_cached", {"name": "a"}, canvas_id=canvases[0]).cached
    assert not engine.enqueued("sample_cached", {"name": "a"}, canvas_id=canvases[1]).cached


def test_results_get_too_old(engine: Engine) -> None:
    ask(engine)
    engine.drain()
    engine.connection.execute("UPDATE ai_result_cache SET expires_at = now()")
    assert not engine.enqueued("sample_cached", {"name": "a"}).cached
    CacheUpkeep()(engine.connection)
    assert engine.connection.execute("SELECT count(*) FROM ai_result_cache").fetchone() == (0,)


def test_a_new_version_of_the_task_knows_no_old_results(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(engine)
    engine.drain()
    task = find_task("sample_cached")
    assert task is not None
    monkeypatch.setitem(task.__dict__, "version", 2)
    assert not engine.enqueued("sample_cached", {"name": "a"}).cached


def test_a_fresh_one_waits_for_no_run_that_has_begun_and_its_result_replaces_the_stored_one(engine: Engine) -> None:
    old = ask(engine, "sample_cached_gate")
    with engine.worker():
        assert reached["a"].wait(30)
        fresh = ask(engine, "sample_cached_gate", fresh=True)
        assert engine.row(fresh.id)["blocked_on"] != engine.row(old.id)["blocked_on"]
        again = ask(engine, "sample_cached_gate")
        assert engine.row(again.id)["blocked_on"] == engine.row(fresh.id)["blocked_on"], "newcomers join the fresh one"
        gates["a"].set()
        for job in (old, fresh, again):
            assert engine.until_status(job.id)["status"] == "completed"
    assert runs(engine) == 2
    assert not engine.enqueued("sample_cached_gate", {"name": "a"}, fresh=True).cached


def test_what_is_too_large_serves_those_who_wait_and_nobody_later(engine: Engine) -> None:
    limit = engine.settings.result_cache_max_bytes
    jobs = [engine.enqueue("sample_cached_big", {"times": limit}) for _ in range(2)]
    small = engine.enqueue("sample_cached_big", {"times": 5})
    engine.drain()
    assert runs(engine) == 2
    assert {engine.row(job.id)["status"] for job in (*jobs, small)} == {"completed"}
    assert not engine.enqueued("sample_cached_big", {"times": limit}).cached
    assert engine.enqueued("sample_cached_big", {"times": 5}).cached


def test_a_job_for_later_runs_by_itself(engine: Engine) -> None:
    ask(engine)
    engine.drain()
    later = engine.enqueued("sample_cached", {"name": "a"}, run_at=datetime.now(UTC) + timedelta(hours=1))
    assert (later.cached, engine.row(later.job.id)["blocked_on"]) == (False, None)


def test_nothing_is_left_of_an_enqueue_that_is_rolled_back(engine: Engine) -> None:
    with pytest.raises(ZeroDivisionError), engine.connection.transaction():
        enqueue(engine.connection, "sample_cached", {"name": "a"}, user_id=engine.user_id)
        raise ZeroDivisionError
    assert engine.count("true") == 0


def test_idempotency_and_uniqueness_hold_for_cached_tasks_too(engine: Engine) -> None:
    first = ask(engine, idempotency_key="k")
    assert ask(engine, idempotency_key="k").id == first.id
    engine.drain()
    again = engine.enqueued("sample_cached", {"name": "a"}, idempotency_key="k")
    assert (again.job.id, again.created) == (first.id, False)
    assert engine.count("hidden") == 1


def test_the_helpers_for_tests_run_cached_tasks_too(engine: Engine) -> None:
    for _ in range(2):
        ran = run_job(engine.settings, "sample_cached", {"name": "a"}, user_id=engine.user_id)
        assert (ran.status, ran.result) == ("completed", {"name": "a", "by": str(engine.user_id)})
    assert runs(engine) == 2, "a helper that runs a job runs it"
    waiting = [ask(engine, name="b") for _ in range(2)]
    assert len(drain(engine.settings)) == 1
    assert {engine.row(job.id)["status"] for job in waiting} == {"completed"}
