"""Jobs that wait for others which exist already; cancels, and what survives a crash."""

from __future__ import annotations

import threading
import uuid
from typing import Any

import psycopg
import pytest

from backend.errors import Unprocessable
from backend.jobs import GroupSpec, JobSpec, chain, group, store, then
from backend.jobs.flows.flow_care import heal, settle_flows
from backend.jobs.upkeep import duty_store
from backend.jobs.upkeep.retention import Pruner
from tests.jobs.engine import Engine
from tests.jobs.flows import ECHO, LOOKS, care, inputs, run_all, somebody_waits, statuses, until_all_end
from tests.jobs.sample_tasks import gates, reached

# --- jobs that depend on jobs which exist already -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("end", "after"), [("completed", "completed"), ("failed", "cancelled"), ("cancelled", "cancelled")]
)
def test_a_job_may_depend_on_one_that_has_ended(engine: Engine, end: str, after: str) -> None:
    needed = engine.enqueue()
    engine.connection.execute("UPDATE ai_job SET status = %s, completed_at = now()", (end,))
    job = then(engine.connection, [needed], LOOKS, user_id=engine.user_id)
    run_all(engine)
    assert statuses(engine, job) == [after]


def test_a_job_runs_after_several_that_wait_run_or_have_ended(engine: Engine) -> None:
    done, running, waiting = engine.enqueue(), engine.enqueue("sample_gate", {"name": "g"}), engine.enqueue()
    with engine.worker(concurrency=2):
        assert reached["g"].wait(30)
        engine.until_status(done.id)
        last = then(engine.connection, [waiting.id, running, done], LOOKS, user_id=engine.user_id)
        engine.until_status(waiting.id)
        gates["g"].set()
        engine.until_status(last.id)
    assert inputs(engine, last) == [(str(job.id), "completed") for job in (waiting, running, done)]


def test_jobs_of_others_and_jobs_that_are_gone_cannot_be_waited_for(engine: Engine) -> None:
    foreign = engine.enqueue(user_id=engine.user())
    for need in (foreign.id, uuid.uuid4()):
        with pytest.raises(Unprocessable) as refused:
            then(engine.connection, [need], LOOKS, user_id=engine.user_id)
        assert str(need) in str(refused.value.errors)
    assert engine.count("followed") == 0


def test_a_needed_job_that_ends_while_its_dependent_is_being_made_does_not_end_unseen(engine: Engine) -> None:
    needed = engine.enqueue()
    ((_, token),) = engine.claim()
    with psycopg.connect(engine.url) as caller:
        job = then(caller, [needed], LOOKS, user_id=engine.user_id)
        finisher = engine.link()
        end = threading.Thread(
            target=store.complete, args=(finisher, 1, [(needed.id, token, "{}")]), kwargs={"lead": False}
        )
        end.start()
        engine.until(lambda: somebody_waits(engine))
        caller.commit()
    end.join(30)
    run_all(engine)
    assert statuses(engine, needed, job) == ["completed", "completed"]


def test_an_end_that_is_being_committed_while_a_dependent_is_made_does_not_pass_unseen(engine: Engine) -> None:
    """The other order: the end is written but not committed when the dependent looks."""
    needed = engine.enqueue()
    ((_, token),) = engine.claim()
    finisher, made = engine.link(), []
    with finisher.transaction():
        store.complete(finisher, 1, [(needed.id, token, "{}")], lead=False)
        caller = threading.Thread(
            target=lambda: made.append(then(engine.connect(), [needed], LOOKS, user_id=engine.user_id))
        )
        caller.start()
        engine.until(lambda: somebody_waits(engine))
    caller.join(30)
    run_all(engine)
    assert statuses(engine, needed, made[0]) == ["completed", "completed"]


def test_a_note_that_is_being_taken_is_not_lost_to_a_dependent_that_is_not_committed(engine: Engine) -> None:
    """The needed job has ended and its note lies there; the dependent comes before the note is taken, and commits after."""
    needed, _ = chain(engine.connection, [ECHO, ECHO], user_id=engine.user_id)
    duty_store.promote(engine.connection)
    ((_, token),) = engine.claim()
    store.complete(engine.link(), 1, [(needed.id, token, "{}")], lead=False)
    with psycopg.connect(engine.url) as caller:
        job = then(caller, [needed], ECHO, user_id=engine.user_id)
        care(engine)  # must not take the note: it does not see the dependent
        caller.commit()
    care(engine)
    assert engine.row(job.id)["blocked_on"] is None


def test_two_children_that_end_in_two_transactions_at_once_let_their_dependent_go_once(engine: Engine) -> None:
    made = group(engine.connection, [ECHO, ECHO], user_id=engine.user_id, then=LOOKS)
    duty_store.promote(engine.connection)
    claimed = engine.claim(2)
    one, other = engine.connect(), engine.connect()
    ended = [store.Ended(job.id, "completed", made.parent.id) for job, _ in claimed]
    for job, token in claimed:
        store.complete(engine.link(), 1, [(job.id, token, "{}")], lead=False)
    engine.connection.execute("DELETE FROM ai_job_follow_up")
    with one.transaction():
        settle_flows(one, ended[:1])
        second = threading.Thread(target=_in_transaction, args=(other, ended[1:]))
        second.start()
        engine.until(lambda: somebody_waits(engine))
    second.join(30)
    assert statuses(engine, made.parent) == ["completed"]
    run_all(engine)
    assert made.then is not None
    assert engine.effects() == {made.then.id: 1}
    assert engine.event_types(made.parent.id).count("completed") == 1


