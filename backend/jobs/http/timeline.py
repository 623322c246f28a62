"""A job's life as stretches without gaps: it waited, for a reason, or it ran."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from backend.jobs.admission.waiting import TIMES
from backend.jobs.models import FINISHED, AiJob

Stretch = dict[str, Any]

# Why a job waits after a run that ended so.
AFTER = {"retried": "retry", "snoozed": "snoozed", "rescued": "rescued", "released": "released"}
MESSAGES = {
    **TIMES,
    "queued": "It waited for its turn.",
    "again": "It was queued again by hand.",
    "released": "Its worker stopped in good order and gave it back.",
    "blocked": "It waits for something else; see what.",
}
OUTCOMES = {
    "running": "It runs.",
    "completed": "It completed.",
    "failed": "It failed.",
    "retried": "It failed, and is tried again.",
    "snoozed": "It asked to be run again later.",
    "cancelled": "It was stopped.",
    "rescued": "Its worker was lost.",
    "released": "Its worker stopped in good order.",
}


def timeline_of(job: AiJob, attempts: Sequence[Mapping[str, Any]], now: datetime) -> list[Stretch]:
    """From the making of the job until now, or its end. ``attempts`` are those that the reader may see, the oldest first."""
    stretches: list[Stretch] = []
    since, reason, until = job.created_at, "scheduled", job.run_at if not attempts else None
    for attempt in attempts:
        began = attempt["started_at"] or attempt["ended_at"]
        stretches += _waits(since, began, reason, until)
        stretches.append(_ran(attempt, began))
        since, until = attempt["ended_at"], attempt["next_run_at"]
        reason = AFTER.get(attempt["outcome"], "again")
    if job.status == "processing" and job.started_at is not None:
        stretches += _waits(since, max(since, job.started_at), reason, until)
        stretches.append(_runs(job))
    elif job.status == "queued":
        stretches += _waits(since, None, _why_now(job, reason), job.run_at, now)
    elif not attempts or attempts[-1]["outcome"] not in FINISHED:
        stretches += _waits(since, job.completed_at, reason, until)
    return stretches


def _waits(
    since: datetime, end: datetime | None, reason: str, until: datetime | None, now: datetime | None = None
) -> list[Stretch]:
    """A pause until a set time, if there was one, and then the line."""
    found = []
    if reason in ("again", "released", "blocked"):
        return [_wait(since, end, reason)]
    if until is not None and until > since:
        over = end is not None or (now is not None and until <= now)
        found.append(
            _wait(since, until if end is None else min(until, end), reason) if over else _wait(since, None, reason)
        )
        if not over or (end is not None and until >= end):
            return found
        since = until
    return [*found, _wait(since, end, "queued")]


def _wait(start: datetime, end: datetime | None, reason: str) -> Stretch:
    return {"kind": "wait", "start": start, "end": end, "reason": reason, "message": MESSAGES[reason]}


def _why_now(job: AiJob, reason: str) -> str:
    if job.blocked_on is not None:
        return "blocked"
    return job.wait_reason if job.wait_reason in TIMES else reason


def _ran(attempt: Mapping[str, Any], began: datetime) -> Stretch:
    told = {name: attempt[name] for name in ("run", "attempt", "worker_id", "outcome", "error_code", "error_message")}
    message = OUTCOMES.get(attempt["outcome"], "It ended.")
    return {"kind": "run", "start": began, "end": attempt["ended_at"], "message": message, **told}


def _runs(job: AiJob) -> Stretch:
    told = {"run": job.runs, "attempt": job.attempt, "worker_id": job.worker_id, "outcome": "running"}
    return {"kind": "run", "start": job.started_at, "end": None, "message": OUTCOMES["running"], **told}
