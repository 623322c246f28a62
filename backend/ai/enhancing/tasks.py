"""The job that makes a better prompt. Its phases and their words are a published contract."""

from __future__ import annotations

import uuid
from typing import Any

from backend.ai.calling.job_caller import JobCaller
from backend.ai.enhancing.enhance import enhance
from backend.ai.enhancing.schemas import GeneratePromptSchema
from backend.ai.providers.roster import providers_of
from backend.ai.service import check_length, name_from
from backend.ai.streaming.answers import Answers
from backend.billing.charging import charged
from backend.db import AnySession
from backend.identity import Actor
from backend.jobs import JobContext, RetryPolicy, task

ESTIMATE = 700  # tokens
RETRIES, BETWEEN_RETRIES = 2, 30.0  # seconds

PHASES = {
    0: "Task queued, waiting to start...",
    10: "Initializing AI generation...",
    30: "Checking tokens...",
    50: "Generating enhanced prompt with AI...",
    70: "Waiting for AI response...",
    90: "Finalizing...",
    100: "Prompt generated successfully",
}
# So long at least a phase is shown: progress is stored ten times a second at most, and each phase is promised to be seen.
SHOWN = 0.12  # seconds


def _admit(_session: AnySession, _actor: Actor, request: dict[str, Any]) -> uuid.UUID | None:
    check_length(request["manual_prompt"], "manual_prompt", "The prompt has")
    return None


def _summary(request: dict[str, Any]) -> str:
    return f"Improve prompt · “{name_from(request['manual_prompt'])}”"


@task(
    "generate_prompt",
    schema=GeneratePromptSchema,
    queue="ai",
    retry=RetryPolicy(max_attempts=1 + RETRIES, base=BETWEEN_RETRIES, factor=1.0, cap=BETWEEN_RETRIES, jitter=False),
    admit=_admit,
    summary=_summary,
)
def generate_prompt(ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """Make a better prompt. What a model has written is never asked, or paid, for again; equal prompts share one answer."""
    with charged(ctx) as charge:
        _show(ctx, 10)
        _show(ctx, 30)
        charge.require(ESTIMATE, costs=False)
        _show(ctx, 50)
        _show(ctx, 70)
        made = ctx.step("prompt", _make, ctx, request["manual_prompt"])
        _show(ctx, 90)
    ctx.progress(100, PHASES[100])
    return {**made, "manual_prompt": request["manual_prompt"]}


def _make(ctx: JobContext, prompt: str) -> dict[str, Any]:
    providers = providers_of(ctx)
    ask = Answers(ctx, providers, JobCaller(ctx)).ask if providers else None
    made = enhance(prompt, ask, ctx.settings.max_instructions)
    return {"prompt": made.prompt, "generated_by": made.generated_by}


def _show(ctx: JobContext, percent: int) -> None:
    ctx.progress(percent, PHASES[percent])
    ctx.sleep(SHOWN)
