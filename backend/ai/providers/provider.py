"""What goes to a model provider and what comes back: frozen data, and a short closed list of faults."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Literal, Protocol

MAX_ANSWER = 1_000_000  # characters; a model that writes more has lost its way, and its stream is closed

FaultCode = Literal[
    "provider_rate_limited",
    "provider_unavailable",
    "provider_timeout",
    "provider_refused_key",
    "provider_unknown_model",
    "provider_refused_request",
    "provider_bad_answer",
]
# Asking again later can help with these; the others stay until somebody changes a setting or the instructions.
PASSING = frozenset({"provider_rate_limited", "provider_unavailable", "provider_timeout"})


@dataclass(frozen=True)
class Message:
    """One turn of the conversation with a model."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True)
class ModelCall:
    """One question to a model, whose answer must be JSON of this schema."""

    messages: tuple[Message, ...]
    schema_name: str  # letters, digits and underscores
    schema: Mapping[str, Any]


@dataclass(frozen=True)
class ModelAnswer:
    """What a model wrote, with the tokens that the provider counted (None when it did not say)."""

    text: str
    provider: str
    model: str
    tokens_in: int | None
    tokens_out: int | None


class ProviderFault(Exception):
    """A call that gave no usable answer. The text is a sentence for the person who waits.

    ``retry_after`` is set when the provider named the moment (seconds from now) from which asking is welcome again.
    """

    def __init__(self, code: FaultCode, sentence: str, *, retry_after: float | None = None) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.retry_after = retry_after

    @property
    def passing(self) -> bool:
        """Whether the same call may succeed later without anybody changing anything."""
        return self.code in PASSING


class Caller(Protocol):
    """Who waits for the answer: a ``JobContext``, as far as a provider needs it."""

    def checkpoint(self) -> None:
        """Raises when the work must stop."""

    def on_cancel(self, callback: Callable[[], None]) -> AbstractContextManager[Any]:
        """Within the block ``callback`` runs at once, in another thread, when the work must stop."""


OnText = Callable[[str], None]
"""Called with all text so far, now and then while the stream comes in, and once with the whole."""
