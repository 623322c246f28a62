"""How often a provider may be asked holds over all workers; who comes too early waits, and is let go when there is room."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from backend.jobs import FinalError
from backend.jobs.admission import circuit
from backend.jobs.admission.circuit import Asking, Rate, guarded
from backend.jobs.signals import ProviderWait
from tests.jobs.callers import Caller
from tests.jobs.engine import Engine
from tests.jobs.test_circuit import NAME, ask, busy
from tests.jobs.test_circuit_commands import park
from tests.jobs.test_waiting import waiting_for

SIXTY = Rate(calls=60)  # ten at once


def asking(engine: Engine, rate: Rate, tokens: float = 0.0) -> Asking:
    """A running job that is about to ask."""
    engine.enqueue()
    [(job, token)] = engine.claim(1)
    return Asking(NAME, job.id, token, lambda: engine.connection, rate, tokens)


def asked_at_once(who: Asking, times: int = 200) -> int:
    """How many calls are made before one is refused."""
    for made in range(times):
        try:
            ask(who)
        except ProviderWait as wait:
            assert wait.why == "rate"
            return made
    return times


def pass_time(engine: Engine, seconds: float) -> None:
    """The buckets fill as if time had passed."""
    engine.connection.execute("UPDATE provider_rate SET filled_at = filled_at - %s * interval '1 second'", (seconds,))


def test_without_a_rate_nothing_is_counted(engine: Engine) -> None:
    assert asked_at_once(asking(engine, Rate()), 30) == 30
    assert engine.connection.execute("SELECT FROM provider_rate").rowcount == 0


@pytest.mark.parametrize("calls", [1, 6, 10, 60, 97, 600])
def test_no_minute_has_more_calls_than_the_rate_says_and_a_long_time_about_as_many(engine: Engine, calls: int) -> None:
    who = asking(engine, Rate(calls=calls))
    step = 2.5
    made = []
    for _ in range(100):
        made.append(asked_at_once(who, 1_000))
        pass_time(engine, step)
    window = round(60 / step)
    # As many look as there are steps in a minute; the real time that the test takes adds a little.
    assert max(sum(made[at : at + window]) for at in range(100)) <= calls + 1 + 0.1 * calls
    assert sum(made) >= calls * 100 * step / 60 * 0.8 - 1


def test_a_rate_holds_over_many_who_ask_at_the_same_time(engine: Engine) -> None:
    admitted: list[int] = []

    def run(connection: Any, who: Asking) -> None:
        admitted.append(asked_at_once(who._replace(connection=lambda: connection)))

    threads = [threading.Thread(target=run, args=(engine.connect(), asking(engine, SIXTY))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 10 <= sum(admitted) <= 11  # one more if the eight took a second


def test_who_comes_too_early_is_told_when_there_is_room(engine: Engine) -> None:
    who = asking(engine, Rate(calls=6))
    ask(who)
    with pytest.raises(ProviderWait) as waits:
        ask(who)
    assert 5 < waits.value.seconds <= 10
    assert "as often as we may" in waits.value.reason
    assert "costs nothing" in waits.value.reason
    pass_time(engine, 10)
    ask(who)


def test_a_call_that_the_circuit_forbids_takes_nothing_of_the_rate(engine: Engine) -> None:
    who = asking(engine, Rate(calls=12))
    with pytest.raises(ProviderWait) as waits:
        ask(who, busy(3600))
    assert waits.value.why == "busy"
    for _ in range(5):
        with pytest.raises(ProviderWait) as waits:
            ask(asking(engine, Rate(calls=12)))
        assert waits.value.why == "busy"
    circuit.close_circuit(engine.connection, NAME)
    assert asked_at_once(who) == 1  # two at once, of which one was made before


def test_waiting_jobs_are_let_go_as_many_as_there_is_room_for(engine: Engine) -> None:
    who = asking(engine, SIXTY)
    asked_at_once(who)
    jobs = [park(engine) for _ in range(5)]
    circuit.tend(engine.connection)
    assert sum(engine.row(job.id)["runnable"] for job in jobs) <= 1
    pass_time(engine, 3)
    assert circuit.tend(engine.connection) is not None
    assert 2 <= sum(engine.row(job.id)["runnable"] for job in jobs) <= 4
    pass_time(engine, 60)
    circuit.tend(engine.connection)
    assert all(engine.row(job.id)["runnable"] for job in jobs)


def test_a_rate_that_is_taken_away_holds_nobody(engine: Engine) -> None:
    who = asking(engine, Rate(calls=1))
    ask(who)
    parked = park(engine)
    with pytest.raises(ProviderWait):
        ask(who)
    ask(who._replace(rate=Rate()))
    circuit.tend(engine.connection)
    assert engine.row(parked.id)["runnable"]


def test_a_rate_that_is_raised_counts_at_once(engine: Engine) -> None:
    who = asking(engine, Rate(calls=1))
    assert asked_at_once(who) == 1
    pass_time(engine, 1)
    assert asked_at_once(who._replace(rate=Rate(calls=600))) >= 5


def test_tokens_that_were_not_used_are_given_back(engine: Engine) -> None:
    who = asking(engine, Rate(tokens=6_000), tokens=900)  # a thousand at once
    for _ in range(3):
        with guarded(who) as use:
            use.tokens = 10
    with guarded(who):
        pass
    with pytest.raises(ProviderWait):
        ask(who)


def test_a_call_that_used_more_than_expected_makes_the_others_wait_until_it_is_paid(engine: Engine) -> None:
    who = asking(engine, Rate(tokens=6_000), tokens=10)
    with guarded(who) as use:
        use.tokens = 6_000
    parked = park(engine)
    with pytest.raises(ProviderWait) as waits:
        ask(who)
    assert 50 < waits.value.seconds < 70
    circuit.tend(engine.connection)
    assert not engine.row(parked.id)["runnable"]
    pass_time(engine, 61)
    ask(who)


def test_a_call_larger_than_the_bucket_is_made_when_it_is_full(engine: Engine) -> None:
    who = asking(engine, Rate(tokens=6_000), tokens=50_000)
    ask(who)
    with pytest.raises(ProviderWait):
        ask(who)


def test_what_a_failed_call_used_is_settled_too(engine: Engine) -> None:
    who = asking(engine, Rate(tokens=6_000), tokens=900)
    for _ in range(3):
        with pytest.raises(FinalError), guarded(who) as use:
            use.tokens = 0
            raise FinalError("no", "Your request is wrong.")
    ask(who)


def test_a_job_that_waits_for_the_rate_says_so_and_until_when(engine: Engine, guest: Caller) -> None:
    who = asking(engine, Rate(calls=1))
    ask(who)
    with pytest.raises(ProviderWait):
        ask(who)
    job = engine.enqueue(user_id=guest.user_id)
    engine.connection.execute(
        "UPDATE ai_job SET runnable = false, run_at = now() + interval '1 minute', blocked_on = %s WHERE id = %s",
        (f"provider:{NAME}", job.id),
    )
    found = waiting_for(guest, job.id)["provider"]
    assert (found["provider"], found["trouble"]) == (NAME, "rate")
    assert found["until"] is not None
    assert found["message"].startswith(
        f"The provider “{NAME}” is asked as often as we may just now. Your job waits until "
    )
