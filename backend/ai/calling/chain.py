"""The providers in their order: the next one is asked when one fails, each with one round to mend its answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

import structlog

from backend.ai.calling import faults
from backend.ai.calling.calls import call_model
from backend.ai.calling.provider import Caller, Message, ModelAnswer, ModelCall, OnText, ProviderFault
from backend.config import ProviderSettings

log = structlog.get_logger(__name__)

T = TypeVar("T")


class AnswerError(Exception):
    """An answer whose JSON has no use. The text tells the model what to do better."""


class CopiedExample(AnswerError):
    """The example handed back: asked once more without it, a model has nothing to hand back."""


class ImperfectAnswer(AnswerError):
    """One that could be better, and is used if no better one comes. ``faults``: how many the text names."""

    def __init__(self, message: str, value: Any, faults: int) -> None:
        super().__init__(message)
        self.value = value
        self.faults = faults


@dataclass(frozen=True)
class Parsed(Generic[T]):
    """What an answer means, and the answer itself."""

    value: T
    answer: ModelAnswer


def ask(
    providers: Sequence[ProviderSettings],
    call: ModelCall,
    parse: Callable[[dict[str, Any]], T],
    caller: Caller,
    on_text: OnText,
) -> Parsed[T]:
    """The first usable answer. ``parse`` raises AnswerError to have an answer mended or refused.

    When nobody gives one, raises the ProviderFault that is worth most: one that passes by itself before one that
    stays, and among those the one with the shortest wait.
    """
    found: list[ProviderFault] = []
    for provider in providers:
        try:
            return _ask_one(provider, call, parse, caller, on_text)
        except ProviderFault as fault:
            log.warning("provider_failed", provider=provider.name, model=provider.model, code=fault.code)
            found.append(fault)
    raise min(found, key=_worth)


def _ask_one(
    provider: ProviderSettings,
    call: ModelCall,
    parse: Callable[[dict[str, Any]], T],
    caller: Caller,
    on_text: OnText,
) -> Parsed[T]:
    answer = call_model(provider, call, caller, on_text)
    try:
        return Parsed(parse(_json(answer.text)), answer)
    except AnswerError as error:
        log.info("answer_mended", provider=provider.name, model=answer.model, reason=str(error))
        first = error
    try:
        second = call_model(provider, _mending(call, answer.text, first, afresh=provider.mends_afresh), caller, on_text)
    except ProviderFault:
        if isinstance(first, ImperfectAnswer):
            return Parsed(first.value, answer)
        raise
    try:
        return Parsed(parse(_json(second.text)), second)
    except AnswerError as error:
        usable = [
            (each.faults, number, Parsed(each.value, text))
            for number, (each, text) in enumerate(((error, second), (first, answer)))
            if isinstance(each, ImperfectAnswer)
        ]
        if usable:
            return min(usable, key=lambda entry: entry[:2])[2]
        raise faults.bad_answer(provider.name, "gave an unusable answer twice", senseless=True) from error


def best_of(parse: Callable[[dict[str, Any]], T], answer: dict[str, Any]) -> T:
    """What an answer means that nobody can be asked to mend any more. Raises AnswerError for one without use."""
    try:
        return parse(answer)
    except ImperfectAnswer as error:
        value: T = error.value
        return value


def _mending(call: ModelCall, text: str, error: AnswerError, *, afresh: bool) -> ModelCall:
    """The question once more, with the answer and what is wrong with it.

    Afresh: with neither the answer nor examples. A small model repeats whatever stands before it.
    """
    if afresh or isinstance(error, CopiedExample):
        system = call.messages[0]
        told = (
            f"{system.content}\n\nAnother answer was refused. {error}"  # not with the instructions: it would be drawn
        )
        return replace(call, messages=(replace(system, content=told), call.messages[-1]))
    told = f"That answer cannot be used: {error} Answer again, complete and corrected, in the same form."
    return replace(call, messages=(*call.messages, Message("assistant", text or "(empty)"), Message("user", told)))


def _json(text: str) -> dict[str, Any]:
    """The object in an answer; models without structured output like to wrap it in a code fence."""
    start, end = text.find("{"), text.rfind("}")
    try:
        value = json.loads(text[start : end + 1])
    except (ValueError, RecursionError) as error:
        raise AnswerError("It is not valid JSON.") from error
    if not isinstance(value, dict):
        raise AnswerError("It is not a JSON object.")
    return value


def _worth(fault: ProviderFault) -> tuple[bool, float]:
    return not fault.passing, fault.retry_after if fault.retry_after is not None else float("inf")
