"""A Socket.IO client that costs next to nothing: it shares the machine with what it measures.

It speaks Engine.IO 4 over WebSocket by hand: no thread, no library, and a body is only parsed by who wants it.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
from collections.abc import Callable
from typing import Any, cast

CONNECT_SECONDS = 60.0
MASK = b"\0\0\0\0"  # XOR with zeros: the payload as it is

Hear = Callable[["SocketClient", bytes], None]


class SocketClient(asyncio.Protocol):
    """One connection. ``hear(client, message)`` gets each event as it is on the wire: ``42["name",{…}]``."""

    def __init__(self, host: str, token: str, hear: Hear) -> None:
        self.sid = ""
        self._host, self._token, self._hear = host, token, hear
        self._loop = asyncio.get_running_loop()
        self._buffer = b""
        self._upgraded = False
        self._asked = 0
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self.connected: asyncio.Future[bool] = self._loop.create_future()
        self.closed: asyncio.Future[None] = self._loop.create_future()

    @classmethod
    async def open(cls, host: str, port: int, token: str, hear: Hear) -> SocketClient:
        """Connect and sign in. Raises ConnectionError."""
        loop = asyncio.get_running_loop()
        _, client = await loop.create_connection(lambda: cls(f"{host}:{port}", token, hear), host, port)
        if not await asyncio.wait_for(client.connected, CONNECT_SECONDS):
            raise ConnectionError("refused")
        return client

    async def call(self, event: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Send a message and wait for its acknowledgement. Raises ConnectionError when the connection ends first."""
        self._asked += 1
        number = self._asked
        answer: asyncio.Future[Any] = self._loop.create_future()
        self._answers[number] = answer
        self._send(f"42{number}{json.dumps([event, payload])}".encode())
        return cast("dict[str, Any]", await answer)

    def abort(self) -> None:
        """Cut the connection, as a lost network does."""
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """TCP stands: ask for a WebSocket."""
        self._transport = cast("asyncio.Transport", transport)
        key = base64.b64encode(os.urandom(16)).decode()
        self._transport.write(
            f"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: {self._host}\r\nUpgrade: websocket\r\n"
            f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )

    def connection_lost(self, _reason: Exception | None) -> None:
        """Whoever waits is told."""
        if not self.connected.done():
            self.connected.set_result(False)
        for answer in self._answers.values():
            if not answer.done():
                answer.set_exception(ConnectionError("the connection was lost"))
        if not self.closed.done():
            self.closed.set_result(None)

    def data_received(self, data: bytes) -> None:
        """Cut what has come into frames."""
        buffer = self._buffer + data
        if not self._upgraded:
            head, found, buffer = buffer.partition(b"\r\n\r\n")
            if not found:
                self._buffer = head
                return
            if b" 101 " not in head[:20]:
                self._transport.abort()
                return
            self._upgraded = True
        place = 0
        while (frame := _frame(buffer, place)) is not None:
            kind, message, place = frame
            if kind == 1:
                self._receive(message)
            elif kind == 8:
                self._transport.close()
            elif kind == 9:
                self._transport.write(b"\x8a\x80" + MASK)
        self._buffer = buffer[place:]

    def _receive(self, message: bytes) -> None:
        if message.startswith(b"42"):
            self._hear(self, message)
        elif message.startswith(b"43"):
            begin = message.index(b"[")
            answer = self._answers.pop(int(message[2:begin]))
            if not answer.done():
                answer.set_result(json.loads(message[begin:])[0])
        elif message.startswith(b"2"):
            self._send(b"3")
        elif message.startswith(b"0"):
            self._send(f"40{json.dumps({'token': self._token})}".encode())
        elif message.startswith(b"40"):
            self.sid = json.loads(message[2:])["sid"]
            self.connected.set_result(True)
        elif message.startswith(b"44"):
            self._transport.abort()

    def _send(self, text: bytes) -> None:
        size = len(text)
        length = bytes([0x80 | size]) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
        self._transport.write(b"\x81" + length + MASK + text)


def _frame(buffer: bytes, place: int) -> tuple[int, bytes, int] | None:
    """(kind, payload, where the next one begins) of the frame at ``place``, if it is there whole."""
    if len(buffer) - place < 2:
        return None
    size, head = buffer[place + 1] & 127, 2
    if size >= 126:
        wide = 2 if size == 126 else 8
        size, head = int.from_bytes(buffer[place + 2 : place + 2 + wide], "big"), 2 + wide
    end = place + head + size
    if len(buffer) < max(end, place + head):
        return None
    return buffer[place] & 15, buffer[place + head : end], end
