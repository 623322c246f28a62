"""The job that tries a provider: one short question, asked from where the others will be asked."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from flask import current_app

from backend.ai.calling.calls import call_model
from backend.ai.calling.job_caller import JobCaller
from backend.ai.calling.provider import FaultCode, Message, ModelAnswer, ModelCall, ProviderFault
from backend.ai.embedded import keeper
from backend.ai.embedded.catalogue import NAME as EMBEDDED
from backend.ai.providers import service
from backend.ai.providers.roster import read_provider
from backend.ai.providers.schemas import TestSchema
from backend.config import ProviderSettings, Settings
from backend.db import AnySession
from backend.errors import NotFound
from backend.identity import Actor
from backend.jobs import FinalError, JobContext, Use, task
from backend.jobs.admission import circuit
from backend.sealing import Unreadable

PATIENCE = 60.0  # seconds at most: a provider that takes longer for one word is of no use
QUESTION = ModelCall(
    (
        Message("system", "You are asked whether you can be reached. Answer with JSON of the given form."),
        Message("user", "Is anybody there? Answer with the word yes."),
    ),
    "reachable",
    {
        "type": "object",
        "properties": {"answer": {"type": "string"}},
        "required": ["answer"],
        "additionalProperties": False,
    },
)
ADVICE: dict[FaultCode, str] = {
    "provider_rate_limited": "The key works. Jobs wait until they may ask again; give it a rate that fits its limits.",
    "provider_unavailable": "Is the address right, and can this machine reach it? If so, it is out of order; jobs ask the next.",
    "provider_timeout": "Is the address right? A model that is just being loaded may answer at the next try.",
    "provider_refused_key": "Correct its key, or the account behind it.",
    "provider_unknown_model": "Correct the model's name, or the address: it ends with /v1, as a rule.",
    "provider_refused_request": "It takes no questions of this form: try another model.",
    "provider_bad_answer": "It is reached, but cannot answer in the form that is asked for: try another model.",
}


def _admit(session: AnySession, _actor: Actor, request: dict[str, Any]) -> uuid.UUID | None:
    settings: Settings = current_app.extensions["collabcanvas.settings"]
    name = request["name"]
    if name != EMBEDDED and not service.find_configured(settings, name) and not service.find_row(session, name):
        raise NotFound(f"There is no provider called “{name}”.")
    return None


@task(
    "test_provider",
    schema=TestSchema,
    queue="ai",
    access="staff",
    admit=_admit,
    summary=lambda request: f"Try the provider “{request['name']}”",
)
def test_provider(ctx: JobContext, request: dict[str, Any]) -> dict[str, Any]:
    """Ask it, whatever its circuit and rate say; one that answers is asked by everybody again."""
    provider = _provider(ctx, request["name"])
    began = time.monotonic()
    try:
        answer = call_model(provider, QUESTION, _Trial(ctx), lambda _text: None)
    except ProviderFault as fault:
        return {
            "ok": False,
            "code": fault.code,
            "message": f"{fault.what} {ADVICE[fault.code]}",
            "model": provider.model,
        }
    seconds = time.monotonic() - began
    with ctx.transaction() as connection:
        circuit.close_circuit(connection, provider.circuit)
    return {
        "ok": True,
        "code": None,
        "message": _praise(provider, answer, seconds),
        "model": answer.model,
        "structured": answer.structured,
        "seconds": round(seconds, 2),
    }


test_provider.__test__ = False  # type: ignore[attr-defined] # pytest shall not take it for one of its own


class _Trial(JobCaller):
    """Asks a provider that the others leave alone, too."""

    @contextmanager
    def admitted(self, provider: ProviderSettings, tokens: int) -> Iterator[Use]:
        self._charge.begin(provider.name, provider.model, tokens)
        yield Use(tokens)


def _provider(ctx: JobContext, name: str) -> ProviderSettings:
    if name == EMBEDDED:
        kept = keeper.installed()
        if kept is None or kept.provider is None:
            raise FinalError(
                "no_embedded_model", "The embedded model is not there; the page of providers says how it stands."
            )
        return kept.provider
    found = service.find_configured(ctx.settings, name)
    if found is None:
        try:
            with ctx.transaction() as connection:
                found = read_provider(connection, ctx.settings, name)
        except Unreadable as error:
            raise FinalError("key_unreadable", "Its key cannot be read: enter it again.") from error
    if found is None:
        raise FinalError("no_provider", f"There is no provider called “{name}” any more.")
    return replace(found, timeout=min(found.timeout, PATIENCE))


def _praise(provider: ProviderSettings, answer: ModelAnswer, seconds: float) -> str:
    form = (
        "" if answer.structured else " It knows no JSON schemas: it is told the form in words, which works less surely."
    )
    count = "" if answer.tokens_out is not None else " It does not count tokens: they are counted by length."
    return f"“{provider.name}” answered in {seconds:.1f} s with the model “{answer.model}”.{form}{count}"
