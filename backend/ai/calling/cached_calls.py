"""The account of an answer that another job's call has brought: nothing was asked, and what that saved."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from backend.ai.calling.calls import CHARACTERS_A_TOKEN, cost_of
from backend.ai.calling.provider import Asker, CallRecord, ModelAnswer, ModelCall
from backend.config import ProviderSettings


def cached_call(
    call: ModelCall, answer: ModelAnswer, asker: Asker, providers: Sequence[ProviderSettings]
) -> CallRecord:
    """``cost`` is what the call would have cost, by the length of its texts and the prices of who has answered."""
    tokens_in = sum(len(message.content) for message in call.messages) // CHARACTERS_A_TOKEN
    tokens_out = len(answer.text) // CHARACTERS_A_TOKEN
    provider = next((each for each in providers if each.name == answer.provider), None)
    return CallRecord(
        operation=call.operation or call.schema_name,
        asker=asker,
        provider=answer.provider,
        model=answer.model,
        tokens_in=tokens_in,
        tokens_out=tokens_out,
        estimated=True,
        cost=Decimal(0) if provider is None else cost_of(provider, tokens_in, tokens_out),
        latency_ms=0,
        success=True,
        cached=True,
    )
