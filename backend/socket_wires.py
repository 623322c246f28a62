"""WebSockets under eventlet onto which a message is written at once, instead of by way of a queue and a green thread of each.

Where a thousand pages hear the same twenty times a second, that way is what they wait for. A socket that takes no more just now,
or has something before it, gets the message by the library's way: the order stays.

Compression is not offered: zlib wants 300 kB for each page, and each message is compressed for each of them anew.
"""

from __future__ import annotations

import contextlib
import importlib
import socket
import struct
from collections.abc import Callable
from typing import Any

from engineio.packet import MESSAGE

EXTENSIONS = "HTTP_SEC_WEBSOCKET_EXTENSIONS"
LET_IN = "0"  # a Socket.IO packet of type CONNECT
Send = Callable[[Any], object]
Spawn = Callable[..., object]


def write_at_once(engine: Any) -> None:
    """Let every WebSocket of this Engine.IO server have a ``Wire``, where it runs on eventlet."""
    if engine.async_mode != "eventlet":
        return
    library = engine._async["websocket"]
    spawn: Spawn = importlib.import_module("eventlet").spawn_n

    def websocket(handler: Callable[[Any], Any], server: Any) -> Callable[..., Any]:
        transport = handler.__self__  # type: ignore[attr-defined] # it is the transport's own method

        def with_wire(connection: Any) -> Any:
            transport.send = Wire(transport, connection, spawn).send
            try:
                return handler(connection)
            finally:
                del transport.send  # it refers to its owner

        answer = library(with_wire, server)

        def uncompressed(environ: dict[str, Any], start_response: Any) -> Any:
            environ.pop(EXTENSIONS, None)
            return answer(environ, start_response)

        return uncompressed

    engine._async = {**engine._async, "websocket": websocket}


class Wire:
    """What leads to one page."""

    def __init__(self, transport: Any, connection: Any, spawn: Spawn) -> None:
        self._transport, self._connection, self._spawn = transport, connection, spawn
        self._by_queue: Send = transport.send
        self._let_in = False
        self._lock = connection._sendlock
        self._raw: socket.socket = connection.socket.fd  # never waits

    def send(self, packet: Any) -> None:
        """In place of ``engineio.Socket.send``. Raises SocketIsClosedError as that does."""
        if not self._let_in:  # what is said before the page is let in goes out together with that
            self._let_in = packet.packet_type == MESSAGE and str(packet.data).startswith(LET_IN)
            self._by_queue(packet)
            return
        # Pings go by the queue: its green thread ends the connection when nothing comes by there for two of them.
        if packet.packet_type != MESSAGE or packet.binary or not self._free():
            self._by_queue(packet)
            return
        if not self._transport.check_ping_timeout():
            return
        frame = frame_of(packet)
        try:
            written = self._raw.send(frame)
        except OSError:  # full, or broken: the library's writer waits, or finds out
            self._by_queue(packet)
            return
        if written < len(frame):
            self._lock.acquire()  # it is free: this does not wait. Whatever is sent meanwhile queues up behind
            self._spawn(self._send_rest, frame[written:])

    def _free(self) -> bool:
        transport = self._transport
        ready = transport.upgraded and not transport.upgrading and not transport.closing
        return ready and transport.queue.empty() and not self._lock.locked() and not self._connection.websocket_closed

    def _send_rest(self, rest: bytes) -> None:
        try:
            self._connection.socket.sendall(rest)
        except OSError:
            # Half a frame: nothing more can follow. The reader ends, and with it the connection.
            with contextlib.suppress(OSError):
                self._connection.socket.shutdown(socket.SHUT_RDWR)
        finally:
            self._lock.release()


def frame_of(packet: Any) -> bytes:
    """The packet as one WebSocket frame, made once for all who get it."""
    frame: bytes | None = getattr(packet, "frame", None)
    if frame is None:
        text = packet.encode().encode()
        if len(text) < 126:
            head = struct.pack("!BB", 0x81, len(text))
        elif len(text) < 65_536:
            head = struct.pack("!BBH", 0x81, 126, len(text))
        else:
            head = struct.pack("!BBQ", 0x81, 127, len(text))
        frame = packet.frame = head + text
    return frame
