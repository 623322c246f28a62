"""The claim: its order, its fairness, and that no two claimers ever get the same job."""

from __future__ import annotations

import threading
import uuid
from datetime import UTC, datetime, timedelta

from backend.jobs import Job, store
from backend.jobs.runtime import worker_store
from tests.jobs.engine import Engine


def names(claimed: list[tuple[Job, uuid.UUID]]) -> list[str]:
    """What the claimed jobs were called."""
    return [job.request_data["name"] for job, _ in claimed]


def test_jobs_of_one_person_are_claimed_in_the_order_of_their_making(engine: Engine) -> None:
    for number in range(10):
        engine.enqueue("sample_echo", {"name": str(number)})
    assert names(engine.claim(10)) == [str(number) for number in range(10)]


def test_a_newcomer_comes_before_the_backlog_of_somebody_else(engine: Engine) -> None:
    for number in range(200):
        engine.enqueue("sample_echo", {"name": f"flood {number}"})
    others = [engine.user() for _ in range(5)]
    for number, user in enumerate(others):
        engine.enqueue("sample_echo", {"name": f"newcomer {number}"}, user_id=user)
    first = names(engine.claim(7))
    assert {f"newcomer {number}" for number in range(5)} <= set(first)


def test_two_people_with_a_backlog_each_take_turns(engine: Engine) -> None:
    other = engine.user()
    for number in range(20):
        engine.enqueue("sample_echo", {"name": f"a{number}"})
    for number in range(20):
        engine.enqueue("sample_echo", {"name": f"b{number}"}, user_id=other)
    first = [name[0] for name in names(engine.claim(20))]
    assert 8 <= first.count("a") <= 12


def test_priorities_overtake_by_their_offset_in_time_and_low_does_not_starve(engine: Engine) -> None:
    for priority in ("low", "normal", "high", "urgent"):
        engine.enqueue("sample_echo", {"name": priority}, priority=priority)
    # A job that was made eleven minutes ago with low priority comes before a new normal one.
    old = engine.enqueue("sample_echo", {"name": "old low"}, priority="low", user_id=engine.user())
    engine.connection.execute("UPDATE ai_job SET sort_key = sort_key - 11 * 60 * 1000000 WHERE id = %s", (old.id,))
    assert names(engine.claim(5)) == ["urgent", "high", "old low", "normal", "low"]


def test_a_priority_is_not_inherited_by_newcomers(engine: Engine) -> None:
    waiting = engine.enqueue("sample_echo", {"name": "waiting"})
    engine.enqueue("sample_echo", {"name": "urgent"}, priority="urgent", user_id=engine.user())
    engine.enqueue("sample_echo", {"name": "newcomer"}, user_id=engine.user())
    assert names(engine.claim(3)) == ["urgent", "waiting", "newcomer"]
    assert engine.row(waiting.id)["status"] == "processing"


def test_an_own_urgent_job_overtakes_the_own_backlog(engine: Engine) -> None:
    for number in range(50):
        engine.enqueue("sample_echo", {"name": str(number)})
    engine.enqueue("sample_echo", {"name": "now"}, priority="high")
    assert names(engine.claim(1)) == ["now"]


def test_queues_share_a_worker_whatever_their_clocks_say(engine: Engine) -> None:
    """A queue with a backlog of slow jobs stands far behind the clock; a fresh job elsewhere must not wait for it."""
    for number in range(40):
        engine.enqueue("sample_echo", {"name": f"slow {number}"})
    engine.connection.execute(
        "UPDATE ai_job SET virtual_time = virtual_time - 86400000000, sort_key = sort_key - 86400000000"
    )
    for number in range(5):
        engine.enqueue("sample_other_queue", {"name": f"fresh {number}"})
    first = names(engine.claim(14))
    assert {f"fresh {number}" for number in range(5)} <= set(first)
    assert [name for name in first if "slow" in name] == [f"slow {number}" for number in range(9)]


def test_priorities_hold_across_queues(engine: Engine) -> None:
    for _ in range(5):
        engine.enqueue("sample_echo", {"name": "normal"})
    engine.enqueue("sample_other_queue", {"name": "high"}, priority="high")
    assert names(engine.claim(1)) == ["high"]


