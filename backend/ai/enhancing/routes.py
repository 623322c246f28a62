"""Prompt generation on the paths of the customer's earlier service, trailing slashes included."""

from __future__ import annotations

import time
import uuid
from typing import Any

from flask import jsonify
from flask_smorest import Blueprint

from backend.ai.enhancing.schemas import (
    GeneratePromptSchema,
    PromptSchema,
    PromptStatusSchema,
    QueuedPromptSchema,
    WaitSchema,
)
from backend.ai.enhancing.tasks import ESTIMATE, PHASES
from backend.billing.charging import foresee
from backend.billing.errors import InsufficientTokens, SubscriptionExpired
from backend.db import db
from backend.errors import ApiError, Conflict
from backend.identity import require_actor
from backend.jobs import Job, service
from backend.jobs.http import views
from backend.jobs.http.refusals import NO_JOB, NOT_ALLOWED
from backend.jobs.http.request_schemas import IdempotencySchema
from backend.jobs.models import FINISHED, AiJob
from backend.openapi import refuses

PREFIX = "/api/v1/web-knowledge"
UNPAID = (InsufficientTokens.code, SubscriptionExpired.code)
LOOK_EVERY = 0.1  # seconds
KEY_REUSED = "The Idempotency-Key was used for another request."
UNPAID_FOR = "The plan has ended, or the credit does not suffice: `needed` and `available` say how many tokens."

blueprint = Blueprint(
    "prompts", __name__, url_prefix=PREFIX, description="A rough prompt becomes a good one, as a job."
)


class PaymentRequired(ApiError):
    """Nothing was done: there is not enough credit, or no plan any more."""

    status, code = 402, "payment_required"


@blueprint.route("/generate-prompt-async/", methods=["POST"])
@blueprint.arguments(GeneratePromptSchema)
@blueprint.arguments(IdempotencySchema, location="headers")
@blueprint.response(202, QueuedPromptSchema)
@refuses(blueprint, _403=NOT_ALLOWED, _409=KEY_REUSED)
def start_prompt(fields: dict[str, Any], headers: dict[str, Any]) -> tuple[dict[str, Any], int, dict[str, str]]:
    """Have a prompt improved. Always 202: whether there is credit, the job finds out."""
    return _accepted(_queue(fields, headers))


@blueprint.route("/generate-prompt-async/status/<uuid:task_id>/")
@blueprint.response(200, PromptStatusSchema)
@refuses(blueprint, _404=NO_JOB)
def read_prompt_status(task_id: uuid.UUID) -> dict[str, Any]:
    """How it goes."""
    return _status(service.visible_job(db.session, require_actor(), task_id))


@blueprint.route("/generate-prompt/", methods=["POST"])
@blueprint.arguments(GeneratePromptSchema)
@blueprint.arguments(WaitSchema, location="query")
@blueprint.arguments(IdempotencySchema, location="headers")
@blueprint.response(200, PromptSchema)
@blueprint.alt_response(202, schema=QueuedPromptSchema)
@refuses(blueprint, _402=UNPAID_FOR, _403=NOT_ALLOWED, _409=f"{KEY_REUSED} Or the job was cancelled, or has failed.")
def make_prompt(fields: dict[str, Any], query: dict[str, float], headers: dict[str, Any]) -> Any:
    """Have a prompt improved, and wait for it. 202 if it takes longer than one wants to wait."""
    actor = require_actor()
    try:
        foresee(db.session, actor.user_id, ESTIMATE)
    except (InsufficientTokens, SubscriptionExpired) as refusal:
        raise PaymentRequired(refusal.message, code=refusal.code, **refusal.facts) from None
    queued = _queue(fields, headers)
    given_up = time.monotonic() + query["wait"]
    while (job := service.visible_job(db.session, actor, queued.id)).status not in FINISHED:
        db.session.rollback()  # the connection goes back to the pool while we wait
        if time.monotonic() >= given_up:
            body, status, headers = _accepted(queued)
            return jsonify(QueuedPromptSchema().dump(body)), status, headers
        time.sleep(LOOK_EVERY)
    return _outcome(job)


def _queue(fields: dict[str, Any], headers: dict[str, Any]) -> Job:
    queued = service.submit(db.session, require_actor(), "generate_prompt", fields, idempotency_key=headers["key"])
    db.session.commit()
    return queued.job


def _accepted(job: Job) -> tuple[dict[str, Any], int, dict[str, str]]:
    url = f"{PREFIX}/generate-prompt-async/status/{job.id}/"
    body = {"success": True, "message": PHASES[0], "task_id": job.id, "status": "queued", "status_url": url}
    return body, 202, {"Location": url}


def _status(job: AiJob) -> dict[str, Any]:
    body: dict[str, Any] = {"status": job.status, "progress": job.progress, "message": _message(job)}
    if job.status == "completed":
        made = job.result_data or {}
        body |= {"prompt": made.get("prompt", ""), "generated_by": made.get("generated_by", "")}
    error = views.job_error(job)
    return body if error is None else {**body, "error": error}


def _message(job: AiJob) -> str:
    if job.status == "completed":
        return PHASES[100]
    if job.status == "failed":
        return job.error_message or ""
    return job.progress_message or (PHASES[0] if job.status == "queued" else PHASES[10])


def _outcome(job: AiJob) -> dict[str, Any]:
    if job.status == "completed":
        made = job.result_data or {}
        return {"success": True, "prompt": made["prompt"], "generated_by": made["generated_by"], "task_id": job.id}
    if job.error_code in UNPAID:
        raise PaymentRequired(job.error_message or "", code=job.error_code, task_id=str(job.id))
    views.job_result_response(job)  # says how it ended
    raise Conflict("The job has no result.")
