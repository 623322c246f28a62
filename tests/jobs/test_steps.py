"""Steps: what was done and paid for is not done again."""

from __future__ import annotations

import uuid

import pytest

from backend.jobs import store
from backend.jobs.handling import handler_store
from backend.jobs.upkeep.retention import Pruner
from tests.jobs import flow_tasks
from tests.jobs.engine import Engine
from tests.jobs.sample_tasks import gates, reached

assert flow_tasks.QUICK


def steps(engine: Engine, job_id: uuid.UUID) -> list[str]:
    """Names of the finished steps in their order."""
    found = engine.connection.execute("SELECT name FROM ai_job_step WHERE job_id = %s ORDER BY ordinal", (job_id,))
    return [name for (name,) in found.fetchall()]


def test_a_worker_killed_between_two_steps_does_not_repeat_the_first(engine: Engine) -> None:
    job = engine.enqueue("flow_two_steps", {"seconds": 300})
    with engine.process() as process:
        engine.until(lambda: engine.row(job.id)["progress"] == 50)
        process.kill()
        process.wait()
    assert steps(engine, job.id) == ["first"]
    with engine.process():
        row = engine.until_status(job.id)
    assert row["result_data"] == {
        "first": {"paid": "first", "run": 1},
        "second": {"paid": "second", "run": 2},
        "run": 2,
    }
    assert engine.effects() == {job.id: 2}
    assert (row["attempt"], row["rescues"]) == (1, 1)


def test_a_retry_does_not_repeat_what_was_finished(engine: Engine) -> None:
    job = engine.enqueue("flow_two_steps", {"times": 2})
    with engine.worker():
        row = engine.until_status(job.id)
    assert row["attempt"] == 3
    assert row["result_data"]["first"] == {"paid": "first", "run": 1}
    assert engine.effects() == {job.id: 2}


def test_a_job_that_failed_keeps_its_steps_for_a_retry_by_hand(engine: Engine) -> None:
    job = engine.enqueue("flow_two_steps", {"times": 1}, max_attempts=1)
    engine.drain()
    assert engine.row(job.id)["status"] == "failed"
    engine.connection.execute(
        "UPDATE ai_job SET status = 'queued', completed_at = NULL, attempt = 0 WHERE id = %s", (job.id,)
    )
    engine.drain()
    assert engine.row(job.id)["status"] == "completed"
    assert engine.effects() == {job.id: 2}


def test_a_step_that_was_going_on_when_the_job_was_cancelled_is_kept(engine: Engine) -> None:
    job = engine.enqueue("flow_gated_step", {"name": "kept"})
    with engine.worker():
        assert reached["kept"].wait(30)
        assert store.request_cancel(engine.connection, [job.id])
        gates["kept"].set()
        assert engine.until_status(job.id)["status"] == "cancelled"  # by the checkpoint before the second step
    assert steps(engine, job.id) == ["first"]


def test_a_worker_that_lost_its_job_meanwhile_stores_no_step(engine: Engine) -> None:
    job = engine.enqueue("flow_gated_step", {"name": "zombie"})
    with engine.worker():
        assert reached["zombie"].wait(30)
        engine.connection.execute("UPDATE ai_job SET claim_token = gen_random_uuid() WHERE id = %s", (job.id,))
        gates["zombie"].set()
        other = engine.enqueue()
        engine.until_status(other.id)
    assert steps(engine, job.id) == []
    assert engine.row(job.id)["status"] == "processing"


def test_a_stale_token_stores_no_step(engine: Engine) -> None:
    job = engine.enqueue()
    ((_, token),) = engine.claim()

    def record(token: uuid.UUID) -> handler_store.StepResult | None:
        return handler_store.record_step(engine.link(), job.id, token, name="a", ordinal=1, result="1", seconds=0.5)

    assert record(uuid.uuid4()) is None
    assert steps(engine, job.id) == []
    assert record(token) == (1,)
    assert record(token) == (1,)  # the first answer was lost on its way


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("nul", "NUL"),
        ("nul in a list", "NUL"),
        ("object", "JSON"),
        ("surrogate", "JSON"),
        ("huge", "larger than 1048576 bytes"),
    ],
)
def test_a_result_that_cannot_be_stored_is_refused_and_said_so(engine: Engine, code: str, said: str) -> None:
    job = engine.enqueue("flow_step_of", {"code": code})
    engine.drain()
    row = engine.row(job.id)
    assert (row["status"], row["error_code"]) == ("failed", "invalid_step")
    assert "“only”" in row["error_message"]
    assert said in row["error_message"]
    assert steps(engine, job.id) == []


@pytest.mark.parametrize(
    ("code", "given"),
    [("none", None), ("tuple", ["a", 1, {"b": 1.0, "aa": None, "when": "2030-01-01T00:00:00+00:00"}])],
)
def test_a_result_is_json_in_the_first_run_as_in_every_later_one(engine: Engine, code: str, given: object) -> None:
    job = engine.enqueue("flow_step_of", {"code": code})
    engine.drain()
    assert engine.row(job.id)["result_data"] == {"result": given}
    engine.connection.execute(
        "UPDATE ai_job SET status = 'queued', completed_at = NULL, attempt = 0, request_data = %s WHERE id = %s",
        ('{"code": "object"}', job.id),  # would be refused if the step were taken again
    )
    engine.drain()
    assert engine.row(job.id)["result_data"] == {"result": given}


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("twice", "the step 'page' is used twice in one run"),
        ("in a transaction", "a step is not taken inside ctx.transaction()"),
        ("without a name", "a step's name has 1 to 200 printable characters"),
        ("again after it failed", "well"),
    ],
)
def test_how_steps_may_be_used(engine: Engine, code: str, said: str) -> None:
    job = engine.enqueue("flow_step_misused", {"code": code})
    engine.drain()
    row = engine.row(job.id)
    assert row["status"] == "completed", row["error_message"]
    assert row["result_data"]["said"].startswith(said)


def test_steps_go_with_their_job(engine: Engine) -> None:
    job = engine.enqueue("flow_two_steps")
    engine.drain()
    assert steps(engine, job.id) == ["first", "second"]
    engine.connection.execute("UPDATE ai_job SET completed_at = now() - interval '30 days'")
    Pruner(engine.settings)(engine.connection)
    assert steps(engine, job.id) == []
