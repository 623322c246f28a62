"""A, with the embedded model: from the first complete part in the model's stream to the first box on the canvas.

The model is served as shipped, by a child process; a tap between it and the worker notes when the first part has gone by, as
whoever reads the stream could know it: an entry of a list. ``BENCH_MODEL`` names a GGUF file; without it, the small
one of the tests is fetched: what it draws makes no sense, and is drawn as fast.
"""

from __future__ import annotations

import json
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
import requests

from backend.ai.embedded.serving import Serving
from backend.ai.streaming.prefix import growing, has_parts
from backend.canvases.service import CHANGE_CHANNEL
from bench.figures import OURS, Figure
from bench.first_element import guest, worker
from bench.server import Server
from bench.sizes import Sizes
from tests.ai.embedded.model_file import model_file

MODEL = "bench"
PATIENCE = 300.0  # seconds for one drawing
BOXES = "SELECT FROM canvas_element WHERE canvas_id = %s AND data->>'type' <> 'text'"  # a title may be there before


class Tap(ThreadingHTTPServer):
    """Passes calls on to the model, and notes when the first complete part of an answer has come."""

    daemon_threads = True

    def __init__(self, url: str, key: str) -> None:
        super().__init__(("127.0.0.1", 0), _Passing)
        self.url, self.key = url, key
        self.first_part: float | None = None
        self.turn = 0  # an answer to an earlier question may still come in for a moment

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A worker that hangs up in mid-stream is how each drawing ends here."""

    def forget(self) -> None:
        """Another answer is awaited."""
        self.turn += 1
        self.first_part = None

    @property
    def provider(self) -> dict[str, Any]:
        """As an entry of AI_PROVIDERS."""
        base = f"http://127.0.0.1:{self.server_port}/v1"
        return {"name": "tapped", "base_url": base, "model": MODEL, "api_key": self.key, "timeout": PATIENCE}


class _Passing(BaseHTTPRequestHandler):
    server: Tap

    def log_message(self, format: str, *args: Any) -> None:
        """The figures are what is printed."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {"Authorization": f"Bearer {self.server.key}", "Content-Type": "application/json"}
        schema = json.loads(body)["response_format"]["json_schema"]["schema"]
        url = self.server.url + self.path.removeprefix("/v1")
        with requests.post(url, data=body, headers=headers, stream=True, timeout=PATIENCE) as answer:
            self.send_response(answer.status_code)
            self.send_header("Content-Type", answer.headers["Content-Type"])
            self.end_headers()
            text, turn = "", self.server.turn
            for line in answer.iter_lines(chunk_size=1):
                text += _said(line)
                if self.server.turn == turn and self.server.first_part is None and has_parts(growing(text, schema)):
                    self.server.first_part = time.monotonic()
                self.wfile.write(line + b"\n")
                self.wfile.flush()


def measure(server: Server, sizes: Sizes) -> Iterator[Figure]:
    """Milliseconds from the first complete part to the first element: the median and the slowest."""
    with (
        _tapped() as tap,
        server.database() as url,
        psycopg.connect(url, autocommit=True) as connection,
        psycopg.connect(url, autocommit=True) as books,
        worker(url, AI_PROVIDERS=json.dumps([tap.provider])),
    ):
        connection.execute(f"LISTEN {CHANGE_CHANNEL}")
        client, headers = guest(url)
        first = partial(_first, client, headers, connection, books, tap)
        times = [first(number) for number in range(1 + sizes.model_drawings)][1:]
    yield Figure("A", OURS, "model_p50_ms", round(median(times) * 1000, 1), len(times))
    yield Figure("A", OURS, "model_slowest_ms", round(max(times) * 1000, 1), len(times))


def _first(
    client: Any,
    headers: dict[str, str],
    connection: psycopg.Connection[Any],
    books: psycopg.Connection[Any],
    tap: Tap,
    number: int,
) -> float:
    """Seconds from the first complete part to the change of the canvas that brings it; the rest of the drawing is cancelled."""
    tap.forget()
    body = {"instructions": f"a flow chart of how our shop handles complaint {number}"}
    accepted = client.post("/api/ai-agent/create-canvas", json=body, headers=headers).get_json()
    for _ in connection.notifies(timeout=PATIENCE):
        shown = time.monotonic()
        if books.execute(BOXES, (accepted["canvas_id"],)).rowcount:
            break
    else:
        raise TimeoutError(f"no box within {PATIENCE:g} s")
    if tap.first_part is None:
        raise RuntimeError("a box was drawn before any part of the answer was complete")
    client.delete(f"/api/ai-agent/job/{accepted['job_id']}", headers=headers)
    while client.get(accepted["status_url"], headers=headers).get_json()["status"] in ("queued", "processing"):
        time.sleep(0.05)
    return shown - tap.first_part


@contextmanager
def _tapped() -> Iterator[Tap]:
    """The model's server with a tap in front of it."""
    file = Path(os.environ["BENCH_MODEL"]) if "BENCH_MODEL" in os.environ else model_file()
    with tempfile.TemporaryDirectory(prefix="collabcanvas-bench-") as folder:
        serving = Serving(file, MODEL, Path(folder))
        try:
            address = serving.address(lambda: None)
            with Tap(address.base_url, address.key) as tap:
                threading.Thread(target=tap.serve_forever, daemon=True).start()
                yield tap
                tap.shutdown()
        finally:
            serving.close()


def _said(line: bytes) -> str:
    """The words in one line of the stream."""
    data = line.removeprefix(b"data: ")
    if data in (line, b"[DONE]"):
        return ""
    return "".join(choice["delta"].get("content") or "" for choice in json.loads(data)["choices"][:1])
