"""A: from asking for a drawing to its first element on the canvas, as every open page is told: request, worker, planner, merge.

The request goes through the application itself; a worker process as shipped does the job. The moment is the NOTIFY at which
web processes send the element on. The instructions are new each time, so that nothing is remembered.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from statistics import median, quantiles
from typing import Any

import psycopg

from backend.app import create_app
from backend.canvases.service import CHANGE_CHANNEL
from backend.config import ROOT, Settings
from bench.figures import OURS, Figure
from bench.server import Server, environ_of
from bench.sizes import Sizes

WARM_UP = 5  # drawings: the worker has loaded fonts and grammars
PATIENCE = 60.0  # seconds for one drawing


def measure(server: Server, sizes: Sizes) -> Iterator[Figure]:
    """Milliseconds until the first element: the median, and what one in twenty waits at least."""
    with server.database() as url, psycopg.connect(url, autocommit=True) as connection, worker(url):
        connection.execute(f"LISTEN {CHANGE_CHANNEL}")
        client, headers = guest(url)
        times = [_first(client, headers, connection, number) for number in range(WARM_UP + sizes.drawings)][WARM_UP:]
    yield Figure("A", OURS, "p50_ms", round(median(times) * 1000, 1), len(times))
    yield Figure("A", OURS, "p95_ms", round(quantiles(times, n=20)[-1] * 1000, 1), len(times))


def _first(client: Any, headers: dict[str, str], connection: psycopg.Connection[Any], number: int) -> float:
    """Seconds from the request to the canvas's first change; then the rest of the drawing is awaited."""
    began = time.monotonic()
    body = {"instructions": f"Order {number} -> Pay -> Ship; if no stock -> Refund"}
    accepted = client.post("/api/ai-agent/create-canvas", json=body, headers=headers).get_json()
    for notice in connection.notifies(timeout=PATIENCE):
        if notice.payload.startswith(accepted["canvas_id"]):
            first = time.monotonic() - began
            break
    else:
        raise TimeoutError(f"no element within {PATIENCE:g} s")
    while client.get(accepted["status_url"], headers=headers).get_json()["status"] not in ("completed", "failed"):
        time.sleep(0.05)
    return first


def guest(url: str) -> tuple[Any, dict[str, str]]:
    """A client of the application on a database, and the headers of somebody who may draw."""
    client = create_app(Settings.from_env(environ_of(url) | {"RATE_LIMITS": "off"})).test_client(use_cookies=False)
    token = client.post("/api/auth/guest?token=1").get_json()["token"]
    return client, {"Authorization": f"Bearer {token}"}


@contextmanager
def worker(url: str, **more: str) -> Iterator[None]:
    """A worker process of the application's own."""
    with tempfile.TemporaryDirectory(prefix="collabcanvas-bench-") as folder:
        environ = environ_of(url) | {"DATA_DIR": folder} | more
        process = subprocess.Popen([sys.executable, "worker.py"], cwd=ROOT, env=environ)
        try:
            yield
        finally:
            process.terminate()
            process.wait(PATIENCE)
