"""W9 and W10: from the row that a worker writes to the browser, through the shipped worker, Postgres and web process.

The clock starts when the worker's transaction begins (the event's ``at``), so that its commit is in the figure.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable

from bench.crowd import Crowd
from bench.figures import OURS, Figure, latencies
from bench.server import Server
from bench.shipped import CONCURRENCY, Person, Shipped
from bench.sizes import Sizes
from bench.socket_client import SocketClient

STEPS = 3  # with its beginning and its end a job of one second gives five events: ten jobs a second give fifty
FAN_OUT_STEPS = 10  # a second and job, which is what a worker stores at most
SETTLE_SECONDS = 2.0


def measure_delay(server: Server, sizes: Sizes) -> Iterable[Figure]:
    """W9: 50 updates a second, with 1, 100 and 1,000 clients connected, each with jobs of its own."""
    with server.database() as url, Shipped(url) as shipped:
        found: list[Figure] = []
        for clients in sizes.crowds:
            crowd = Crowd(shipped.port)
            asyncio.run(_updates(shipped, crowd, clients, sizes.live_seconds))
            found += latencies("W9", OURS, crowd.delays, prefix=f"{clients}_")
        return found


def measure_fan_out(server: Server, sizes: Sizes) -> Iterable[Figure]:
    """W10: everybody has one canvas open, on which two jobs give 20 events a second."""
    clients = sizes.crowds[-1]
    with server.database() as url, Shipped(url) as shipped:
        crowd = Crowd(shipped.port)
        expected, seconds = asyncio.run(_fan_out(shipped, crowd, clients, sizes.live_seconds))
        delivered = sum(crowd.heard.values())
        return [
            Figure("W10", OURS, "undelivered", expected * clients - delivered, expected * clients),
            Figure("W10", OURS, "delivered_per_s", round(delivered / seconds), delivered),
            *latencies("W10", OURS, crowd.delays),
        ]


async def _updates(shipped: Shipped, crowd: Crowd, clients: int, seconds: float) -> None:
    people = shipped.people(clients)
    await crowd.connect(people)
    await asyncio.sleep(SETTLE_SECONDS)
    await run_updates(shipped, people, seconds)
    crowd.leave()
    await asyncio.sleep(SETTLE_SECONDS)


async def run_updates(shipped: Shipped, people: list[Person], seconds: float) -> None:
    """Fifty updates a second, evenly, of jobs of different people in turn."""

    def enqueue() -> None:
        began = time.monotonic()
        with shipped.connect() as connection:
            for number in range(int(seconds) * CONCURRENCY):
                time.sleep(max(0.0, began + number / CONCURRENCY - time.monotonic()))
                shipped.sleepers(connection, people[number % len(people)], 1, 1.0, STEPS)

    await asyncio.to_thread(enqueue)
    await _until_done(shipped)


async def _fan_out(shipped: Shipped, crowd: Crowd, clients: int, seconds: float) -> tuple[int, float]:
    (owner,) = shipped.people(1)
    with shipped.connect() as connection:
        row = connection.execute(
            "INSERT INTO canvas (id, owner_id, name) VALUES (uuidv7(), %s, 'Crowded') RETURNING id", (owner.id,)
        ).fetchone()
        if row is None:
            raise RuntimeError("no canvas")
        canvas_id = row[0]

        async def join(client: SocketClient, _number: int) -> None:
            await client.call("canvas:join", {"canvas_id": str(canvas_id)})

        await crowd.connect([owner] * clients, join)
        await asyncio.sleep(SETTLE_SECONDS * 2)
        crowd.forget()
        loop = asyncio.get_running_loop()
        began = loop.time()
        steps = int(FAN_OUT_STEPS * seconds)
        shipped.sleepers(connection, owner, 2, seconds, steps, canvas_id=canvas_id)
        await _until_done(shipped)
        took = loop.time() - began
        await asyncio.sleep(SETTLE_SECONDS)
        counted = connection.execute("SELECT count(*) FROM ai_job_event").fetchone()
    crowd.leave()
    return int(counted[0]) if counted else 0, took


async def _until_done(shipped: Shipped) -> None:
    """Until no job is left."""
    with shipped.connect() as connection:
        while True:
            row = connection.execute("SELECT count(*) FROM ai_job WHERE status IN ('queued', 'processing')").fetchone()
            if row == (0,):
                return
            await asyncio.sleep(0.25)
