"""The pure decisions: what the end of a run makes of its job, and how long a retry waits."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.jobs import Cancel, FinalError, RetryableError, RetryPolicy, Snooze
from backend.jobs.job import Job
from backend.jobs.outcome import (
    MAX_PAUSE,
    UNEXPECTED,
    Cancelled,
    Completed,
    Failed,
    Lost,
    Outcome,
    Released,
    Settlement,
    Snoozed,
    decide,
    outcome_of,
)
from backend.jobs.signals import ClaimLost, JobCancelled, JobReleased, JobTimedOut

NOW = datetime(2030, 1, 1, tzinfo=UTC)
POLICY = RetryPolicy().with_defaults(4, 2.0, 480.0)
JOB = Job(
    id=uuid.uuid4(),
    user_id=uuid.uuid4(),
    canvas_id=None,
    job_type="sample",
    queue="default",
    priority="normal",
    status="processing",
    summary=None,
    request_data={},
    progress=0,
    progress_message=None,
    error_code=None,
    error_message=None,
    attempt=1,
    max_attempts=4,
    runs=1,
    rescues=0,
    last_seq=2,
    run_at=None,
    expires_at=None,
    cancel_requested_at=None,
    created_at=NOW,
    started_at=NOW,
    completed_at=None,
    parent_id=None,
    tags=[],
    correlation_id=None,
)

seconds = st.floats(allow_nan=True, allow_infinity=True)
texts = st.text(max_size=50)
outcomes: st.SearchStrategy[Outcome] = st.one_of(
    st.builds(Completed, st.just("{}")),
    st.builds(Failed, texts, texts, final=st.booleans(), retry_after=st.none() | seconds, detail=st.none() | texts),
    st.builds(Snoozed, seconds, texts),
    st.builds(Cancelled, texts),
    st.builds(Released, texts),
    st.builds(Lost),
)
policies = st.builds(
    RetryPolicy,
    base=st.none() | st.floats(0, 1e6),
    factor=st.floats(1, 10),
    cap=st.none() | st.floats(0, 1e6),
    jitter=st.booleans(),
).map(lambda policy: policy.with_defaults(4, 2.0, 480.0))


@st.composite
def running_jobs(draw: st.DrawFn) -> Job:
    """A claimed job: the attempt that runs is within its limit."""
    most = draw(st.integers(1, 100))
    expires = draw(st.none() | st.integers(-1000, 100_000).map(lambda after: NOW + timedelta(seconds=after)))
    return JOB._replace(max_attempts=most, attempt=draw(st.integers(1, most)), expires_at=expires)


@given(running_jobs(), outcomes, policies, st.floats(0, 1, exclude_max=True))
def test_every_ending_makes_an_update_that_the_table_allows(
    job: Job, outcome: Outcome, policy: RetryPolicy, jitter: float
) -> None:
    update = decide(job, outcome, policy, now=NOW, jitter=jitter)
    assert update == decide(job, outcome, policy, now=NOW, jitter=jitter)  # nothing but its arguments decides
    if not isinstance(update, Settlement):
        assert isinstance(outcome, Completed | Lost)
        return
    assert update.status in ("queued", "failed", "cancelled")
    assert 0 <= update.pause <= MAX_PAUSE
    assert update.status == "queued" or update.pause == 0
    attempt = job.attempt if update.spends else job.attempt - 1
    assert 0 <= attempt <= job.max_attempts
    # A queued job can be claimed again: the claim counts one more attempt.
    assert update.status != "queued" or attempt + 1 <= job.max_attempts
    assert (update.status == "failed") == (update.error_code is not None and update.outcome == "failed")
    late = job.expires_at is not None and NOW + timedelta(seconds=update.pause) >= job.expires_at
    assert not (update.status == "queued" and late and update.outcome != "released")


@given(st.integers(1, 10_000), policies, st.floats(0, 1, exclude_max=True))
def test_a_pause_lies_between_nothing_and_the_cap(attempt: int, policy: RetryPolicy, jitter: float) -> None:
    assert policy.cap is not None
    assert 0 <= policy.pause(attempt, jitter) <= policy.cap
    assert policy.pause(attempt, 0.0) <= policy.pause(attempt + 1, 0.999999) or policy.jitter is False


def test_pauses_double_up_to_the_cap() -> None:
    sharp = replace(POLICY, jitter=False)
    assert [sharp.pause(attempt, 0.5) for attempt in (1, 2, 3, 4, 20)] == [2, 4, 8, 16, 480]
    assert POLICY.pause(3, 0.25) == 2.0


def test_the_first_retry_comes_within_five_seconds_by_default() -> None:
    assert POLICY.pause(1, 0.999999) < 5


def test_retry_after_spends_no_attempt_even_on_the_last_one() -> None:
    last = JOB._replace(attempt=4)
    update = decide(last, Failed("busy", "Busy.", retry_after=30.0), POLICY, now=NOW, jitter=0.5)
    assert isinstance(update, Settlement)
    assert (update.status, update.pause, update.spends, update.reason) == ("queued", 30.0, False, "retry_after")


def test_the_last_attempt_fails_the_job() -> None:
    update = decide(JOB._replace(attempt=4), Failed("flaky", "Flaky."), POLICY, now=NOW, jitter=0.5)
    assert isinstance(update, Settlement)
    assert (update.status, update.error_code) == ("failed", "flaky")


def test_a_job_is_not_queued_beyond_its_expiry() -> None:
    soon = JOB._replace(expires_at=NOW + timedelta(seconds=5))
    for outcome in (Failed("busy", "Busy.", retry_after=6.0), Snoozed(6.0, "later")):
        update = decide(soon, outcome, POLICY, now=NOW, jitter=0.5)
        assert isinstance(update, Settlement)
        assert (update.status, update.error_code) == ("failed", "expired")
    update = decide(soon, Snoozed(4.0, "later"), POLICY, now=NOW, jitter=0.5)
    assert isinstance(update, Settlement)
    assert update.status == "queued"


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (JobCancelled(), Cancelled),
        (ClaimLost(), Lost),
        (JobReleased(), Released),
        (JobTimedOut(), Failed),
        (Cancel("no"), Cancelled),
        (Snooze(1, "later"), Snoozed),
        (FinalError("a", "b"), Failed),
        (RetryableError("a", "b"), Failed),
        (SystemExit(), Failed),
    ],
)
def test_what_a_handler_raises_is_its_outcome(error: BaseException, kind: type) -> None:
    assert isinstance(outcome_of(error, POLICY), kind)


def test_an_unexpected_error_is_told_to_staff_alone() -> None:
    outcome = outcome_of(ValueError("inner\x00 detail \ud800"), replace(POLICY, final=(ValueError,)))
    assert isinstance(outcome, Failed)
    assert (outcome.code, outcome.message, outcome.final) == ("unexpected", UNEXPECTED, True)
    assert outcome.detail == "ValueError: inner\ufffd detail ?"
    assert outcome.traceback is not None
    assert "\x00" not in outcome.traceback
