"""The job table under everything that workers, people and time can do to it, in any order."""

from __future__ import annotations

from contextlib import suppress

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.errors import FlakyFailure, FlakyStrategyDefinition
from hypothesis.stateful import run_state_machine_as_test

from tests.jobs import guards
from tests.jobs.engine import Engine
from tests.jobs.guards import Guard, taken_out
from tests.jobs.machine import JobTable

# Not made smaller: with a database behind each step that takes longer than reading forty of them.
LONG = settings(
    max_examples=40,
    stateful_step_count=40,
    phases=[Phase.generate],
    report_multiple_bugs=False,
    database=None,
    suppress_health_check=list(HealthCheck),
)
SEARCH = settings(LONG, max_examples=200)
QUICK = (guards.TOKEN_OF_COMPLETION, guards.STATUS_OF_CLAIM)
OTHERS = (
    guards.LEASE_OF_RESCUE,
    guards.TOKEN_OF_SETTLEMENT,
    guards.TOKEN_OF_PROGRESS,
    guards.TOKEN_OF_TRANSACTIONS,
    guards.LOCK_OF_CLAIM,
    guards.SKIP_OF_CLAIM,
    guards.EXPIRY_OF_CLAIM,
    guards.OWN_JOBS_OF_RESCUE,
    guards.POISON,
    guards.CANCEL_BEFORE_RETRY,
    guards.STATUS_OF_CANCEL,
    guards.END_OF_PRUNING,
)


# What finds something, or the table that refuses it. Postgres draws lots in some statements: the same steps may end
# otherwise when Hypothesis repeats them, which it calls flaky.
FAULTS = (AssertionError, psycopg.IntegrityError, psycopg.errors.LockNotAvailable)


def run_machine(engine: Engine, how: settings) -> None:
    """Let it try; raises what it finds.

    Where the lots fell otherwise, or a step took seconds on a busy machine, Hypothesis cannot go on from steps that it knows:
    it begins anew. What it finds is never passed over.
    """
    users = [engine.user() for _ in range(3)]

    def once() -> None:
        run_state_machine_as_test(lambda: JobTable(engine, users), settings=how)  # type: ignore[arg-type]

    for _ in range(2):
        with suppress(FlakyStrategyDefinition):
            once()
            return
    once()


@pytest.mark.parametrize("how", [LONG, pytest.param(LONG, marks=pytest.mark.soak)], ids=["as always", "new examples"])
def test_whatever_happens_no_job_is_lost_doubled_or_changed_by_a_stale_worker(engine: Engine, how: settings) -> None:
    """`make soak` lets Hypothesis draw new examples (HYPOTHESIS_PROFILE=explore)."""
    run_machine(engine, how)


@pytest.mark.parametrize(
    "guard", [*QUICK, *(pytest.param(guard, marks=pytest.mark.soak) for guard in OTHERS)], ids=lambda guard: guard.what
)
def test_the_machine_notices_when_a_guard_is_missing(engine: Engine, guard: Guard) -> None:
    with taken_out(guard), pytest.raises(Exception) as found:
        run_machine(engine, SEARCH)
    faults = found.value.exceptions if isinstance(found.value, FlakyFailure) else (found.value,)
    assert all(isinstance(fault, FAULTS) for fault in faults), faults
