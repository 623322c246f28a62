"""How jobs look in the API; the same under ``/api/jobs`` and for the paths of single features."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from backend.errors import Conflict
from backend.identity import Actor
from backend.jobs.actions import possible_actions
from backend.jobs.admission.waiting import Cause, waiting_bodies
from backend.jobs.http.timeline import timeline_of
from backend.jobs.job import Job
from backend.jobs.models import AiJob, AiJobAttempt, AiJobStep
from backend.jobs.outcome import UNEXPECTED

JOBS = "/api/jobs"


class AcceptedJob(Protocol):
    """What the answer to a request for a job needs of it."""

    @property
    def id(self) -> uuid.UUID: ...

    @property
    def job_type(self) -> str: ...

    @property
    def canvas_id(self) -> uuid.UUID | None: ...

    @property
    def status(self) -> str: ...


def job_status_body(job: AiJob | Job, actor: Actor) -> dict[str, Any]:
    """How a job stands. Shown to its owner and to staff alike."""
    body: dict[str, Any] = {
        "job_id": job.id,
        "job_type": job.job_type,
        "queue": job.queue,
        "priority": job.priority,
        "status": job.status,
        "progress": job.progress,
        "message": job.progress_message,
        "summary": job.summary,
        "user_id": job.user_id,
        "canvas_id": job.canvas_id,
        "parent_id": job.parent_id,
        "tags": job.tags,
        "attempt": job.attempt,
        "max_attempts": job.max_attempts,
        "created_at": job.created_at,
        "run_at": job.run_at,
        "expires_at": job.expires_at,
        "started_at": job.started_at,
        "completed_at": job.completed_at,
        "last_seq": job.last_seq,
        "cancel_requested": job.cancel_requested_at is not None,
        "cached": isinstance(job, AiJob) and job.cached,
        "actions": possible_actions(actor, job),
    }
    error = job_error(job)
    return body if error is None else {**body, "error": error}


def job_error(job: AiJob | Job) -> dict[str, str] | None:
    """Why the job failed, or why it is being tried again."""
    if job.error_code is None:
        return None
    return {
        "code": job.error_code,
        "message": job.error_message or UNEXPECTED,
        "correlation_id": job.correlation_id or str(job.id),
    }


def job_detail_body(
    job: AiJob, attempts: Sequence[AiJobAttempt], steps: Sequence[AiJobStep], causes: Sequence[Cause], actor: Actor
) -> dict[str, Any]:
    """A job with its request, its attempts, its steps and what it waits for. What went wrong inside is for staff alone."""
    told = [_attempt(attempt, actor) for attempt in attempts]
    return {
        **job_status_body(job, actor),
        "request_data": job.request_data,
        "cache_key": job.cache_key,
        "attempts": told,
        "timeline": timeline_of(job, told, datetime.now(UTC)),
        "steps": [_step(step) for step in steps],
        "waiting_for": waiting_bodies(causes, staff=actor.sees_all),
    }


def _step(step: AiJobStep) -> dict[str, Any]:
    return {
        "name": step.name,
        "started_at": step.started_at,
        "ended_at": step.ended_at,
        "duration_ms": round((step.ended_at - step.started_at).total_seconds() * 1000),
    }


def _attempt(attempt: AiJobAttempt, actor: Actor) -> dict[str, Any]:
    hidden = attempt.error_code == "unexpected" and not actor.sees_all
    body = {
        "run": attempt.run,
        "attempt": attempt.attempt,
        "worker_id": attempt.worker_id,
        "started_at": attempt.started_at,
        "ended_at": attempt.ended_at,
        "outcome": attempt.outcome,
        "error_code": attempt.error_code,
        "error_message": UNEXPECTED if hidden else attempt.error_message,
        "next_run_at": attempt.next_run_at,
    }
    return {**body, "traceback": attempt.traceback} if actor.sees_all and attempt.traceback else body


def job_result_response(job: AiJob) -> dict[str, Any]:
    """The result of a completed job. Raises Conflict for any other: it says how the job stands, and why it failed."""
    if job.status == "failed":
        raise Conflict(
            f"The job failed: {job.error_message}", code="job_failed", job_status="failed", error=job_error(job)
        )
    if job.status == "cancelled":
        raise Conflict("The job was cancelled; it has no result.", code="job_cancelled", job_status="cancelled")
    if job.status != "completed":
        raise Conflict(
            "The job has not finished yet; ask again later, or follow its events.",
            code="not_finished",
            job_status=job.status,
            progress=job.progress,
        )
    return {
        "job_id": job.id,
        "job_type": job.job_type,
        "canvas_id": job.canvas_id,
        "status": job.status,
        "completed_at": job.completed_at,
        "result": job.result_data or {},
    }


def cancel_response(job: AiJob) -> dict[str, Any]:
    """What the answer to a cancel says."""
    stopped = job.status == "cancelled"
    return {
        "success": True,
        "message": "The job is cancelled."
        if stopped
        else "The job was asked to stop; it stops at its next checkpoint.",
        "job_id": job.id,
        "status": job.status,
    }


def accepted_response(job: AcceptedJob, *, created: bool, equal: bool = False, cached: bool = False) -> dict[str, Any]:
    """What the answer to a request for a job says."""
    url = f"{JOBS}/{job.id}"
    return {
        "success": True,
        "message": _accepted_message(created, equal, cached),
        "job_id": job.id,
        "job_type": job.job_type,
        "canvas_id": job.canvas_id,
        "status": job.status,
        "status_url": url,
        "result_url": f"{url}/result",
        "events_url": f"{url}/events",
        "cached": cached,
    }


def _accepted_message(created: bool, equal: bool, cached: bool) -> str:
    if cached:
        return "The result was there already."
    if created:
        return "The job is queued."
    return "An equal job is there already." if equal else "This job was made by an earlier request with the same key."
