"""Chains and groups, as workers run them."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from backend.errors import Unprocessable
from backend.jobs import ChainSpec, GroupSpec, JobSpec, chain, group, store
from backend.jobs.flows.flow_plan import OnFailure
from backend.jobs.upkeep import duty_store
from tests.jobs.engine import Engine
from tests.jobs.flows import ECHO, FAILS, LOOKS, inputs, run_all, statuses, until_all_end

# --- chains --------------------------------------------------------------------------------------------------------


def test_a_chain_runs_in_order_and_each_link_sees_the_one_before(engine: Engine) -> None:
    links = [JobSpec("flow_inputs", {"name": str(number)}) for number in range(4)]
    jobs = chain(engine.connection, links, user_id=engine.user_id)
    assert [engine.row(job.id)["blocked_on"] for job in jobs] == [None, "jobs", "jobs", "jobs"]
    run_all(engine)
    assert statuses(engine, *jobs) == ["completed"] * 4
    marks = engine.connection.execute("SELECT job_id FROM effect ORDER BY id").fetchall()
    assert [mark for (mark,) in marks] == [job.id for job in jobs]
    last = engine.row(jobs[3].id)["result_data"]["inputs"]
    assert last == [
        {
            "job_id": str(jobs[2].id),
            "job_type": "flow_inputs",
            "status": "completed",
            "result": engine.row(jobs[2].id)["result_data"],
        }
    ]
    assert engine.event_types(jobs[3].id) == ["queued", "processing", "completed"]


def test_what_comes_after_a_failed_link_is_cancelled_and_says_why(engine: Engine) -> None:
    jobs = chain(engine.connection, [ECHO, FAILS, ECHO, ECHO], user_id=engine.user_id)
    run_all(engine)
    assert statuses(engine, *jobs) == ["completed", "failed", "cancelled", "cancelled"]
    third, fourth = engine.row(jobs[2].id), engine.row(jobs[3].id)
    assert third["progress_message"] == f"Not run, because a job that it needs failed: sample_fail ({jobs[1].id})"
    assert str(jobs[2].id) in fourth["progress_message"]
    assert "was cancelled" in fourth["progress_message"]
    assert third["runs"] == 0
    assert engine.events(jobs[2].id)[-1]["data"] == {"reason": third["progress_message"]}
    assert engine.event_types(jobs[2].id) == ["queued", "cancelled"]


def test_with_the_policy_run_the_next_link_runs_and_sees_the_failure(engine: Engine) -> None:
    jobs = chain(engine.connection, [FAILS, LOOKS], user_id=engine.user_id, on_failure="run")
    run_all(engine)
    assert statuses(engine, *jobs) == ["failed", "completed"]
    assert inputs(engine, jobs[1]) == [(str(jobs[0].id), "failed")]


def test_a_link_that_was_cancelled_takes_the_rest_with_it(engine: Engine) -> None:
    jobs = chain(engine.connection, [ECHO, ECHO, ECHO], user_id=engine.user_id)
    assert store.cancel_queued(engine.connection, [jobs[1].id])
    row = engine.row(jobs[1].id)
    assert (row["status"], row["blocked_on"], row["runnable"]) == ("cancelled", None, True)
    run_all(engine)
    assert statuses(engine, *jobs) == ["completed", "cancelled", "cancelled"]


def test_a_link_waits_for_its_own_time_too(engine: Engine) -> None:
    jobs = chain(engine.connection, [ECHO, ECHO], user_id=engine.user_id)
    engine.connection.execute("UPDATE ai_job SET run_at = now() + interval '1 hour' WHERE id = %s", (jobs[1].id,))
    engine.drain()
    with engine.worker():
        engine.until(lambda: engine.row(jobs[1].id)["blocked_on"] is None)
    row = engine.row(jobs[1].id)
    assert (row["status"], row["runnable"]) == ("queued", False)


def test_a_chain_exists_exactly_if_its_caller_commits(engine: Engine) -> None:
    with psycopg.connect(engine.url) as connection:
        chain(connection, [ECHO, ECHO], user_id=engine.user_id)
        connection.rollback()
    assert engine.count("true") == 0


# --- groups --------------------------------------------------------------------------------------------------------


def test_a_group_completes_after_its_children_and_then_gets_their_results(engine: Engine) -> None:
    specs = [JobSpec("sample_echo", {"name": str(number)}) for number in range(5)]
    made = group(engine.connection, specs, user_id=engine.user_id, then=LOOKS, summary="Five echoes")
    assert made.then is not None
    run_all(engine)
    parent = engine.row(made.parent.id)
    assert (parent["status"], parent["summary"], parent["progress"], parent["runs"]) == (
        "completed",
        "Five echoes",
        100,
        0,
    )
    ids = [str(child.id) for child in made.children]
    assert parent["result_data"] == {"completed": 5, "failed": 0, "cancelled": 0, "jobs": ids}
    assert parent["progress_message"] == "5 of 5 done"
    assert engine.event_types(made.parent.id)[-1] == "completed"
    assert [child.parent_id for child in made.children] == [made.parent.id] * 5
    given = engine.row(made.then.id)["result_data"]["inputs"]
    assert [found["job_id"] for found in given] == ids
    assert [found["result"]["name"] for found in given] == list("01234")
    assert engine.row(made.then.id)["started_at"] >= max(
        engine.row(child.id)["completed_at"] for child in made.children
    )
    assert engine.connection.execute("SELECT count(*) FROM ai_job_group").fetchone() == (0,)


@pytest.mark.parametrize(
    ("policy", "parent", "after"), [("cancel", "failed", "cancelled"), ("run", "completed", "completed")]
)
def test_a_failed_child_decides_by_policy(engine: Engine, policy: OnFailure, parent: str, after: str) -> None:
    made = group(engine.connection, [ECHO, FAILS, ECHO], user_id=engine.user_id, then=LOOKS, on_failure=policy)
    assert made.then is not None
    run_all(engine)
    assert statuses(engine, *made.children) == ["completed", "failed", "completed"]  # the others are not stopped
    assert statuses(engine, made.parent, made.then) == [parent, after]
    row = engine.row(made.parent.id)
    assert row["progress_message"] == "3 of 3 done, 1 failed"
    assert row["result_data"]["failed"] == 1
    if policy == "cancel":
        assert row["error_code"] == "group_failed"
        assert engine.events(made.parent.id)[-1]["data"]["error"]["code"] == "group_failed"
        assert str(made.parent.id) in engine.row(made.then.id)["progress_message"]
    else:
        assert [status for _, status in inputs(engine, made.then)] == ["completed", "failed", "completed"]


def test_a_group_of_nothing_completes_at_once_and_then_runs(engine: Engine) -> None:
    made = group(engine.connection, [], user_id=engine.user_id, then=LOOKS)
    assert made.then is not None
    assert statuses(engine, made.parent) == ["completed"]
    run_all(engine)
    assert inputs(engine, made.then) == []
    assert engine.row(made.parent.id)["result_data"]["jobs"] == []


def test_groups_and_chains_nest(engine: Engine) -> None:
    inner = GroupSpec([ECHO, ChainSpec([ECHO, LOOKS])], summary="Inner")
    made = group(engine.connection, [LOOKS, inner], user_id=engine.user_id, then=ChainSpec([LOOKS, GroupSpec([LOOKS])]))
    assert made.then is not None
    run_all(engine)
    assert engine.count("status = 'completed'") == 9 == engine.count("true")
    first, sub = made.children
    (link,) = (
        row[0]
        for row in engine.connection.execute(
            "SELECT id FROM ai_job WHERE parent_id = %s AND job_type = 'flow_inputs'", (sub.id,)
        )
    )
    assert len(engine.row(link)["result_data"]["inputs"]) == 1
    assert engine.row(sub.id)["result_data"]["completed"] == 3  # each link is a child of the group that it is in
    assert engine.row(made.parent.id)["result_data"]["jobs"] == [str(first.id), str(sub.id)]
    after = engine.connection.execute(
        "SELECT needs_id FROM ai_job_dependency d JOIN ai_job j ON j.id = d.job_id WHERE j.parent_id = %s",
        (made.then.id,),
    ).fetchall()
    assert len(after) == 1  # the children of a group that is a link wait for the link before


def test_the_progress_of_a_group_is_that_of_its_children(engine: Engine) -> None:
    specs = [ECHO, FAILS, JobSpec("flow_half", {"seconds": 300}), JobSpec("flow_half", {"seconds": 300})]
    made = group(engine.connection, specs, user_id=engine.user_id, on_failure="run")
    with engine.worker(concurrency=4):
        engine.until(lambda: engine.row(made.parent.id)["progress"] == 75)  # (100 + 100 + 50 + 50) / 4
        row = engine.row(made.parent.id)
        assert row["status"] == "queued"
        event = engine.events(made.parent.id)[-1]
        assert (event["type"], event["progress"]) == ("progress", 75)
        for child in made.children[2:]:
            store.request_cancel(engine.connection, [child.id])
        until_all_end(engine)
    assert engine.row(made.parent.id)["progress_message"] == "4 of 4 done, 1 failed, 2 cancelled"
    assert engine.row(made.parent.id)["status"] == "completed"


def test_ten_thousand_children_are_one_group(engine: Engine) -> None:
    other = engine.user()
    made = group(engine.connection, [ECHO] * 10_000, user_id=engine.user_id, then=LOOKS)
    assert made.then is not None
    duty_store.promote(engine.connection)
    newcomer = engine.enqueue(user_id=other)
    assert newcomer.id in {job.id for job, _ in engine.claim(2)}  # the flood takes its fair place
    engine.connection.execute(
        "UPDATE ai_job SET status = 'queued', attempt = 0, claim_token = NULL, worker_id = NULL, lease_until = NULL "
        "WHERE status = 'processing'"
    )
    with engine.worker(concurrency=4):
        until_all_end(engine)
    parent = engine.row(made.parent.id)
    assert (parent["status"], parent["result_data"]["completed"]) == ("completed", 10_000)
    assert len(parent["result_data"]["jobs"]) == 1_000
    assert len(engine.row(made.then.id)["result_data"]["inputs"]) == 10_000
    events = engine.events(made.parent.id)
    assert len(events) < 110
    assert max(len(str(event["data"])) for event in events) < 1_000


def test_what_cannot_be_made_is_refused_whole(engine: Engine) -> None:
    wrong: list[tuple[list[Any], dict[str, Any]]] = [
        ([JobSpec("no_such_type")], {}),
        ([ECHO, JobSpec("sample_echo", {"times": "many"})], {}),
        ([JobSpec("sample_echo", priority="at once")], {}),
        ([ECHO], {"on_failure": "maybe"}),
        ([GroupSpec([])], {}),
        ([ECHO] * 20_000, {}),
    ]
    for jobs, options in wrong:
        with pytest.raises(Unprocessable):
            group(engine.connection, jobs, user_id=engine.user_id, **options)
    with pytest.raises(Unprocessable):
        chain(engine.connection, [], user_id=engine.user_id)
    assert engine.count("true") == 0