def _in_transaction(connection: psycopg.Connection[Any], ended: list[store.Ended]) -> None:
    with connection.transaction():
        settle_flows(connection, ended)


# --- cancel --------------------------------------------------------------------------------------------------------


def test_a_cancelled_child_follows_the_policy(engine: Engine) -> None:
    made = group(engine.connection, [ECHO, ECHO], user_id=engine.user_id, then=ECHO)
    assert made.then is not None
    assert store.cancel_queued(engine.connection, [made.children[0].id])
    run_all(engine)
    assert statuses(engine, *made.children, made.parent, made.then) == [
        "cancelled",
        "completed",
        "cancelled",
        "cancelled",
    ]
    assert engine.row(made.parent.id)["progress_message"] == "2 of 2 done, 1 cancelled"


def test_a_group_that_ends_by_other_means_stops_its_children_too(engine: Engine) -> None:
    inner = GroupSpec([JobSpec("sample_wait", {"name": "w", "seconds": 300}), ECHO])
    made = group(engine.connection, [inner, ECHO], user_id=engine.user_id, then=LOOKS)
    with engine.worker(concurrency=1):
        assert reached["w"].wait(30)
        assert store.cancel_queued(engine.connection, [made.parent.id])  # the statement alone, not the service
        until_all_end(engine)
    assert engine.count("status <> 'cancelled'") == 0
    assert engine.effects() == {}


def test_nobody_waits_for_a_job_whose_row_was_deleted(engine: Engine) -> None:
    jobs = chain(engine.connection, [ECHO, ECHO, ECHO], user_id=engine.user_id)
    engine.connection.execute("DELETE FROM ai_job WHERE id = %s", (jobs[0].id,))
    assert heal(engine.connection, 10) == 1
    assert heal(engine.connection, 10) == 0
    assert statuses(engine, jobs[1]) == ["cancelled"]
    assert "removed" in engine.row(jobs[1].id)["progress_message"]
    care(engine)
    assert statuses(engine, jobs[2]) == ["cancelled"]


def test_an_end_that_was_not_noted_is_found(engine: Engine) -> None:
    jobs = chain(engine.connection, [ECHO, ECHO], user_id=engine.user_id)
    engine.connection.execute(
        "UPDATE ai_job SET status = 'completed', completed_at = now() - interval '1 hour' WHERE id = %s", (jobs[0].id,)
    )
    engine.connection.execute("DELETE FROM ai_job_follow_up")
    heal(engine.connection, 10)
    run_all(engine)
    assert statuses(engine, jobs[1]) == ["completed"]


# --- crashes -------------------------------------------------------------------------------------------------------


def test_a_group_survives_the_death_of_its_workers(engine: Engine) -> None:
    specs = [JobSpec("sample_effect", {"seconds": 0.2}) for _ in range(12)]
    made = group(engine.connection, specs, user_id=engine.user_id, then=LOOKS)
    assert made.then is not None
    with engine.process("--concurrency", "2") as process:
        engine.until(lambda: len(engine.effects()) >= 2)
        process.kill()  # also while it follows up
        process.wait()
    with engine.process("--concurrency", "4"):
        until_all_end(engine)
    assert statuses(engine, made.parent, made.then) == ["completed", "completed"]
    effects = engine.effects()
    assert set(effects) == {made.then.id, *(child.id for child in made.children)}
    assert effects[made.then.id] == 1  # a child that was killed after its effect runs again, what follows does not
    assert engine.event_types(made.parent.id).count("completed") == 1
    assert engine.row(made.parent.id)["result_data"]["completed"] == 12


def test_an_end_whose_follow_up_was_cut_off_is_followed_up_by_the_next_worker(engine: Engine) -> None:
    made = group(engine.connection, [ECHO], user_id=engine.user_id, then=ECHO)
    assert made.then is not None
    duty_store.promote(engine.connection)
    ((job, token),) = engine.claim()
    store.complete(engine.link(), 1, [(job.id, token, "{}")], lead=False)
    dying = engine.connect()
    cursor = dying.cursor()
    cursor.execute("BEGIN")
    settle_flows(dying, store.take_follow_ups(dying, 10))
    dying.close()  # before its commit
    assert statuses(engine, made.parent) == ["queued"]
    run_all(engine)
    assert statuses(engine, made.parent, made.then) == ["completed", "completed"]


def test_a_job_whose_end_was_not_followed_up_is_not_pruned(engine: Engine) -> None:
    jobs = chain(engine.connection, [ECHO, ECHO], user_id=engine.user_id)
    engine.connection.execute(
        "UPDATE ai_job SET status = 'completed', completed_at = now() - interval '30 days' WHERE id = %s", (jobs[0].id,)
    )
    Pruner(engine.settings)(engine.connection)
    assert engine.count("true") == 2
    care(engine)
    Pruner(engine.settings)(engine.connection)
    assert engine.count("true") == 2, "its result is an input of what has still to run"
    run_all(engine)
    assert statuses(engine, jobs[1]) == ["completed"]
    engine.connection.execute("UPDATE ai_job SET completed_at = now() - interval '30 days'")
    Pruner(engine.settings)(engine.connection)
    assert engine.connection.execute("SELECT count(*) FROM ai_job_dependency").fetchone() == (0,)
