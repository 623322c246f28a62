"""What the completer and handlers write when something is in the way: nothing of it kills a worker or is lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from backend.jobs import FinalError, JobContext, RetryableError, Snooze, registry, store, task
from backend.jobs.handling import handler_store
from backend.jobs.handling.execute import execute
from backend.jobs.handling.run import HeldRuns, Run
from backend.jobs.hints import Hints
from backend.jobs.link import Link
from backend.jobs.outcome import MAX_FREE_RUNS, UNEXPECTED, Completed, Failed, Outcome, Released, Settlement, decide
from backend.jobs.retry import RetryPolicy
from backend.jobs.runtime import worker_store
from backend.jobs.runtime.completer import Completer
from backend.jobs.signals import DATABASE_LOST, database_lost
from tests.jobs.engine import Engine
from tests.jobs.sample_tasks import AnySchema
from tests.jobs.test_writes import Tools


class Desk:
    """A completer without its thread, and what it tells the claimer."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.link = Link(engine.url, "test completer")
        self.written: list[tuple[int, float]] = []
        self.completer = Completer(
            self.link,
            engine.settings,
            1,
            HeldRuns(),
            Hints(lambda _pairs: None),
            on_ended=lambda runs, seconds: self.written.append((runs, seconds)),
            on_later=lambda: None,
        )

    def claim(self, jobs: int = 1) -> list[Run]:
        for _ in range(jobs):
            self.engine.enqueue()
        return [Run(job, token, 0.0) for job, token in self.engine.claim(jobs)]


@pytest.fixture
def desk(engine: Engine) -> Iterator[Desk]:
    found = Desk(engine)
    yield found
    found.link.close()


@pytest.fixture
def own_tasks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_tasks", dict(registry._tasks))


def ran(engine: Engine, raised: BaseException) -> tuple[Run, Outcome]:
    """A run whose handler raises this."""

    @task("sample_raises", schema=AnySchema)
    def raises(_ctx: JobContext, _request: dict[str, Any]) -> dict[str, Any]:
        raise raised

    engine.enqueue("sample_raises")
    ((job, token),) = engine.claim()
    run = Run(job, token, 0.0)
    return run, execute(run, Tools(engine))


def test_runs_that_no_thread_began_say_nothing_about_how_long_jobs_take(desk: Desk) -> None:
    first, second, third = desk.claim(3)
    desk.completer.finish(first, Released("its worker was busy"), 0.0)
    desk.completer.flush()
    desk.completer.finish(second, Released("its worker was busy"), 0.0)
    desk.completer.finish(third, Completed("{}"), 30.0)
    desk.completer.flush()
    assert desk.written == [(0, 0.0), (1, 30.0)]


def test_the_last_progress_is_stored_although_somebody_has_the_row_when_the_run_ends(
    engine: Engine, desk: Desk
) -> None:
    (run,) = desk.claim()
    desk.completer.report(run, 99, "last")
    desk.completer.finish(run, Completed("{}"), 1.0)
    other = engine.connect()
    with other.transaction():
        other.execute("SELECT FROM ai_job WHERE id = %s FOR NO KEY UPDATE", (run.job.id,))
        writer = threading.Thread(target=desk.completer.flush)
        writer.start()
        engine.until(lambda: waiting_for_lock(engine))
    writer.join(30)
    assert engine.event_types(run.job.id) == ["queued", "processing", "progress", "completed"]
    assert engine.events(run.job.id)[2]["message"] == "last"


def waiting_for_lock(engine: Engine) -> bool:
    row = engine.connection.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    ).fetchone()
    return row is not None and row[0] > 0


def test_results_too_large_for_one_statement_are_written_in_several(
    engine: Engine, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "MAX_RESULTS", 100)
    runs = desk.claim(5)
    for run in runs:
        desk.completer.finish(run, Completed('{"text": "' + 60 * "x" + '"}'), 1.0)
    desk.completer.flush()
    assert engine.count("status = 'completed'") == 5
    commits = engine.connection.execute("SELECT count(DISTINCT xmin::text) FROM ai_job").fetchone()
    assert commits == (5,)


