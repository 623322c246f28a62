"""W8: ``POST /api/ai-agent/create-canvas`` until the 202: on an idle installation, and with a crowd that is told things."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterable
from http.client import HTTPConnection

from bench.crowd import Crowd
from bench.figures import OURS, Figure, latencies
from bench.live_feed import run_updates
from bench.server import Server
from bench.shipped import Person, Shipped
from bench.sizes import Sizes

PACE_SECONDS = 0.1  # between two requests
BODY = json.dumps({"instructions": "Sign up -> Verify e-mail -> Choose plan"})
WARM_UP = 10


def measure(server: Server, sizes: Sizes) -> Iterable[Figure]:
    """Both, on one installation."""
    with server.database() as url, Shipped(url) as shipped:
        (asker,) = shipped.people(1)
        _ask(shipped, asker, WARM_UP)
        idle = _ask(shipped, asker, sizes.answers)
        loaded = asyncio.run(_loaded(shipped, asker, sizes))
        return [*latencies("W8", OURS, idle, prefix="idle_"), *latencies("W8", OURS, loaded, prefix="loaded_")]


async def _loaded(shipped: Shipped, asker: Person, sizes: Sizes) -> list[float]:
    crowd, people = Crowd(shipped.port), shipped.people(sizes.crowds[-1])
    await crowd.connect(people)
    seconds = sizes.answers * PACE_SECONDS * 1.2 + 1
    updates = asyncio.create_task(run_updates(shipped, people, seconds))
    await asyncio.sleep(1)
    answers = await asyncio.to_thread(_ask, shipped, asker, sizes.answers)
    await updates
    crowd.leave()
    return answers


def _ask(shipped: Shipped, asker: Person, count: int) -> list[float]:
    """Seconds of each answer, on one connection that is kept."""
    connection = HTTPConnection("127.0.0.1", shipped.port, timeout=60)
    headers = {"Authorization": f"Bearer {asker.token}", "Content-Type": "application/json"}
    found = []
    for _ in range(count):
        began = time.monotonic()
        connection.request("POST", "/api/ai-agent/create-canvas", BODY, headers)
        answer = connection.getresponse()
        answer.read()
        found.append(time.monotonic() - began)
        if answer.status != 202:
            raise RuntimeError(f"answered {answer.status}")
        time.sleep(PACE_SECONDS)
    connection.close()
    return found
