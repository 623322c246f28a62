"""Pages that come and go while jobs run: what each has seen in the end is what the database says, in order, once.

A page here does what the browser's does, and no more: it joins, says the last number that it has of each job, drops what it has,
and asks again for what is missing. What breaks around it (listeners, Postgres, its own connection) is the harness's choice.
"""

from __future__ import annotations

import asyncio
import json
import random
import uuid
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import psycopg

from bench.socket_client import SocketClient
from tests.acceptance.installation import Person

FINAL = {"completed", "failed", "cancelled"}
RETRY_SECONDS = 0.05
PATIENCE_SECONDS = 0.5  # after a gap, before the missing is asked for: it may be on its way

Disaster = Callable[[], Awaitable[None]]
Logs = dict[str, list[int]]


@dataclass
class Page:
    """The page of one person, who owns ``jobs``. Without ``dedupes`` or ``asks`` it lacks one of its own guards."""

    person: Person
    jobs: list[str]
    chance: random.Random
    dedupes: bool = True
    asks: bool = True
    log: Logs = field(default_factory=dict)
    ended: set[str] = field(default_factory=set)
    disorder: list[str] = field(default_factory=list)
    disconnects: int = 0

    def __post_init__(self) -> None:
        self._waiting: dict[str, dict[int, dict[str, Any]]] = {}
        self._client: SocketClient | None = None
        self._live: dict[str, int] = {}

    @property
    def complete(self) -> bool:
        """Whether it has seen the end of every job."""
        return self.ended.issuperset(self.jobs)

    async def run(self, ports: list[int]) -> None:
        """Stay connected, to one web process or another, until every job has ended."""
        while not self.complete:
            self._live = {}  # before it opens: the first news come with the welcome
            with suppress(OSError, TimeoutError):
                client = await SocketClient.open("127.0.0.1", self.chance.choice(ports), self.person.token, self._hear)
                self._client = client
                try:
                    await self._ask_until_closed(client)
                finally:
                    client.abort()
                    await client.closed
            await asyncio.sleep(RETRY_SECONDS)

    def cut(self) -> None:
        """Its connection is lost."""
        if self._client is not None and not self.complete:
            self._client.abort()
            self.disconnects += 1

    async def _ask_until_closed(self, client: SocketClient) -> None:
        first = True
        while not self.complete and not client.closed.done():
            if self.asks:
                for job_id in [job_id for job_id in self.jobs if job_id not in self.ended]:
                    if first or self._waiting.get(job_id):
                        after = (self.log.get(job_id) or [0])[-1]
                        answer = await client.call("job:watch", {"job_id": job_id, "after": after})
                        for event in answer.get("events", ()):
                            self._take(job_id, event)
                first = False
            await asyncio.wait([client.closed], timeout=PATIENCE_SECONDS)

    def _hear(self, _client: SocketClient, message: bytes) -> None:
        name, body = json.loads(message[message.index(b"[") :])
        if not name.startswith("job:") or name == "job:gap":
            return
        job_id, seq = body["job_id"], body["seq"]
        last = self._live.get(job_id, 0)
        if last and seq != last + 1:  # on one connection the server itself keeps the order, without gaps
            self.disorder.append(f"{job_id}: {seq} after {last}")
        self._live[job_id] = seq
        self._take(job_id, body)

    def _take(self, job_id: str, event: dict[str, Any]) -> None:
        log, waiting = self.log.setdefault(job_id, []), self._waiting.setdefault(job_id, {})
        last = log[-1] if log else 0
        if not self.dedupes:
            log.append(event["seq"])
        elif event["seq"] > last:
            waiting[event["seq"]] = event
            while (following := waiting.pop(last + 1, None)) is not None:
                last += 1
                log.append(last)
                event = following
                self._note_end(job_id, event)
        if not self.dedupes:
            self._note_end(job_id, event)

    def _note_end(self, job_id: str, event: dict[str, Any]) -> None:
        if event["type"] in FINAL:
            self.ended.add(job_id)


async def disturb(pages: list[Page], disconnects: int, chance: random.Random, disasters: Sequence[Disaster]) -> None:
    """Cut random pages off so many times, with the disasters spread evenly between; ends early when all is seen."""
    every = max(1, disconnects // (len(disasters) + 1))
    for number in range(1, disconnects + 1):
        open_pages = [page for page in pages if not page.complete]
        if not open_pages:
            return
        chance.choice(open_pages).cut()
        if number % every == 0 and number // every <= len(disasters):
            await disasters[number // every - 1]()
        await asyncio.sleep(chance.random() * 0.1)


async def shake(
    pages: list[Page],
    web_urls: Iterable[str],
    *,
    disconnects: int,
    chance: random.Random,
    disasters: Sequence[Disaster],
    seconds: float,
) -> None:
    """Let the pages run while everything breaks; give up on what has not ended after ``seconds``."""
    ports = [int(urlsplit(url).port or 0) for url in web_urls]
    running = [asyncio.create_task(page.run(ports)) for page in pages]
    await disturb(pages, disconnects, chance, disasters)
    _, unfinished = await asyncio.wait(running, timeout=seconds)
    for task in unfinished:
        task.cancel()
    await asyncio.gather(*unfinished, return_exceptions=True)


def faults(pages: list[Page], database_url: str) -> list[str]:
    """In what the pages' logs differ from the database's; empty if in nothing."""
    with psycopg.connect(database_url) as connection:
        found = []
        for page in pages:
            query = "SELECT job_id, array_agg(seq ORDER BY seq) FROM ai_job_event WHERE job_id = ANY(%s) GROUP BY 1"
            stored: dict[uuid.UUID, list[int]] = dict(connection.execute(query, [page.jobs]).fetchall())
            assert len(stored) == len(page.jobs)
            for job_id, truth in stored.items():
                seen = page.log.get(str(job_id), [])
                if seen != truth:
                    found.append(f"{job_id}: seen {seen}, stored {truth}")
            found += page.disorder
    return found
