"""One call for equal questions: one job asks, the others watch its answer grow, and each draws it on a canvas of its own.

Whoever asks is cancelled, killed or cut off: the next one, or the same job when it runs again, goes on where the answer
broke off. The parts that are there are handed to the model with the question, so that only the rest is paid for.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar

from backend.ai.calling.cached_calls import cached_call
from backend.ai.calling.chain import AnswerError, Parsed, ask, best_of
from backend.ai.calling.provider import Caller, Message, ModelAnswer, ModelCall
from backend.ai.streaming import answer_store
from backend.ai.streaming.prefix import Json, continued, growing, has_parts
from backend.config import ProviderSettings
from backend.jobs import JobContext

T = TypeVar("T")

LOOK_EVERY = 0.2  # seconds between two looks of those who wait for another job's answer
SAVE_EVERY = 0.3  # seconds between two savings of an answer that grows
LIVELY = 0.8  # the temperature of a variant, which shall be another one
TRY_AGAIN = (
    "Your answer broke off here. Go on: answer in the same form with what is still missing, and nothing that stands above. "
    "Leave texts empty that stand above."
)

OnGrowth = Callable[[Json], None]
"""Called with what an answer says so far, now and then while it grows."""


class Answers:
    """Asks models for one job."""

    def __init__(
        self, ctx: JobContext, providers: tuple[ProviderSettings, ...], caller: Caller, *, fresh: bool = False
    ) -> None:
        self._ctx = ctx
        self._providers = providers
        self._caller = caller
        self._fresh = fresh  # nobody else's answer: a variant shall be another one

    def ask(self, call: ModelCall, parse: Callable[[Json], T], on_growth: OnGrowth) -> Parsed[T]:
        """The answer to ``call``. Raises as ``backend.ai.calling.chain.ask``."""
        if self._fresh:
            call = replace(call, temperature=LIVELY)
        key = self._key(call)
        while True:
            with self._ctx.transaction() as connection:
                before = answer_store.take(connection, key, self._ctx.job.id, self._ctx.settings.answer_cache_seconds)
            if before is not None:
                return self._lead(key, call, before, parse, on_growth)
            followed = self._follow(key, call, parse, on_growth)
            if followed is not None:
                return followed

    def _lead(
        self, key: bytes, call: ModelCall, text: str, parse: Callable[[Json], T], on_growth: OnGrowth
    ) -> Parsed[T]:
        before = growing(text, call.schema, whole=True) if text else None
        if before is None or not has_parts(before):
            before = None
        growth = _Growth(self, key, call, before, on_growth)
        if before is not None:
            on_growth(before)
        asked = call if before is None else _going_on(call, before)
        try:
            found = ask(self._providers, asked, lambda answer: parse(growth.whole(answer)), self._caller, growth.heard)
        except BaseException:
            self._leave(key)
            raise
        whole = growth.whole(_object(found.answer.text))
        with self._ctx.transaction() as connection:
            answer_store.finish(
                connection, key, self._ctx.job.id, _written(whole), found.answer.provider, found.answer.model
            )
        return found

    def _follow(self, key: bytes, call: ModelCall, parse: Callable[[Json], T], on_growth: OnGrowth) -> Parsed[T] | None:
        """Another job's answer, once it is whole; None when nobody writes it any more, or it is of no use here."""
        seen = 0
        while True:
            with self._ctx.transaction() as connection:
                stored = answer_store.read(connection, key)
                if stored is None:
                    return None
                if not stored.done and answer_store.is_left(connection, key):
                    return None
            if stored.done:
                answer = ModelAnswer(stored.text, stored.provider or "", stored.model or "", 0, 0)
                found = Parsed(best_of(parse, _object(stored.text)), answer)
                self._caller.on_call(cached_call(call, answer, self._caller.asker, self._providers))
                return found
            if len(stored.text) > seen:
                seen = len(stored.text)
                value = growing(stored.text, call.schema)
                if value is not None:
                    on_growth(value)
            self._ctx.sleep(LOOK_EVERY)

    def save(self, key: bytes, text: str) -> None:
        """Keep an answer that is not whole yet."""
        with self._ctx.transaction() as connection:
            answer_store.save(connection, key, self._ctx.job.id, text)

    def _leave(self, key: bytes) -> None:
        """A job that has lost its claim cannot, and need not: its claim is what the others look at."""
        with suppress(Exception), self._ctx.transaction() as connection:
            answer_store.leave(connection, key, self._ctx.job.id)

    def _key(self, call: ModelCall) -> bytes:
        """Of the question, and of who may be asked: settings may have changed between two askings."""
        said = [(message.role, message.content) for message in call.messages]
        models = [(provider.base_url, provider.model) for provider in self._providers]
        own = str(self._ctx.job.id) if self._fresh else ""
        return hashlib.blake2b(json.dumps([said, call.schema, models, own]).encode(), digest_size=32).digest()


class _Growth:
    """One answer that grows: saved now and then, and told to who draws it."""

    def __init__(self, answers: Answers, key: bytes, call: ModelCall, before: Json | None, on_growth: OnGrowth) -> None:
        self._answers = answers
        self._key = key
        self._call = call
        self._before = before
        self._on_growth = on_growth
        self._saved = time.monotonic()

    def heard(self, text: str) -> None:
        """More text has come."""
        value = growing(text, self._call.schema)
        if value is None:
            return
        if time.monotonic() - self._saved >= SAVE_EVERY:
            # Before it is drawn: what people have seen is never paid for again.
            self._answers.save(self._key, text if self._before is None else _written(self.whole(value)))
            self._saved = time.monotonic()
        self._on_growth(self.whole(value))

    def whole(self, answer: Json) -> Json:
        """An answer behind what was there before."""
        return answer if self._before is None else continued(self._before, answer, self._call.schema)


def _going_on(call: ModelCall, before: Json) -> ModelCall:
    told = (Message("assistant", _written(before)), Message("user", TRY_AGAIN))
    return replace(call, messages=(*call.messages, *told))


def _written(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False)


def _object(text: str) -> Json:
    """An answer that was parsed before."""
    value: Any = json.loads(text[text.find("{") : text.rfind("}") + 1])
    if not isinstance(value, dict):
        raise AnswerError("It is not a JSON object.")
    return value