def test_a_worker_of_one_queue_takes_nothing_of_another(engine: Engine) -> None:
    engine.enqueue("sample_echo", {"name": "other"})
    engine.enqueue("sample_other_queue", {"name": "mine"})
    assert names(engine.claim(5, queues=["reports"])) == ["mine"]


def test_jobs_that_are_locked_by_another_claimer_are_skipped_not_waited_for(engine: Engine) -> None:
    for number in range(6):
        engine.enqueue("sample_echo", {"name": str(number)})
    other = engine.connect()
    with other.transaction():
        first = engine.claim(3, connection=other)
        assert names(first) == ["0", "1", "2"]
        assert names(engine.claim(3)) == ["3", "4", "5"]
    assert engine.claim(3) == []


def test_claimers_at_once_never_share_a_job(engine: Engine) -> None:
    for _ in range(300):
        engine.enqueue()
    claimed: list[list[uuid.UUID]] = [[] for _ in range(6)]
    start = threading.Barrier(6)

    def claimer(mine: list[uuid.UUID]) -> None:
        link = engine.connect()
        worker_id = worker_store.register_worker(link, "test", None, 1)
        start.wait()
        while jobs := store.claim(
            link,
            queues=["default", "reports"],
            limit=7,
            token=uuid.uuid4(),
            worker_id=worker_id,
            lease=30,
            lead=False,
        ):
            mine.extend(job.id for job in jobs)

    threads = [threading.Thread(target=claimer, args=(mine,)) for mine in claimed]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    everything = [job_id for mine in claimed for job_id in mine]
    assert len(everything) == len(set(everything))
    assert len(everything) + len(engine.claim(300)) == 300


def test_jobs_before_their_time_and_after_their_expiry_are_not_claimed(engine: Engine) -> None:
    now = datetime.now(UTC)
    engine.enqueue("sample_echo", {"name": "later"}, run_at=now + timedelta(hours=1))
    late = engine.enqueue("sample_echo", {"name": "late"}, expires_at=now + timedelta(hours=1))
    engine.connection.execute("UPDATE ai_job SET expires_at = now() - interval '1 s' WHERE id = %s", (late.id,))
    engine.enqueue("sample_echo", {"name": "now"})
    assert names(engine.claim(10)) == ["now"]


def test_a_claim_says_so_in_the_row_and_in_an_event(engine: Engine) -> None:
    job = engine.enqueue()
    worker_id = engine.register()
    ((claimed, token),) = engine.claim(worker_id=worker_id)
    row = engine.row(job.id)
    assert claimed.id == job.id
    assert (row["status"], row["worker_id"], row["claim_token"]) == ("processing", worker_id, token)
    assert (claimed.status, claimed.attempt, claimed.runs, claimed.last_seq) == ("processing", 1, 1, 2)
    assert row["lease_until"] > row["started_at"]
    assert engine.events(job.id)[-1]["data"] == {"attempt": 1}


def test_a_claim_reads_no_more_than_it_takes_however_long_the_queues_are(engine: Engine) -> None:
    """An index scan that stops: the pages that it touches do not grow with the table."""
    engine.connection.execute(
        "INSERT INTO ai_job (id, user_id, job_type, queue, virtual_time, sort_key, request_data, max_attempts) "
        "SELECT gen_random_uuid(), %s, 'sample_echo', CASE n %% 2 WHEN 0 THEN 'default' ELSE 'reports' END, n, n, '{}', 4 "
        "FROM generate_series(1, 30000) AS n",
        (engine.user_id,),
    )
    link = engine.link()
    parameters = {
        "queues": ["default", "reports", "ai"],
        "limit": 10,
        "token": uuid.uuid4(),
        "worker_id": engine.register(),
        "lease": 3.0,
        "lead": False,
    }
    with link.transaction(force_rollback=True):
        plan = link.execute(
            "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + store.statement("claim_jobs"), parameters
        ).fetchone()
    assert plan is not None
    root = plan[0][0]["Plan"]
    assert "Seq Scan" not in str(plan[0])
    assert root["Shared Hit Blocks"] + root["Shared Read Blocks"] < 600
