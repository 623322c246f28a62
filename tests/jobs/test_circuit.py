"""A provider that refuses is left alone by all workers; one job finds out when it answers again; no attempts are spent."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from psycopg.rows import dict_row

from backend.jobs import FinalError, JobContext, RetryableError, registry, task
from backend.jobs.admission import circuit
from backend.jobs.admission.circuit import Asking, guarded
from backend.jobs.signals import ProviderWait
from tests.jobs.callers import Caller
from tests.jobs.engine import Engine
from tests.jobs.sample_tasks import AnySchema
from tests.jobs.test_limits import AGAIN, settle
from tests.jobs.test_waiting import waiting_for

NAME = "acme/large"


class Provider:
    """Allows ``room`` calls in a window, as many do; the window begins with its first call."""

    def __init__(self, room: int, window: float) -> None:
        self.room, self.window = room, window
        self.windows: list[list[bool]] = []  # of each window, which calls were answered
        self._began = 0.0
        self._lock = threading.Lock()

    def call(self) -> None:
        with self._lock:
            now = time.monotonic()
            if not self.windows or now - self._began >= self.window:
                self._began = now
                self.windows.append([])
            answers = self.windows[-1]
            answers.append(answers.count(True) < self.room)
            if not answers[-1]:
                raise RetryableError("busy", "Too many requests.", retry_after=self._began + self.window - now + 0.01)


provider = Provider(0, 0.0)


@pytest.fixture
def asking_task(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_tasks", dict(registry._tasks))

    @task("sample_ask", schema=AnySchema)
    def ask(ctx: JobContext, _request: dict[str, Any]) -> dict[str, Any]:
        with ctx.provider(NAME):
            provider.call()
        return {}


@pytest.fixture
def allow(monkeypatch: pytest.MonkeyPatch, asking_task: None) -> Iterator[Any]:
    def replace(room: int, window: float) -> Provider:
        made = Provider(room, window)
        monkeypatch.setattr("tests.jobs.test_circuit.provider", made)
        return made

    yield replace


def state(engine: Engine) -> dict[str, Any]:
    cursor = engine.connection.cursor(row_factory=dict_row)
    return cursor.execute("SELECT * FROM provider_circuit WHERE provider = %s", (NAME,)).fetchone() or {}


def asking(engine: Engine) -> tuple[Any, Asking]:
    """A running job that is about to ask."""
    engine.enqueue()
    [(job, token)] = engine.claim(1)
    return (job, token), Asking(NAME, job.id, token, lambda: engine.connection)


def ask(who: Asking, error: Exception | None = None) -> None:
    with guarded(who):
        if error is not None:
            raise error


def busy(seconds: float) -> RetryableError:
    return RetryableError("busy", "Too many requests.", retry_after=seconds)


def test_a_hundred_jobs_against_a_provider_that_allows_few_waste_one_call_a_window_and_no_attempt(
    engine: Engine, allow: Any
) -> None:
    """With short windows, many threads and two workers: none of them knows of a limit when the first refusal comes."""
    made = allow(20, 1.0)
    jobs = [engine.enqueue("sample_ask", max_attempts=1).id for _ in range(100)]
    with engine.worker(concurrency=4), engine.worker(concurrency=4):
        engine.until(lambda: engine.count("completed_at IS NULL") == 0)
    assert engine.count("status = 'completed'") == len(jobs)
    assert engine.count("attempt > 1") == 0
    assert all(answers.count(False) <= 1 for answers in made.windows), made.windows


def test_while_nothing_is_known_one_call_is_on_its_way_and_whoever_comes_waits_until_it_was_taken(
    engine: Engine,
) -> None:
    _, first = asking(engine)
    _, second = asking(engine)
    pauses: list[float] = []

    def taken_meanwhile(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            use.taken()

    with guarded(first) as use:
        with guarded(second._replace(pause=taken_meanwhile)):
            assert len(pauses) == 3
        ask(second._replace(pause=pauses.append))
    assert len(pauses) == 3, "the first call goes on, and holds nobody up"
    assert engine.connection.execute("SELECT job_id, answered FROM provider_lead").fetchall() == [(None, 3)]


def test_a_provider_that_has_answered_many_calls_is_trusted_until_it_refuses(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(circuit, "TRUSTED_AFTER", 3)
    _, first = asking(engine)
    _, second = asking(engine)

    def waits(_: float) -> None:
        raise InterruptedError

    for _ in range(3):
        with guarded(first), pytest.raises(InterruptedError):
            ask(second._replace(pause=waits))
    with guarded(first):
        ask(second._replace(pause=waits))
        with pytest.raises(ProviderWait):
            ask(second._replace(pause=waits), busy(0.001))
    engine.connection.execute("UPDATE provider_circuit SET state = 'closed', open_until = NULL, budget = NULL")
    with guarded(first), pytest.raises(InterruptedError):
        ask(second._replace(pause=waits))


def test_answers_of_long_ago_make_no_trust(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(circuit, "TRUSTED_AFTER", 3)
    _, first = asking(engine)
    for _ in range(4):
        ask(first)
        engine.connection.execute("UPDATE provider_lead SET counted_since = now() - interval '61 seconds'")
    assert engine.connection.execute("SELECT answered, trusted_until FROM provider_lead").fetchall() == [(1, None)]


def test_a_lead_that_says_nothing_holds_nobody_up_for_long(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(circuit, "LEAD", 0.1)
    _, first = asking(engine)
    _, second = asking(engine)
    with guarded(first), guarded(second):
        pass
    engine.connection.execute(
        "UPDATE provider_lead SET job_id = %s, token = %s, since = now() - interval '1 hour'",
        (first.job_id, first.token),
    )
    ask(second._replace(pause=lambda _: pytest.fail("it waited for a worker that died")))


def test_who_waits_goes_on_waiting_while_the_lead_passes_from_call_to_call(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a busy machine each of many calls takes its time, and a refusal of the first must not find the others under way."""
    monkeypatch.setattr(circuit, "LEAD", 1.0)
    _, first = asking(engine)
    _, second = asking(engine)
    leads: list[uuid.UUID] = []

    def another_leads(_: float) -> None:
        time.sleep(0.15)
        leads.append(uuid.uuid4())
        job_id = None if len(leads) == 8 else leads[-1]
        engine.connection.execute("UPDATE provider_lead SET job_id = %s, since = clock_timestamp()", (job_id,))

    with guarded(first):
        ask(second._replace(pause=another_leads))
    assert len(leads) == 8


