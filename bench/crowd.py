"""Many browsers at once, in one process: they connect, and note when what arrived was written."""

from __future__ import annotations

import asyncio
import resource
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from bench.shipped import Person
from bench.socket_client import SocketClient

AT_ONCE = 32  # connections that are being made
STAMP = b'"at":"'
STAMP_SPACED = b'"at": "'


class Crowd:
    """``delays`` are the seconds from an event's row to its arrival; ``heard`` counts events by client."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.clients: list[SocketClient] = []
        self.heard: Counter[int] = Counter()
        self.delays: list[float] = []
        self._times: dict[bytes, float] = {}
        _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

    async def connect(
        self, people: Sequence[Person], then: Callable[[SocketClient, int], Awaitable[None]] | None = None
    ) -> None:
        """One client for each; ``then`` is what each does first."""
        room = asyncio.Semaphore(AT_ONCE)

        async def one(number: int, person: Person) -> None:
            async with room:
                client = await SocketClient.open("127.0.0.1", self.port, person.token, self._hear)
                if then is not None:
                    await then(client, number)
                self.clients.append(client)

        await asyncio.gather(*(one(number, person) for number, person in enumerate(people)))

    def forget(self) -> None:
        """Count from now on."""
        self.heard.clear()
        self.delays.clear()

    @property
    def connected(self) -> int:
        """How many are still there."""
        return sum(not client.closed.done() for client in self.clients)

    def leave(self) -> None:
        """Everybody goes."""
        for client in self.clients:
            client.abort()

    def _hear(self, client: SocketClient, message: bytes) -> None:
        begin = message.find(STAMP)
        begin = begin + len(STAMP) if begin >= 0 else message.find(STAMP_SPACED) + len(STAMP_SPACED)
        if begin < len(STAMP_SPACED):
            return
        stamp = message[begin : message.index(b'"', begin)]
        written = self._times.get(stamp)
        if written is None:
            written = self._times[stamp] = datetime.fromisoformat(stamp.decode()).timestamp()
        self.heard[id(client)] += 1
        self.delays.append(time.time() - written)