def test_an_ending_that_postgres_refuses_holds_up_no_other_and_is_written_without_its_texts(
    engine: Engine, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = desk.claim(2)
    updates = {
        bad.job.id: Settlement("queued", "retried", "nul \x00", "retry", 60.0, error_code="a\x00", error_message="b"),
        good.job.id: Settlement("failed", "failed", error_code="no_way", error_message="No."),
    }
    monkeypatch.setattr(desk.completer, "_decide", lambda run, _outcome: updates[run.job.id])
    for run in (bad, good):
        desk.completer.finish(run, Failed("x", "y"), 1.0)
    desk.completer.flush()
    assert (engine.row(good.job.id)["status"], engine.row(good.job.id)["error_code"]) == ("failed", "no_way")
    row = engine.row(bad.job.id)
    assert (row["status"], row["runnable"], row["error_code"]) == ("queued", False, "unexpected")
    assert row["error_message"] == UNEXPECTED


def test_a_completion_that_a_constraint_refuses_fails_that_job_alone(engine: Engine, desk: Desk) -> None:
    engine.connection.execute(
        "CREATE UNIQUE INDEX one_of_a_kind ON ai_job ((result_data ->> 'kind')) WHERE status = 'completed'"
    )
    first, second, third = desk.claim(3)
    for run, kind in ((first, "a"), (second, "a"), (third, "b")):
        desk.completer.finish(run, Completed(f'{{"kind": "{kind}"}}'), 1.0)
    desk.completer.flush()
    assert engine.count("status = 'completed'") == 2
    assert engine.count("status = 'failed' AND error_code = 'invalid_result'") == 1


class Unreadable(RuntimeError):
    """Cannot be written down."""

    def __str__(self) -> str:
        raise ValueError("no text")


@pytest.mark.usefixtures("own_tasks")
@pytest.mark.parametrize(
    ("raised", "code", "message"),
    [
        (Unreadable(), "unexpected", UNEXPECTED),
        (FinalError("no_way", None), "no_way", ""),  # type: ignore[arg-type]
        (FinalError(None, "No."), "unexpected", "No."),  # type: ignore[arg-type]
        (FinalError("nul\x00", "No\x00."), "nul\ufffd", "No\ufffd."),
        (RetryableError(7, ["text"], retry_after="5"), "7", "['text']"),  # type: ignore[arg-type]
    ],
)
def test_whatever_a_handler_raises_becomes_an_outcome_that_can_be_written(
    engine: Engine, desk: Desk, raised: BaseException, code: str, message: str
) -> None:
    run, outcome = ran(engine, raised)
    assert isinstance(outcome, Failed)
    assert (outcome.code, outcome.message) == (code, message)
    desk.completer.finish(run, outcome, 1.0)
    desk.completer.flush()
    assert engine.row(run.job.id)["error_code"] == code


@pytest.mark.usefixtures("own_tasks")
def test_a_handler_that_spoils_what_it_raises_fails_alone(engine: Engine, desk: Desk) -> None:
    spoilt = Snooze(5, "later")
    spoilt.seconds = "soon"  # type: ignore[assignment]
    _, outcome = ran(engine, spoilt)
    assert isinstance(outcome, Failed) and outcome.code == "unexpected"
    assert Snooze("5", None).seconds == 5.0  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="soon"):
        Snooze("soon", "later")  # type: ignore[arg-type]


def test_a_row_that_python_cannot_read_is_claimed_all_the_same(engine: Engine) -> None:
    jobs = [engine.enqueue().id for _ in range(3)]
    nested = 2000 * '{"a":' + "1" + 2000 * "}"
    engine.connection.execute("UPDATE ai_job SET expires_at = '10000-01-01 12:00+00' WHERE id = %s", (jobs[0],))
    engine.connection.execute("UPDATE ai_job SET run_at = '0001-01-01 00:00+00 BC' WHERE id = %s", (jobs[1],))
    engine.connection.execute("UPDATE ai_job SET request_data = %s WHERE id = %s", (nested, jobs[2]))
    assert {job.id for job, _ in engine.claim(3, connection=engine.link())} == set(jobs)


def test_a_worker_survives_a_row_that_python_cannot_read(engine: Engine) -> None:
    engine.enqueue()
    engine.connection.execute("UPDATE ai_job SET expires_at = '10000-01-01 12:00+00'")
    assert engine.drain() == 0
    assert engine.count("status = 'completed'") == 1


def test_a_job_that_breaks_its_connection_again_and_again_spends_attempts_in_the_end(engine: Engine) -> None:
    engine.enqueue()
    ((job, _),) = engine.claim()
    policy = RetryPolicy(max_attempts=2, base=1.0, cap=1.0)
    lost = database_lost()
    failure = Failed(lost.code, lost.message, retry_after=lost.retry_after)
    assert failure.code == DATABASE_LOST

    def settled(runs: int, attempt: int) -> Settlement:
        update = decide(
            job._replace(runs=runs, attempt=attempt, max_attempts=2), failure, policy, now=datetime.now(UTC), jitter=0.5
        )
        assert isinstance(update, Settlement)
        return update

    assert (settled(MAX_FREE_RUNS, 1).status, settled(MAX_FREE_RUNS, 1).spends) == ("queued", False)
    assert (settled(MAX_FREE_RUNS + 1, 1).status, settled(MAX_FREE_RUNS + 1, 1).spends) == ("queued", True)
    assert settled(MAX_FREE_RUNS + 2, 2).status == "failed"


