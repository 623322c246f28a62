"""The one place where a model is asked: every call is admitted before, and accounted for after, however it ends."""

from __future__ import annotations

import time
from decimal import Decimal

from backend.ai.calling.provider import Caller, CallRecord, ModelAnswer, ModelCall, OnText, ProviderFault
from backend.config import ProviderSettings

CHARACTERS_A_TOKEN = 4  # about, in English; where a provider does not count
USUAL_ANSWER = 500  # tokens that an answer is expected to have before it is there
NOTE_EVERY = 0.5  # seconds between two notes of what an answer has come to
STOPPED = "stopped"
MILLION = 1_000_000


def call_model(provider: ProviderSettings, call: ModelCall, caller: Caller, on_text: OnText) -> ModelAnswer:
    """Ask ``provider`` and read its answer to the end.

    Raises ProviderFault, or what ``caller.checkpoint()`` raises. ``caller.on_call`` is told before this returns or raises,
    unless the provider was not asked at all.
    """
    # Imported with the first call: the SDK takes a second to load, which the start of every process would pay.
    from backend.ai.calling.openai_compatible import complete  # noqa: PLC0415

    account = _Account(provider, call, caller)
    with caller.admitted(provider, account.prompt_tokens + USUAL_ANSWER) as use:
        account.begin()

        def heard(text: str) -> None:
            account.heard = len(text)
            if account.due():
                caller.on_growth(account.so_far())
            on_text(text)

        def settle(record: CallRecord) -> None:
            use.tokens = record.tokens_in + record.tokens_out
            caller.on_call(record)

        try:
            answer = complete(provider.located(caller.checkpoint), call, caller, heard, use.taken)
        except BaseException as error:
            settle(account.failed(error))
            raise
        settle(account.answered(answer))
    return answer


class _Account:
    """What one call has used so far."""

    def __init__(self, provider: ProviderSettings, call: ModelCall, caller: Caller) -> None:
        self.prompt_tokens = sum(len(message.content) for message in call.messages) // CHARACTERS_A_TOKEN + 1
        self.heard = 0  # characters of the answer
        self._provider = provider
        self._call = call
        self._caller = caller
        self._began = 0.0
        self._noted = 0.0

    def begin(self) -> None:
        """The call is made now."""
        self._began = time.monotonic()

    def due(self) -> bool:
        """Whether it is time to note what has come; asked once for each note."""
        now = time.monotonic()
        if now - self._noted < NOTE_EVERY:
            return False
        self._noted = now
        return True

    def so_far(self) -> CallRecord:
        """The account of an answer that is still coming."""
        return self._record(self._provider.model, None, None)

    def answered(self, answer: ModelAnswer) -> CallRecord:
        """The account of a whole answer."""
        return self._record(answer.model, answer.tokens_in, answer.tokens_out)

    def failed(self, error: BaseException) -> CallRecord:
        """The account of a call that broke off. What was never answered with a word costs nothing."""
        code = error.code if isinstance(error, ProviderFault) else STOPPED
        unheard = 0 if self.heard == 0 else None
        return self._record(self._provider.model, unheard, unheard, code)

    def _record(
        self, model: str, counted_in: int | None, counted_out: int | None, error: str | None = None
    ) -> CallRecord:
        tokens_in = self.prompt_tokens if counted_in is None else counted_in
        tokens_out = -(-self.heard // CHARACTERS_A_TOKEN) if counted_out is None else counted_out
        return CallRecord(
            operation=self._call.operation or self._call.schema_name,
            asker=self._caller.asker,
            provider=self._provider.name,
            model=model,
            tokens_in=tokens_in,
            tokens_out=tokens_out,
            estimated=counted_in is None or counted_out is None,
            cost=cost_of(self._provider, tokens_in, tokens_out),
            latency_ms=round((time.monotonic() - self._began) * 1000),
            success=error is None,
            error=error,
        )


def cost_of(provider: ProviderSettings, tokens_in: int, tokens_out: int) -> Decimal:
    """US dollars, by the provider's prices."""
    price_in, price_out = Decimal(str(provider.price_in)), Decimal(str(provider.price_out))
    return (tokens_in * price_in + tokens_out * price_out) / MILLION
