"""A small real HTTP server that speaks the OpenAI protocol, with faults to order.

It listens on 127.0.0.1 and knows ``/v1/chat/completions`` (streaming too) and ``/v1/models``. Each request takes the next
scripted ``Answer``; ``AI_PROVIDERS`` of any process may point to it (``server.provider()``), so that it serves unit,
acceptance and browser tests alike. It is as strict as the real thing about keys, model names and JSON schemas.
"""

from __future__ import annotations

import json
import select
import socket
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, cast

KEY = "key-of-the-tests"
MODEL = "model-of-the-tests"
HANG_LIMIT = 60.0  # seconds after which a hanging answer gives up, so that no test leaves a thread behind

Body = dict[str, Any]
Text = str | dict[str, Any] | Callable[[Body], "str | dict[str, Any]"]


@dataclass(frozen=True)
class Answer:
    """What one request gets. Sizes are characters, durations seconds, positions count streamed chunks."""

    text: Text = ""
    chunk: int = 12
    delay: float = 0.0  # before each chunk
    status: int = 200
    retry_after: str | None = None
    message: str = "scripted failure"
    hang_before: bool = False  # accept the request, never answer
    hang_after: int | None = None  # send so many chunks, then fall silent
    cut_after: int | None = None  # send so many chunks, then drop the connection
    error_after: int | None = None  # send so many chunks, then an error object inside the stream
    raw: bytes | None = None  # the whole body instead of a well-formed one
    finish_reason: str = "stop"
    refuses: tuple[str, ...] = ()  # parameters of the request that this server does not know: 400
    gate: threading.Event | None = None  # wait for it before the last chunk
    gate_after: int | None = (
        None  # wait after so many chunks instead, saying nothing in one chunk after the other meanwhile
    )


class Allowance:
    """Room for so many calls in a window of so many seconds, as many providers have it; a window begins with its first call."""

    def __init__(self, room: int, window: float) -> None:
        self.room, self.window = room, window
        self.windows: list[list[bool]] = []  # of each window, which calls were taken
        self._began = 0.0

    def take(self) -> float | None:
        """Seconds until the next window, for a call too many; None for one that is taken."""
        now = time.monotonic()
        if not self.windows or now - self._began >= self.window:
            self._began = now
            self.windows.append([])
        calls = self.windows[-1]
        calls.append(calls.count(True) < self.room)
        return None if calls[-1] else self._began + self.window - now


@dataclass
class Recorded:
    """One request as it came in, and how its answer ended."""

    path: str
    headers: dict[str, str]
    body: Body
    received_at: float = field(default_factory=time.monotonic)
    chunks_sent: int = 0
    streaming: threading.Event = field(default_factory=threading.Event)  # set with the first chunk sent
    finished: threading.Event = field(default_factory=threading.Event)
    closed_by_client: threading.Event = field(default_factory=threading.Event)
    closed_at: float | None = None

    @property
    def prompt(self) -> str:
        """All that the model was told, as one text."""
        return "\n".join(str(message["content"]) for message in self.body.get("messages", []))

    @property
    def schema(self) -> dict[str, Any] | None:
        """The JSON schema that the answer must have, if one was asked for."""
        asked = self.body.get("response_format") or {}
        found: dict[str, Any] | None = (asked.get("json_schema") or {}).get("schema")
        return found