@pytest.mark.usefixtures("own_tasks")
def test_a_job_whose_handler_kills_its_own_connection_comes_to_an_end(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.jobs.signals.DATABASE_PAUSE", 0.0)

    @task("sample_kills", schema=AnySchema, retry=RetryPolicy(max_attempts=2, base=0.0))
    def kills(ctx: JobContext, _request: dict[str, Any]) -> dict[str, Any]:
        with ctx.transaction() as connection:
            connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return {}

    job = engine.enqueue("sample_kills")
    engine.drain()
    row = engine.row(job.id)
    assert (row["status"], row["error_code"], row["attempt"]) == ("failed", DATABASE_LOST, 2)


def test_a_handler_that_idles_in_a_transaction_spends_an_attempt(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handler_store, "HANDLER_IDLE", "100ms")
    engine.enqueue()
    ((job, token),) = engine.claim()
    tools = Tools(engine)
    with pytest.raises(RetryableError) as raised, JobContext(Run(job, token, 0.0), tools).transaction() as connection:
        pid = connection.info.backend_pid
        engine.until(
            lambda: not engine.connection.execute("SELECT 1 FROM pg_stat_activity WHERE pid = %s", (pid,)).fetchone()
        )
    assert (raised.value.code, raised.value.retry_after) == ("transaction_idle", None)


def test_the_lease_is_renewed_after_a_long_transaction_that_was_rolled_back(engine: Engine) -> None:
    engine.enqueue()
    ((job, token),) = engine.claim(lease=0.0)
    context = JobContext(Run(job, token, 0.0), Tools(engine))
    with pytest.raises(ZeroDivisionError), context.transaction() as connection:
        connection.execute("SELECT pg_sleep(%s)", (engine.settings.heartbeat_interval,))
        _ = 1 / 0
    assert worker_store.rescue(engine.connection, lease=0.0, silence=60.0, held_tokens=[]) == []


@pytest.mark.parametrize(
    ("data", "stored"),
    [
        ({"text": "a\x00b"}, {"text": "a\ufffdb"}),
        ({"texts": ["\ud800", "\x00"], "k\x00": 1}, {"texts": ["?", "\ufffd"], "k\ufffd": 1}),
        ({"text": "a\\u0000b"}, {"text": "a\\u0000b"}),
    ],
)
def test_a_partial_result_may_say_what_a_model_says(
    engine: Engine, data: dict[str, Any], stored: dict[str, Any]
) -> None:
    engine.enqueue()
    ((job, token),) = engine.claim()
    context = JobContext(Run(job, token, 0.0), Tools(engine))
    with context.transaction() as connection:
        context.partial(connection, data)
    assert engine.events(job.id)[-1]["data"] == stored


def test_a_factor_that_overflows_waits_as_long_as_the_cap_allows() -> None:
    assert RetryPolicy(base=1.0, factor=1e10, cap=60.0, jitter=False).pause(100, 0.5) == 60.0


def test_the_paid_result_of_a_step_is_kept_while_no_connection_can_be_made(engine: Engine) -> None:
    engine.enqueue()
    ((job, token),) = engine.claim()
    tools = Refusing(engine, refusals=3)
    assert JobContext(Run(job, token, 0.0), tools).step("paid", lambda: {"price": 7}) == {"price": 7}
    assert tools.asked == 4
    assert engine.connection.execute("SELECT result FROM ai_job_step").fetchall() == [({"price": 7},)]


def test_the_answer_of_a_provider_counts_although_it_cannot_be_noted(engine: Engine) -> None:
    engine.enqueue()
    ((job, token),) = engine.claim()
    tools = Refusing(engine, refusals=0)
    context = JobContext(Run(job, token, 0.0), tools)
    with context.provider("acme/large"):
        tools.refusals = tools.asked + 1
    tools.refusals = tools.asked + 1
    with pytest.raises(RetryableError) as lost, context.provider("acme/large"):
        raise AssertionError("it must not be asked without knowing whether it may")
    assert lost.value.code == DATABASE_LOST
    with pytest.raises(FinalError, match="No such model"), context.provider("acme/large"):
        tools.refusals = tools.asked + 1
        raise FinalError("no_model", "No such model.")


class Refusing(Tools):
    """The database cannot be reached for the first ``refusals`` questions."""

    def __init__(self, engine: Engine, refusals: int) -> None:
        super().__init__(engine)
        self.refusals, self.asked = refusals, 0

    def connection(self) -> psycopg.Connection[Any]:
        self.asked += 1
        if self.asked <= self.refusals:
            raise psycopg.OperationalError("connection refused")
        return super().connection()
