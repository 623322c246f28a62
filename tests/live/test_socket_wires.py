"""What is written at once: whole, once and in its order, also to a page that reads slowly or not at all."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.live.conftest import WebProcess

ROOT = Path(__file__).resolve().parents[2]

# In a process of its own: green threads must not get into that of the tests.
SLOW_READER = """
import warnings
warnings.filterwarnings("ignore")
import eventlet
eventlet.monkey_patch()
import socket
from types import SimpleNamespace
from engineio.packet import MESSAGE, PING, Packet
from eventlet.websocket import RFC6455WebSocket
from backend.socket_wires import Wire

def read(page, count):
    frames, buffer = [], b""
    while len(frames) < count:
        if len(buffer) >= 10 and len(buffer) >= 10 + (size := int.from_bytes(buffer[2:10], "big")):
            frames.append(buffer[10 : 10 + size]); buffer = buffer[10 + size :]
        else:
            buffer += page.recv(7_777) or exit("the connection ended")
            eventlet.sleep(0)
    assert not buffer
    return frames

ours, page = socket.socketpair()
for end in (ours, page):
    end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 50_000)
connection = RFC6455WebSocket(ours, {})
queue = eventlet.queue.Queue()
transport = SimpleNamespace(
    upgraded=True, upgrading=False, closing=False, queue=queue, send=queue.put, check_ping_timeout=lambda: True
)

def library_writer():
    while True:
        connection.send(queue.get().encode())

eventlet.spawn(library_writer)
wire = Wire(transport, connection, eventlet.spawn_n)
for packet in (Packet(MESSAGE, '2["hello"]'), Packet(MESSAGE, "0{}"), Packet(PING)):
    wire.send(packet)
assert queue.qsize() == 3  # the library's writer ends a connection when no ping comes by it
eventlet.sleep(0)
assert page.recv(100) == b'\\x81\\x0b42["hello"]\\x81\\x0440{}\\x81\\x012'
said = [f"{number:06d}" * 20_000 for number in range(40)]
queued = 0
for text in said[:20]:
    wire.send(Packet(MESSAGE, text))
    queued = max(queued, queue.qsize())
assert queued, "the page took everything: nothing was shown"
reader = eventlet.spawn(read, page, len(said))
for text in said[20:]:
    eventlet.sleep(0.001)
    wire.send(Packet(MESSAGE, text))
with eventlet.Timeout(30):
    assert reader.wait() == [b"4" + text.encode() for text in said]
assert not connection._sendlock.locked()
"""

ENDED = """
wire.send(Packet(MESSAGE, "x" * 1_000_000))  # more than fits: the rest waits
assert connection._sendlock.locked()
page.close()
eventlet.sleep(0.1)
assert not connection._sendlock.locked()
assert ours.recv(10) == b""  # the reader ends
"""


@pytest.mark.parametrize("script", [SLOW_READER, SLOW_READER + ENDED], ids=["reads slowly", "goes in the middle"])
def test_a_page_gets_everything_once_in_its_order(script: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.returncode == 0, ran.stderr


def test_compression_is_not_taken_up(webs: dict[str, WebProcess]) -> None:
    """Every browser offers it, and each would cost a few hundred kilobytes."""
    with socket.create_connection(("127.0.0.1", webs["both"].port), timeout=30) as page:
        page.sendall(
            b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
            b"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OTAxMjM0NQ==\r\n"
            b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n\r\n"
        )
        answer = page.recv(4_096)
    assert b" 101 " in answer.splitlines()[0]
    assert b"permessage-deflate" not in answer