def test_a_call_that_is_under_way_takes_room_in_the_window_in_which_it_may_arrive(engine: Engine) -> None:
    first, second, third = (asking(engine)[1] for _ in range(3))
    engine.connection.execute(
        "INSERT INTO provider_circuit (provider, budget, window_longest, window_shortest, forget_at) "
        "VALUES (%s, 2, '1 hour', '1 hour', now() + interval '1 day')",
        (NAME,),
    )
    with guarded(first), guarded(second):
        with pytest.raises(ProviderWait):
            ask(third)
        older(engine, "61 minutes")  # its window is over, but the two may arrive as late as now
        with pytest.raises(ProviderWait):
            ask(third)
    with pytest.raises(ProviderWait), guarded(third):  # both are answered: one probe
        ask(second)
    assert state(engine)["budget"] == 2  # it says nothing: the first of these calls was made in another window
    older(engine, "121 minutes")
    ask(first)
    ask(second)
    assert state(engine)["state"] == "closed"


def older(engine: Engine, age: str) -> None:
    """Calls become older, as if time had passed."""
    engine.connection.execute(
        "UPDATE provider_call SET asked_at = asked_at - %s::interval, answered_at = answered_at - %s::interval",
        (age, age),
    )


def test_one_refusal_keeps_everybody_from_asking_until_its_time_is_over(engine: Engine) -> None:
    _, first = asking(engine)
    _, second = asking(engine)
    with pytest.raises(ProviderWait) as waits:
        ask(first, busy(3600))
    assert 3500 < waits.value.seconds <= 3600
    with pytest.raises(ProviderWait):
        ask(second)
    ask(Asking("acme/small", second.job_id, second.token, second.connection))  # another model is another matter


def test_exactly_one_probes_and_its_success_lets_the_others_go(engine: Engine) -> None:
    _, first = asking(engine)
    _, second = asking(engine)
    with pytest.raises(ProviderWait):
        ask(first, busy(0.05))
    engine.until(lambda: state(engine)["open_until"] < datetime.now(UTC))
    parked = engine.enqueue()
    engine.connection.execute(
        "UPDATE ai_job SET runnable = false, blocked_on = %s WHERE id = %s", (f"provider:{NAME}", parked.id)
    )
    with guarded(first):
        with pytest.raises(ProviderWait):
            ask(second)
        assert not engine.row(parked.id)["runnable"]
    assert engine.row(parked.id)["runnable"]
    assert state(engine)["state"] == "closed"


def test_a_probe_that_dies_is_followed_by_another(engine: Engine) -> None:
    claimed, first = asking(engine)
    _, second = asking(engine)
    engine.connection.execute(
        "INSERT INTO provider_circuit (provider, state, open_until, probe_job, probe_token) "
        "VALUES (%s, 'half_open', now(), %s, %s)",
        (NAME, first.job_id, first.token),
    )
    with pytest.raises(ProviderWait):
        ask(second)
    settle(engine, claimed, AGAIN)  # its worker gave it back before it had an answer
    ask(second)
    assert state(engine)["state"] == "closed"


def test_outages_in_a_row_open_the_circuit_and_a_success_between_them_does_not(engine: Engine) -> None:
    _, who = asking(engine)
    down = RetryableError("down", "No answer.")
    for _ in range(2):
        with pytest.raises(RetryableError):
            ask(who, down)
    ask(who)
    for _ in range(2):
        with pytest.raises(RetryableError):
            ask(who, down)
    assert state(engine)["state"] == "closed"
    with pytest.raises(ProviderWait):
        ask(who, down)
    assert state(engine)["state"] == "open"


def test_an_error_that_is_not_the_providers_changes_nothing(engine: Engine) -> None:
    _, who = asking(engine)
    for error in (FinalError("no", "Your request is wrong."), KeyError("bug")):
        with pytest.raises(type(error)):
            ask(who, error)
    assert state(engine) == {}


def test_a_waiting_job_names_the_provider_and_until_when(engine: Engine, guest: Caller, allow: Any) -> None:
    allow(0, 3600.0)
    job = engine.enqueue("sample_ask", user_id=guest.user_id)
    engine.register()
    with engine.worker():
        engine.until(lambda: engine.row(job.id)["wait_reason"])
    row = engine.row(job.id)
    assert (row["wait_reason"], row["attempt"], row["runnable"]) == (f"provider:{NAME}", 0, False)
    found = waiting_for(guest, job.id)["provider"]
    assert (found["provider"], found["reason"]) == (NAME, "Too many requests.")
    assert found["until"] is not None
    assert engine.events(job.id)[-1]["data"]["run_at"] is not None
    assert circuit.tend(engine.connection) is not None
    assert not engine.row(job.id)["runnable"]
