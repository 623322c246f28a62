"""What goes to a model provider and what comes back: frozen data, and a short closed list of faults."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, Protocol

from backend.config import ProviderSettings
from backend.jobs import ProviderWait, Use

MAX_ANSWER = 1_000_000  # characters; a model that writes more has lost its way, and its stream is closed

FaultCode = Literal[
    "provider_rate_limited",
    "provider_unavailable",
    "provider_timeout",
    "provider_refused_key",
    "provider_unknown_model",
    "provider_refused_request",
    "provider_bad_answer",
    "budget_exceeded",
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
    operation: str = ""  # what the account calls it; empty: the schema's name
    narrow: Mapping[str, Any] | None = None  # the same schema with less to choose from, for a small model
    most: int = 0  # entries that a list may have to have: the instructions name so many
    temperature: float = 0.0  # diagrams should be dependable rather than surprising


@dataclass(frozen=True)
class ModelAnswer:
    """What a model wrote, with the tokens that the provider counted (None when it did not say).

    ``structured``: its form was guaranteed by the schema, not only asked for in words.
    """

    text: str
    provider: str
    model: str
    tokens_in: int | None
    tokens_out: int | None
    structured: bool = True


class ProviderFault(Exception):
    """A call that gave no usable answer. ``what`` has happened; with what follows from it, it is ``sentence``, for whoever waits.

    ``senseless``: a whole answer came, and nothing of it is to be used. ``retry_after`` is set when the moment is known
    (seconds from now) from which asking is welcome again. ``wait`` is what a job raises to be let go with all the others that
    wait for this provider.
    """

    def __init__(
        self,
        code: FaultCode,
        what: str,
        then: str = "",
        *,
        senseless: bool = False,
        retry_after: float | None = None,
        wait: ProviderWait | None = None,
    ) -> None:
        self.sentence = f"{what} {then}".rstrip()
        super().__init__(self.sentence)
        self.code = code
        self.what = what
        self.senseless = senseless
        self.retry_after = retry_after
        self.wait = wait

    @property
    def passing(self) -> bool:
        """Whether the same call may succeed later without anybody changing anything."""
        return self.code in PASSING


@dataclass(frozen=True)
class Asker:
    """On whose behalf a model is asked. ``module`` is the part of the application, for example the type of the job."""

    module: str
    user_id: uuid.UUID | None
    job_id: uuid.UUID | None


@dataclass(frozen=True)
class CallRecord:
    """One call to a model and how it ended: the account of it. Calls that were never made have none.

    ``cost`` is in US dollars. ``estimated``: the provider did not count the tokens, so they were counted by the length of
    the texts. ``error`` is the code of a fault, or ``stopped`` when the work was cancelled, lost or timed out.
    """

    operation: str
    asker: Asker
    provider: str
    model: str
    tokens_in: int
    tokens_out: int
    estimated: bool
    cost: Decimal
    latency_ms: int
    success: bool
    error: str | None = None
    cached: bool = False


class Caller(Protocol):
    """Who waits for the answer, and what the calls on its behalf have to go through."""

    @property
    def asker(self) -> Asker:
        """Who that is."""

    def checkpoint(self) -> None:
        """Raises when the work must stop."""

    def on_cancel(self, callback: Callable[[], None]) -> AbstractContextManager[Any]:
        """Within the block ``callback`` runs at once, in another thread, when the work must stop."""

    def admitted(self, provider: ProviderSettings, tokens: int, /) -> AbstractContextManager[Use]:
        """Ask ``provider`` within the block, with a call of about so many tokens; what it used is set in the ``Use``.

        Raises a ``ProviderFault`` instead of entering while the provider is to be left alone.
        """

    def on_growth(self, record: CallRecord) -> None:
        """Told now and then, while an answer comes in, what the call has come to so far."""

    def on_call(self, record: CallRecord) -> None:
        """Told of every call that was made, failures and interrupted ones included."""


OnText = Callable[[str], None]
"""Called with all text so far, now and then while the stream comes in, and once with the whole."""
