"""The guards of the engine's statements, and a way to take one out: a test that cannot fail without its guard shows nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import LiteralString, NamedTuple

from backend.jobs import store


class Guard(NamedTuple):
    """A part of statements without which they still run. ``cuts``: (statement, text, what stands there instead)."""

    what: str
    cuts: tuple[tuple[str, str, str], ...]


TOKEN_OF_COMPLETION = Guard(
    "the claim token of a completion", (("complete_jobs", " AND ai_job.claim_token = done.token", ""),)
)
TOKEN_OF_SETTLEMENT = Guard(
    "the claim token of every other ending",
    (
        ("settle_jobs", " AND ai_job.claim_token = ending.token", ""),
        ("settle_jobs", " AND ai_job.claim_token = held.token", ""),
    ),
)
TOKEN_OF_PROGRESS = Guard(
    "the claim token of progress", (("report_progress", " AND ai_job.claim_token = report.token", ""),)
)
TOKEN_OF_TRANSACTIONS = Guard(
    "the claim token of a handler's transactions",
    (("fence_job", " AND claim_token = %(token)s", ""), ("append_partial", " AND claim_token = %(token)s", "")),
)
EVERY_TOKEN = Guard(
    "every claim token",
    TOKEN_OF_COMPLETION.cuts + TOKEN_OF_SETTLEMENT.cuts + TOKEN_OF_PROGRESS.cuts + TOKEN_OF_TRANSACTIONS.cuts,
)
STATUS_OF_CLAIM = Guard(
    "the status in the claim",
    (
        ("claim_jobs", "queue = served.queue AND status = 'queued' AND", "queue = served.queue AND"),
        ("claim_jobs", "queue = wanted.queue AND status = 'queued' AND", "queue = wanted.queue AND"),
    ),
)
LOCK_OF_CLAIM = Guard("the row lock of the claim", (("claim_jobs", "FOR UPDATE SKIP LOCKED", ""),))
SKIP_OF_CLAIM = Guard("SKIP LOCKED in the claim", (("claim_jobs", "FOR UPDATE SKIP LOCKED", "FOR UPDATE"),))
EXPIRY_OF_CLAIM = Guard(
    "the expiry in the claim",
    tuple(
        (name, " AND (expires_at IS NULL OR expires_at > now())", "") for name in ("claim_jobs", "claim_limited_jobs")
    ),
)
LEASE_OF_RESCUE = Guard("the lease in the rescue", (("rescue_jobs", "lease_until < clock_timestamp()", "true"),))
OWN_JOBS_OF_RESCUE = Guard(
    "a rescuer's own jobs", (("rescue_jobs", "ai_job.claim_token <> ALL (%(held_tokens)s::uuid[])", "true"),)
)
POISON = Guard("the count of rescues", (("rescue_jobs", "rescues + 1 >= %(poison_rescues)s", "false"),))
CANCEL_BEFORE_RETRY = Guard(
    "a cancel comes before a retry",
    (("settle_jobs", "AND ai_job.cancel_requested_at IS NOT NULL THEN", "AND false THEN"),),
)
STATUS_OF_CANCEL = Guard("the status in a cancel", (("cancel_queued_jobs", " AND status = 'queued'", ""),))
END_OF_PRUNING = Guard(
    "only finished jobs are pruned",
    (
        ("prune_jobs", "status IN ('completed', 'failed', 'cancelled')\n        AND completed_at <", "created_at <"),
        ("prune_jobs", "AND completed_at >= %(after)s::timestamptz", "AND created_at >= %(after)s::timestamptz"),
        ("prune_jobs", "OR completed_at <", "OR created_at <"),
        ("prune_jobs", "AND completed_at < now() - %(days)s * interval '1 day'\n        -- What", "-- What"),
    ),
)


def without(name: str, text: str, guard: Guard) -> str:
    """``text`` of the statement ``name`` with the guard taken out."""
    for statement, old, new in guard.cuts:
        if statement == name:
            if old not in text:
                raise LookupError(f"{name}.sql has no “{old}” any more: say anew how to take out {guard.what}")
            text = text.replace(old, new)
    return text


@contextmanager
def taken_out(guard: Guard) -> Iterator[None]:
    """The engine of this process without one of its guards."""
    whole = store.statement

    def cut(name: str) -> LiteralString:
        return without(name, whole(name), guard)

    store.statement = cut  # type: ignore[assignment]
    try:
        yield
    finally:
        store.statement = whole
