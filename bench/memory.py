"""W13: what the processes occupy, and how many sockets one web process holds."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import requests

from bench.crowd import Crowd
from bench.figures import OURS, Figure
from bench.server import Server
from bench.shipped import Person, Shipped, resident_mb
from bench.sizes import Sizes

IDLE_SECONDS = 5.0


def measure(server: Server, sizes: Sizes) -> Iterable[Figure]:
    """Idle processes, then sockets of as many people."""
    with server.database() as url, Shipped(url) as shipped:
        return asyncio.run(_measure(shipped, sizes))


async def _measure(shipped: Shipped, sizes: Sizes) -> list[Figure]:
    await asyncio.sleep(IDLE_SECONDS)
    worker, before = resident_mb(shipped.worker_pid), resident_mb(shipped.web_pid)
    people = shipped.people(sizes.sockets)
    crowd = Crowd(shipped.port)
    await crowd.connect(people)
    await asyncio.sleep(sizes.hold_seconds)
    held, after = crowd.connected, resident_mb(shipped.web_pid)
    answered = await asyncio.to_thread(_answers, shipped, people[0])
    crowd.leave()
    return [
        Figure("W13", OURS, "worker_idle_mb", round(worker, 1), 1),
        Figure("W13", OURS, "web_idle_mb", round(before, 1), 1),
        Figure("W13", OURS, "socket_mb", round((after - before) / max(held, 1), 4), held),
        Figure("W13", OURS, "sockets_held", held if answered else 0, sizes.sockets),
    ]


def _answers(shipped: Shipped, person: Person) -> bool:
    headers = {"Authorization": f"Bearer {person.token}"}
    return requests.get(f"{shipped.base_url}/api/auth/me", headers=headers, timeout=30).ok
