"""What goes wrong in one part of a worker stays there: a duty, a follow-up, a claim, a child, a connection that was idle."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest

from backend.jobs import RetryableError, store
from backend.jobs.admission import limit_store
from backend.jobs.admission.limits import set_limit
from backend.jobs.handling import handler_store
from backend.jobs.handling.context import JobContext
from backend.jobs.handling.run import CANCELLED, Run
from backend.jobs.handling.taking_away import end_transaction
from backend.jobs.link import HANDLER, application_name
from backend.jobs.processes.child import Child
from backend.jobs.processes.child_messages import Interrupt
from backend.jobs.processes.children import Children
from backend.jobs.runtime import maintenance
from backend.jobs.runtime.maintenance import FollowUps, Timekeeper
from backend.jobs.runtime.worker import STOPPED, Worker
from backend.jobs.upkeep import duty_store
from backend.jobs.upkeep.rollup import RollUp
from tests.jobs.engine import Engine
from tests.jobs.sample_tasks import reached
from tests.jobs.test_writes import Tools

PAST = "now() - interval '1 hour'"


def noted(engine: Engine, jobs: int) -> list[uuid.UUID]:
    """Completed jobs whose ends nobody has followed up."""
    ids = [engine.enqueue().id for _ in range(jobs)]
    engine.drain()
    for job_id in ids:
        engine.connection.execute("INSERT INTO ai_job_follow_up (job_id) VALUES (%s)", (job_id,))
    return ids


def test_a_duty_that_always_fails_ends_no_worker(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = threading.Event()

    def fail(_self: RollUp, connection: store.Connection) -> float:
        failed.set()
        connection.execute("SELECT 1 / 0")
        return 0.0

    monkeypatch.setattr(maintenance, "UPKEEP_DELAY", 0.0)
    monkeypatch.setattr(RollUp, "__call__", fail)
    with engine.worker() as worker:
        assert failed.wait(30)
        for _ in range(3):
            engine.until_status(engine.enqueue("sample_fail", {"times": 1}).id, "completed")
        assert not worker._stop.is_set()


def test_an_end_whose_consequences_fail_holds_up_no_other(engine: Engine) -> None:
    first, bad, last = noted(engine, 3)
    done: list[uuid.UUID] = []
    ill = True

    def care(connection: store.Connection, ended: Sequence[store.Ended]) -> None:
        connection.execute("SELECT 1")
        if ill and bad in {end.job_id for end in ended}:
            raise KeyError("a fault")
        done.extend(end.job_id for end in ended)

    duty = FollowUps(engine.settings, [care])
    while duty(engine.connection) < 1:
        pass
    assert set(done) == {first, last}
    assert not duty_store.any_due(engine.connection)  # a drain does not wait for what was put off
    ill = False
    engine.connection.execute(f"UPDATE ai_job_follow_up SET noted_at = {PAST}")
    duty(engine.connection)
    assert done[-1] == bad
    assert engine.connection.execute("SELECT count(*) FROM ai_job_follow_up").fetchone() == (0,)


def test_jobs_that_were_claimed_before_the_claim_broke_off_are_run(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(_connection: store.Connection, _claim: object) -> None:
        raise psycopg.OperationalError("the connection is lost")

    set_limit(engine.connection, "user", str(engine.user_id), 1)
    for _ in range(4):
        engine.enqueue()
    ((job, token),) = engine.claim()  # which makes the slot
    store.complete(engine.connection, 1, [(job.id, token, "{}")], lead=False)
    monkeypatch.setattr(limit_store, "park", lost)
    assert len(engine.claim(3)) == 1


@pytest.mark.parametrize(("statement", "column"), [("promote", "run_at"), ("expire", "expires_at")])
def test_a_due_job_whose_row_somebody_has_is_looked_at_again_in_a_moment(
    engine: Engine, statement: str, column: str
) -> None:
    job = engine.enqueue()
    engine.connection.execute(
        f"UPDATE ai_job SET {column} = {PAST}, runnable = {column == 'expires_at'} WHERE id = %s", (job.id,)
    )
    other, timekeeper = engine.connect(), Timekeeper(engine.settings, lambda: None)
    with other.transaction():
        other.execute("SELECT FROM ai_job FOR NO KEY UPDATE")
        assert getattr(duty_store, statement)(engine.connection) == (0, 0.05)
        assert timekeeper(engine.connection) == 0.05
    assert getattr(duty_store, statement)(engine.connection) == (1, None)


def test_a_pool_of_children_that_was_closed_meanwhile_keeps_no_place(engine: Engine) -> None:
    children = Children(engine.settings, 1)

    class Spent:
        reusable = False

        def end(self) -> str:
            return "exit code 1"

    children._starter.shutdown()  # as close() does after _give_back has looked
    children._give_back(Spent())  # type: ignore[arg-type]


def test_an_interruption_means_one_job_of_those_that_were_claimed_together(engine: Engine) -> None:
    engine.enqueue()
    engine.enqueue()
    first, second = (Run(job, token, 0.0) for job, token in engine.claim(2))
    assert first.token == second.token
    message = Interrupt(first.job.id, first.token, CANCELLED)
    assert message.means(first)
    assert not message.means(second)


def test_a_child_is_not_told_to_stop_what_it_has_ended(engine: Engine) -> None:
    engine.enqueue()
    ((job, token),) = engine.claim()
    run, over, sent = Run(job, token, 0.0), threading.Event(), list[object]()
    child: Any = object.__new__(Child)
    child._lock, child._connection = threading.Lock(), SimpleNamespace(send=sent.append)
    run.interrupt(CANCELLED)
    over.set()
    child._stop(run, over, 0.0)
    assert sent == []


def test_a_handler_that_holds_a_transaction_open_keeps_no_job_of_a_worker_that_stops(engine: Engine) -> None:
    held = engine.enqueue("sample_gated_effect", {"name": "held"})
    other = engine.enqueue("sample_gate", {"name": "other"})
    worker = Worker(engine.settings, concurrency=2)
    thread = threading.Thread(target=worker.run, daemon=True)
    thread.start()
    assert reached["held"].wait(30) and reached["other"].wait(30)
    worker.stop()
    thread.join(60)
    assert [engine.row(job.id)["status"] for job in (held, other)] == ["queued", "queued"]
    assert engine.effects() == {}


def test_a_worker_whose_connection_broke_while_it_was_idle_retires_all_the_same(engine: Engine) -> None:
    worker = Worker(engine.settings)
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(worker.run()), daemon=True)
    thread.start()
    engine.until_status(engine.enqueue().id, "completed")
    engine.connection.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND application_name IN (%s, %s)",
        (application_name("worker main"), application_name("worker hints")),
    )
    worker.stop()
    thread.join(60)
    assert codes == [STOPPED]
    assert engine.connection.execute("SELECT count(*) FROM ai_worker WHERE stopped_at IS NULL").fetchone() == (0,)


def test_the_transaction_of_a_handler_is_ended_although_it_wrote_its_row_in_a_savepoint(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two transactions of one session have then locked the row: what it says is their group, not either of them."""
    engine.enqueue()
    ((job, token),) = engine.claim()
    run, tools = Run(job, token, 0.0), Tools(engine)
    tools.connection().execute(f"SET application_name = '{application_name(HANDLER)}'")
    context = JobContext(run, tools)
    with pytest.raises(RetryableError), context.transaction() as connection:
        with connection.transaction():
            context.partial(connection, {"part": 1})
        end_transaction(engine.connection, run)
        assert handler_store.fence(engine.connection, job.id, token) is False  # nobody has the row any more
        connection.execute("SELECT 1")
