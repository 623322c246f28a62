"""One call to one endpoint through the official SDK: streamed, bounded in time and size, closed at once on cancel.

The SDK's own retries are off: when to ask again is the job's retry policy, never a sleep in a worker's thread.
"""

from __future__ import annotations

import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from functools import lru_cache
from types import TracebackType
from typing import Any

import openai
from openai import OpenAI
from openai.types.chat import ChatCompletionChunk

from backend.ai.calling import faults
from backend.ai.calling.provider import MAX_ANSWER, Caller, ModelAnswer, ModelCall, OnText, ProviderFault
from backend.ai.calling.sdk_faults import fault_of
from backend.config import ProviderSettings

CONNECT_TIMEOUT = 5.0  # seconds; while a connection is being made a cancel waits for this at most
NO_KEY = "none"  # for servers that need no key; the SDK insists on one, and would take one from the environment
TELL_EVERY = 0.05  # seconds between two looks at a growing answer: looking at every token would be quadratic


def _nothing() -> None:
    """Nobody waits for the provider to begin."""


def complete(
    provider: ProviderSettings,
    call: ModelCall,
    caller: Caller,
    on_text: OnText,
    on_taken: Callable[[], None] = _nothing,
) -> ModelAnswer:
    """Ask ``provider`` and read its answer to the end. ``on_taken`` is told once it has begun to answer.

    Raises ProviderFault, or whatever ``caller.checkpoint()`` raises when the work must stop; either way the
    connection is closed when this returns.
    """
    try:
        return _attempt(provider, call, caller, on_text, on_taken, plain=False)
    except openai.APIStatusError as error:
        # Some servers know neither response_format nor stream_options: ask once more without anything optional.
        if error.status_code not in (400, 422):
            raise fault_of(error, provider.name, provider.model) from error
    try:
        return replace(_attempt(provider, call, caller, on_text, on_taken, plain=True), structured=False)
    except openai.APIStatusError as error:
        raise fault_of(error, provider.name, provider.model) from error


def _attempt(
    provider: ProviderSettings,
    call: ModelCall,
    caller: Caller,
    on_text: OnText,
    on_taken: Callable[[], None],
    *,
    plain: bool,
) -> ModelAnswer:
    caller.checkpoint()
    with _Line(provider.timeout) as line, caller.on_cancel(line.hang_up), line.client(provider) as client:
        try:
            stream = _begun(client, _request(provider, call, plain))
            on_taken()
            return _read(_chunks(stream), provider, caller, on_text)
        except openai.APIStatusError:
            raise
        except (openai.APIError, _Garbled, ProviderFault) as error:
            caller.checkpoint()  # a cancel breaks the connection too, and then it is not the provider's fault
            if line.timed_out:
                raise faults.timed_out(provider.name) from error
            if isinstance(error, ProviderFault):
                raise
            raise fault_of(error, provider.name, provider.model) from error


class _Garbled(Exception):
    """What came from the provider is not what the protocol says."""


def _begun(client: OpenAI, request: dict[str, Any]) -> Iterator[ChatCompletionChunk]:
    try:
        return iter(client.chat.completions.create(**request))
    except ValueError as error:
        raise _Garbled from error


def _chunks(stream: Iterator[ChatCompletionChunk]) -> Iterator[ChatCompletionChunk]:
    """The SDK's errors are told from those of whoever uses what it read."""
    try:
        yield from stream
    except ValueError as error:
        raise _Garbled from error


def _request(provider: ProviderSettings, call: ModelCall, plain: bool) -> dict[str, Any]:
    messages = [{"role": message.role, "content": message.content} for message in call.messages]
    request: dict[str, Any] = {"model": provider.model, "messages": messages, "stream": True}
    if plain:
        shape = json.dumps(call.schema, ensure_ascii=False)
        messages[0]["content"] += f"\nAnswer with one JSON object of this schema and nothing else:\n{shape}"
        return request
    return {
        **request,
        **provider.form(call.schema_name, call.schema, call.narrow, call.most),
        "temperature": call.temperature,
        "stream_options": {"include_usage": True},
    }


def _read(
    stream: Iterator[ChatCompletionChunk], provider: ProviderSettings, caller: Caller, on_text: OnText
) -> ModelAnswer:
    pieces: list[str] = []
    length, told, finish, usage, model = 0, 0.0, None, None, provider.model
    for chunk in stream:
        caller.checkpoint()
        usage = chunk.usage or usage
        model = chunk.model or model
        for choice in chunk.choices[:1]:
            finish = choice.finish_reason or finish
            pieces.append(choice.delta.content or "")
            length += len(pieces[-1])
        if length > MAX_ANSWER:
            raise faults.bad_answer(provider.name, f"wrote more than {MAX_ANSWER:,} characters")
        if time.monotonic() - told >= TELL_EVERY:
            on_text("".join(pieces))
            told = time.monotonic()
    text = "".join(pieces)
    on_text(text)
    if finish is None:
        raise faults.unavailable(provider.name, "stopped in the middle of its answer")
    if finish == "length":
        raise faults.bad_answer(provider.name, "ran out of room before its answer was complete")
    if finish == "content_filter":
        raise faults.bad_answer(provider.name, "declined to answer")
    return ModelAnswer(
        text=text,
        provider=provider.name,
        model=model,
        tokens_in=usage.prompt_tokens if usage else None,
        tokens_out=usage.completion_tokens if usage else None,
    )


class _Line(AbstractContextManager["_Line"]):
    """The connection of one call, which another thread may cut at any moment.

    Closing a response does not wake a thread that waits in recv(); shutting its socket down does. The socket is
    learnt through the HTTP library's trace hook and duplicated, because a TLS handshake takes the original away.
    """

    def __init__(self, timeout: float) -> None:
        self.timed_out = False
        self._timeout = timeout
        self._down = False
        self._sockets: list[socket.socket] = []
        self._lock = threading.Lock()
        # A read timeout alone would let a provider that drips one token a minute go on for ever.
        self._timer = threading.Timer(timeout, self._time_out)
        self._timer.daemon = True

    def __enter__(self) -> _Line:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        self.hang_up()
        with self._lock:
            for connection in self._sockets:
                connection.close()
            self._sockets.clear()

    def client(self, provider: ProviderSettings) -> OpenAI:
        """A client whose connections this line can cut. One per call: nothing is kept alive, so nothing is shared."""
        timeout = openai.Timeout(self._timeout, connect=min(CONNECT_TIMEOUT, self._timeout))
        hooks = {"request": [lambda request: request.extensions.update(trace=self._trace)]}
        http = openai.DefaultHttpxClient(timeout=timeout, verify=_tls(), event_hooks=hooks, follow_redirects=False)
        key = provider.api_key or NO_KEY
        return OpenAI(base_url=provider.base_url, api_key=key, max_retries=0, timeout=timeout, http_client=http)

    def hang_up(self) -> None:
        """Cut the connection, or the one that is just being made."""
        with self._lock:
            self._down = True
            for connection in self._sockets:
                with suppress(OSError):  # the other side was faster
                    connection.shutdown(socket.SHUT_RDWR)

    def _time_out(self) -> None:
        self.timed_out = True
        self.hang_up()

    def _trace(self, event: str, info: dict[str, Any]) -> None:
        if not event.endswith("connect_tcp.complete"):
            return
        with self._lock:
            self._sockets.append(info["return_value"].get_extra_info("socket").dup())
        if self._down:
            self.hang_up()


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """Loading the certificates takes 20–50 ms: once a process."""
    return ssl.create_default_context()
