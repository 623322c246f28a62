"""Why a job does not run: each cause, with the row behind it, as the API tells its owner and staff."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backend.jobs import chain, store
from backend.jobs.admission.limits import set_limit
from backend.jobs.admission.queues import pause_queue, queue_state
from backend.jobs.flows.flow_plan import JobSpec
from backend.jobs.outcome import Settlement
from backend.jobs.runtime import worker_store
from backend.jobs.runtime.worker_store import list_workers
from backend.jobs.upkeep import duty_store
from tests.jobs.cached import ask
from tests.jobs.callers import Caller
from tests.jobs.engine import Engine
from tests.jobs.test_limits import claim


def waiting_for(caller: Caller, job_id: uuid.UUID) -> dict[str, dict[str, Any]]:
    """The causes by their name."""
    answer = caller("GET", f"/api/jobs/{job_id}")
    assert answer.status_code == 200, answer.text
    found = answer.json["waiting_for"]
    assert all(cause["message"].endswith((".", ")")) or "paused" in cause["message"] for cause in found), found
    return {cause["cause"]: cause for cause in found}


@pytest.fixture
def serving(engine: Engine) -> int:
    """A worker lives that has one thread."""
    return engine.register()


def test_a_full_limit_is_named_with_its_size_and_who_holds_it(
    engine: Engine, guest: Caller, staff: Caller, serving: int
) -> None:
    set_limit(engine.connection, "type", "sample_echo", 2)
    mine = engine.enqueue(user_id=guest.user_id)
    theirs = engine.enqueue()
    job = engine.enqueue(user_id=guest.user_id)
    claim(engine, 3)
    found = waiting_for(guest, job.id)["limit"]
    assert (found["limit"], found["slots"], found["held"]) == ("type:sample_echo", 2, 2)
    assert found["job_ids"] == [str(mine.id)]  # another's job is counted, not named
    assert found["message"] == "No more than 2 jobs of the type “sample_echo” run at the same time."
    assert set(waiting_for(staff, job.id)["limit"]["job_ids"]) == {str(mine.id), str(theirs.id)}


def test_the_full_limit_of_a_queue_is_named_though_nothing_is_parked_for_it(
    engine: Engine, guest: Caller, serving: int
) -> None:
    set_limit(engine.connection, "queue", "default", 1)
    engine.enqueue()
    job = engine.enqueue(user_id=guest.user_id)
    claim(engine, 2)
    assert waiting_for(guest, job.id)["limit"]["limit"] == "queue:default"


def test_a_paused_queue_is_named_with_the_reason_and_who_paused_it_to_staff_alone(
    engine: Engine, guest: Caller, staff: Caller, serving: int
) -> None:
    job = engine.enqueue(user_id=guest.user_id)
    pause_queue(engine.connection, "default", by=staff.user_id, reason="The printer is on fire")
    found = waiting_for(guest, job.id)["paused"]
    assert (found["queue"], found["reason"]) == ("default", "The printer is on fire")
    assert datetime.fromisoformat(found["since"]) <= datetime.now(UTC)
    assert "paused_by" not in found
    assert waiting_for(staff, job.id)["paused"]["paused_by"] == str(staff.user_id)


@pytest.mark.parametrize("reason", ["scheduled", "retry", "retry_after", "snoozed", "rescued"])
def test_a_job_that_waits_for_the_clock_says_why_and_until_when(
    engine: Engine, guest: Caller, serving: int, reason: str
) -> None:
    later = datetime.now(UTC) + timedelta(hours=1)
    job = engine.enqueue(user_id=guest.user_id, run_at=later if reason == "scheduled" else None)
    if reason == "rescued":
        [(_, _)] = engine.claim(1)
        engine.connection.execute("UPDATE ai_job SET lease_until = now() - interval '1 h', rescues = 3")
        engine.until(lambda: worker_store.rescue(engine.connection, lease=0.2, silence=1.0, held_tokens=[]))
    elif reason != "scheduled":
        [(_, token)] = engine.claim(1)
        settlement = Settlement("queued", "retried", "again", reason, pause=3600.0, spends=False)
        store.settle(engine.connection, serving, [(job.id, token, settlement)], lead=False)
    found = waiting_for(guest, job.id)["time"]
    assert found["reason"] == reason
    assert datetime.fromisoformat(found["until"]) == engine.row(job.id)["run_at"]
    assert set(waiting_for(guest, job.id)) == {"time"}


def test_what_a_job_waited_for_is_forgotten_when_its_time_has_come(engine: Engine, guest: Caller, serving: int) -> None:
    job = engine.enqueue(user_id=guest.user_id, run_at=datetime.now(UTC) + timedelta(hours=1))
    engine.connection.execute("UPDATE ai_job SET run_at = now()")
    duty_store.promote(engine.connection)
    assert engine.row(job.id)["wait_reason"] is None
    assert set(waiting_for(guest, job.id)) == {"order"}


def test_a_job_that_needs_others_says_how_many_and_which(engine: Engine, guest: Caller, serving: int) -> None:
    specs = [JobSpec("sample_echo"), JobSpec("sample_echo")]
    first, second = chain(engine.connection, specs, user_id=guest.user_id)
    found = waiting_for(guest, second.id)
    assert set(found) == {"jobs"}
    assert (found["jobs"]["count"], found["jobs"]["job_ids"]) == (1, [str(first.id)])
    assert found["jobs"]["message"] == "It waits for 1 other job to end."


def test_a_job_that_shares_a_run_waits_for_what_the_run_waits_for(
    engine: Engine, guest: Caller, staff: Caller, serving: int
) -> None:
    jobs = [ask(engine, user_id=guest.user_id) for _ in range(2)]
    ahead = engine.enqueue("sample_cached", {"name": "b"}, user_id=guest.user_id, priority="high")
    flights = [str(row[0]) for row in engine.connection.execute("SELECT id FROM ai_job WHERE hidden").fetchall()]

    def causes() -> dict[str, dict[str, Any]]:
        answers = [caller("GET", f"/api/jobs/{job.id}") for caller in (guest, staff) for job in jobs]
        for answer in answers:
            assert not [flight for flight in flights if flight in answer.text], "the hidden run is nobody's"
        return waiting_for(guest, jobs[1].id)

    assert causes()["order"]["ahead"] == 1
    set_limit(engine.connection, "queue", "default", 1)
    claim(engine)
    found = causes()
    assert (found["limit"]["held"], found["limit"]["job_ids"]) == (1, [str(ahead.id)])
    assert "busy" not in found
    pause_queue(engine.connection, "default", by=None, reason="Paused.")
    assert causes()["paused"]["queue"] == "default"
    engine.connection.execute(
        "UPDATE ai_job SET runnable = false, run_at = now() + interval '1 h', wait_reason = 'retry' "
        "WHERE hidden AND status = 'queued'"
    )
    assert causes()["time"]["reason"] == "retry"
    engine.connection.execute("DELETE FROM ai_worker")
    assert causes()["worker"]["queue"] == "default"


def test_a_job_whose_run_has_begun_a_moment_ago_says_that_it_gets_its_result(
    engine: Engine, guest: Caller, serving: int
) -> None:
    job = ask(engine, user_id=guest.user_id)
    engine.claim()
    found = waiting_for(guest, job.id)
    assert set(found) == {"flight"}
    assert "job_ids" not in found["flight"]


def test_a_queue_that_no_living_worker_serves_is_named(engine: Engine, guest: Caller) -> None:
    job = engine.enqueue(user_id=guest.user_id)
    assert waiting_for(guest, job.id)["worker"]["queue"] == "default"
    worker_store.register_worker(engine.connection, "elsewhere", ["reports"], 1)
    assert "worker" in waiting_for(guest, job.id)
    here = worker_store.register_worker(engine.connection, "here", ["default"], 1)
    assert "worker" not in waiting_for(guest, job.id)
    engine.connection.execute("DELETE FROM ai_worker WHERE id = %s", (here,))
    assert "worker" in waiting_for(guest, job.id)


@pytest.mark.parametrize(("leases", "lives"), [(1.9, True), (2.1, False)])
def test_a_worker_lives_for_everybody_until_it_has_been_silent_for_two_leases(
    engine: Engine, guest: Caller, leases: float, lives: bool
) -> None:
    here = worker_store.register_worker(engine.connection, "here", ["default"], 1)
    job = engine.enqueue(user_id=guest.user_id)
    silent = leases * engine.settings.lease_seconds
    engine.connection.execute(
        "UPDATE ai_worker SET heartbeat_at = now() - %s * interval '1 s' WHERE id = %s", (silent, here)
    )
    assert ("worker" not in waiting_for(guest, job.id)) == lives
    assert queue_state(engine.connection, "default").workers == int(lives)
    assert [row["state"] for row in list_workers(engine.connection)] == ["live" if lives else "silent"]


def test_workers_that_are_all_busy_are_counted(engine: Engine, guest: Caller, serving: int) -> None:
    engine.enqueue()
    job = engine.enqueue(user_id=guest.user_id)
    assert "busy" not in waiting_for(guest, job.id)
    engine.claim(1, worker_id=serving)
    found = waiting_for(guest, job.id)["busy"]
    assert (found["slots"], found["held"]) == (1, 1)


def test_the_place_in_the_queue_is_counted_with_those_that_overtook(
    engine: Engine, guest: Caller, serving: int
) -> None:
    engine.enqueue()
    job = engine.enqueue(user_id=guest.user_id)
    before = waiting_for(guest, job.id)["order"]
    engine.enqueue(priority="urgent", user_id=engine.user())
    after = waiting_for(guest, job.id)["order"]
    assert after["ahead"] == before["ahead"] + 1
    assert after["by_priority"] == 1
    assert "priority" in after["message"]


def test_a_job_whose_time_is_over_says_so(engine: Engine, guest: Caller, serving: int) -> None:
    job = engine.enqueue(user_id=guest.user_id, expires_at=datetime.now(UTC) + timedelta(hours=1))
    assert "expired" not in waiting_for(guest, job.id)
    engine.connection.execute("UPDATE ai_job SET expires_at = now()")
    assert "expired" in waiting_for(guest, job.id)


def test_a_job_that_runs_or_has_ended_waits_for_nothing(engine: Engine, guest: Caller) -> None:
    job = engine.enqueue(user_id=guest.user_id)
    [(_, token)] = engine.claim(1)
    assert waiting_for(guest, job.id) == {}
    store.complete(engine.connection, 1, [(job.id, token, "{}")], lead=False)
    assert waiting_for(guest, job.id) == {}