class ProtocolServer:
    """Use as a context manager. ``script()`` queues answers; a request that finds none gets ``otherwise``."""

    def __init__(self, *, key: str = KEY, models: tuple[str, ...] = (MODEL,)) -> None:
        self.key = key
        self.models = models
        self.requests: list[Recorded] = []
        self.otherwise = Answer(status=500, message="nothing was scripted for this request")
        self.allowance: Allowance | None = None  # beyond it: 429, and nothing of the script is used up
        self._script: deque[Answer] = deque()
        self._lock = threading.Lock()
        self._arrived = threading.Condition(self._lock)
        self._http = _Http(("127.0.0.1", 0), _Handler)
        self._http.owner = self
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> ProtocolServer:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.stopping.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    @property
    def url(self) -> str:
        """Base URL as the SDK wants it."""
        return f"http://127.0.0.1:{self._http.server_port}/v1"

    def provider(self, **changes: Any) -> dict[str, Any]:
        """One entry of ``AI_PROVIDERS`` that leads here."""
        return {"name": "test", "base_url": self.url, "model": self.models[0], "api_key": self.key, **changes}

    def script(self, *answers: Answer | Text) -> None:
        """Queue answers; a text or object stands for a well-formed answer with that content."""
        with self._lock:
            self._script.extend(a if isinstance(a, Answer) else Answer(text=a) for a in answers)

    def wait_for_requests(self, count: int, timeout: float = 30.0) -> list[Recorded]:
        """The first ``count`` requests, once they are here."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: len(self.requests) >= count, timeout):
                raise TimeoutError(f"{len(self.requests)} of {count} requests came within {timeout:g} s")
            return self.requests[:count]

    def take(self, recorded: Recorded) -> Answer:
        """Note a request and hand out its answer."""
        with self._arrived:
            self.requests.append(recorded)
            self._arrived.notify_all()
            wait = None if self.allowance is None else self.allowance.take()
            if wait is not None:
                return Answer(status=429, retry_after=f"{wait + 0.01:.2f}")
            return self._script.popleft() if self._script else self.otherwise


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    owner: ProtocolServer

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self.stopping = threading.Event()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is what some tests are about: nothing to print."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Http

    def log_message(self, format: str, *args: Any) -> None:
        """Tests print what they need."""

    def do_GET(self) -> None:
        if self.path.rstrip("/") != "/v1/models":
            return self._error(404, f"Unknown request URL: GET {self.path}", "unknown_url")
        if not self._authorised():
            return None
        rows = [{"id": name, "object": "model", "created": 0, "owned_by": "tests"} for name in self.server.owner.models]
        return self._json(200, {"object": "list", "data": rows})

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.rstrip("/") != "/v1/chat/completions":
            return self._error(404, f"Unknown request URL: POST {self.path}", "unknown_url")
        body: Body = json.loads(raw)
        recorded = Recorded(self.path, {k.lower(): v for k, v in self.headers.items()}, body)
        answer = self.server.owner.take(recorded)
        try:
            if self._authorised() and self._acceptable(body, answer):
                self._answer(recorded, answer)
        except (ConnectionError, _ClientGone):
            self._note_closed(recorded)
        finally:
            recorded.finished.set()
        return None

    def _answer(self, recorded: Recorded, answer: Answer) -> None:
        if answer.hang_before:
            self._idle(HANG_LIMIT)
            self.close_connection = True
        elif answer.status != 200:
            headers = {"Retry-After": answer.retry_after} if answer.retry_after else {}
            if answer.raw is not None:
                self._bytes(answer.status, answer.raw, "application/json", headers)
            else:
                self._error(answer.status, answer.message, "scripted", headers)
        elif recorded.body.get("stream"):
            self._stream(recorded, answer)
        elif answer.raw is not None:
            self._bytes(200, answer.raw, "application/json", {})
        else:
            self._idle(answer.delay)
            self._json(200, self._completion(recorded.body, answer))

    def _stream(self, recorded: Recorded, answer: Answer) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        if answer.raw is not None:
            self._send(answer.raw)
            self._send(b"")
            return
        events = list(self._events(recorded.body, answer))
        for position, event in enumerate(events):
            if position in (answer.cut_after, answer.error_after):
                if position == answer.error_after:
                    self._event({"error": {"message": answer.message, "type": "server_error"}})
                self.close_connection = True
                return  # no closing chunk: the client sees a broken transfer
            if position == answer.hang_after:
                self._idle(HANG_LIMIT)
            if answer.gate is not None and position == answer.gate_after:
                self._wait(answer.gate, event)
            elif answer.gate is not None and answer.gate_after is None and position == len(events) - 3:
                self._wait(answer.gate)
            self._idle(answer.delay)
            self._event(event)
            recorded.chunks_sent += 1
            recorded.streaming.set()
        self._send(b"data: [DONE]\n\n")
        self._send(b"")

    def _events(self, body: Body, answer: Answer) -> Iterator[Body]:
        text = _text(answer, body)
        base = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 0, "model": body["model"]}
        for start in range(0, len(text), answer.chunk):
            delta = {"role": "assistant", "content": text[start : start + answer.chunk]}
            yield {**base, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]}
        yield {**base, "choices": [{"index": 0, "delta": {}, "finish_reason": answer.finish_reason}]}
        if (body.get("stream_options") or {}).get("include_usage"):
            yield {**base, "choices": [], "usage": _usage(body, text)}

    def _completion(self, body: Body, answer: Answer) -> Body:
        text = _text(answer, body)
        message = {"role": "assistant", "content": text}
        return {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 0,
            "model": body["model"],
            "choices": [{"index": 0, "message": message, "finish_reason": answer.finish_reason}],
            "usage": _usage(body, text),
        }

    def _authorised(self) -> bool:
        if self.headers.get("Authorization") == f"Bearer {self.server.owner.key}":
            return True
        self._error(401, "Incorrect API key provided.", "invalid_api_key")
        return False

    def _acceptable(self, body: Body, answer: Answer) -> bool:
        if body.get("model") not in self.server.owner.models:
            self._error(404, f"The model `{body.get('model')}` does not exist.", "model_not_found")
            return False
        unknown = [name for name in answer.refuses if name in body]
        if unknown:
            self._error(400, f"Unsupported parameter: '{unknown[0]}'.", "unsupported_parameter")
            return False
        asked = body.get("response_format") or {}
        complaint = None
        if asked.get("type") == "json_schema" and asked["json_schema"].get("strict"):
            complaint = strict_schema_complaint(asked["json_schema"]["schema"])
        if complaint:
            self._error(400, f"Invalid schema for response_format: {complaint}", "invalid_request_error")
        return complaint is None

    def _error(self, status: int, message: str, code: str, headers: dict[str, str] | None = None) -> None:
        self._json(status, {"error": {"message": message, "type": code, "code": code, "param": None}}, headers)

    def _json(self, status: int, body: Body, headers: dict[str, str] | None = None) -> None:
        self._bytes(status, json.dumps(body).encode(), "application/json", headers or {})

    def _bytes(self, status: int, body: bytes, content_type: str, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": content_type, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _event(self, event: Body) -> None:
        self._send(b"data: " + json.dumps(event, ensure_ascii=False).encode() + b"\n\n")

    def _send(self, data: bytes) -> None:
        """One chunk of the chunked transfer; an empty one ends it."""
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))

    def _wait(self, gate: threading.Event, event: Body | None = None) -> None:
        """Until the gate opens; with an event, its like without a word is sent as long as it does not."""
        deadline = time.monotonic() + HANG_LIMIT
        while not gate.is_set() and time.monotonic() < deadline:
            self._idle(0.01 if event is None else 0.05)
            if event is not None:
                self._event({**event, "choices": [{"index": 0, "delta": {"content": ""}, "finish_reason": None}]})

    def _idle(self, seconds: float) -> None:
        """Let time pass; raises ``_ClientGone`` as soon as the client has closed the connection."""
        deadline = time.monotonic() + seconds
        while not self.server.stopping.is_set():
            left = deadline - time.monotonic()
            connection = cast(socket.socket, self.connection)
            readable, _, _ = select.select([connection], [], [], max(0.0, min(left, 0.05)))
            if readable and connection.recv(1, socket.MSG_PEEK) == b"":
                raise _ClientGone
            if left <= 0:
                return
        raise _ClientGone

    def _note_closed(self, recorded: Recorded) -> None:
        self.close_connection = True
        if not self.server.stopping.is_set():
            recorded.closed_at = time.monotonic()
            recorded.closed_by_client.set()


class _ClientGone(Exception):
    """The client has closed its side."""


def strict_schema_complaint(schema: dict[str, Any], where: str = "root") -> str | None:
    """What OpenAI's strict mode would refuse about a JSON schema: open objects, optional properties, lengths of texts."""
    inner = (*schema.get("anyOf", ()), *schema.get("$defs", {}).values())
    found = [strict_schema_complaint(part, f"{where}|{number}") for number, part in enumerate(inner)]
    if any(found):
        return next(complaint for complaint in found if complaint)
    if schema.get("type") == "object":
        properties = schema.get("properties", {})
        if schema.get("additionalProperties") is not False:
            return f"{where}: additionalProperties must be false"
        if sorted(schema.get("required", [])) != sorted(properties):
            return f"{where}: required must name every property"
        found = [strict_schema_complaint(value, f"{where}.{name}") for name, value in properties.items()]
        return next((complaint for complaint in found if complaint), None)
    if schema.get("type") == "array":
        return strict_schema_complaint(schema["items"], f"{where}[]")
    unsupported = {"minLength", "maxLength", "format"} & set(schema)
    return f"{where}: {sorted(unsupported)} not supported" if unsupported else None


def _text(answer: Answer, body: Body) -> str:
    text = answer.text(body) if callable(answer.text) else answer.text
    return text if isinstance(text, str) else json.dumps(text, ensure_ascii=False)


def _usage(body: Body, text: str) -> dict[str, int]:
    """Tokens counted as four characters each."""
    tokens_in = sum(len(str(message["content"])) for message in body["messages"]) // 4
    return {"prompt_tokens": tokens_in, "completion_tokens": len(text) // 4, "total_tokens": tokens_in + len(text) // 4}
