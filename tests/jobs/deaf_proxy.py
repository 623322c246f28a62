"""A proxy in front of Postgres that does to its clients what a pooler does: swallows notifications, hides process ids."""

from __future__ import annotations

import contextlib
import socket
import threading
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

NOTIFICATION, KEY_DATA, AUTHENTICATION = b"A", b"K", b"R"
HEADER = 5  # bytes: the kind of a message, and its length without the kind


class DeafProxy:
    """Listens on a port of this machine until ``close``. ``deaf`` may be changed at any time."""

    def __init__(self, url: str, *, deaf: bool = False, pooler: bool = False) -> None:
        self.deaf = deaf
        self.swallowed = 0
        self._pooler = pooler
        self._server = _address(url)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._sockets: list[socket.socket] = [self._listening]
        port = self._listening.getsockname()[1]
        parts = urlsplit(url)
        login = parts.netloc.rpartition("@")[0]
        self.url = urlunsplit(
            parts._replace(
                netloc=f"{login}@127.0.0.1:{port}" if login else f"127.0.0.1:{port}",
                query=urlencode({"sslmode": "disable", "gssencmode": "disable"}),
            )
        )
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Cut everything off."""
        for opened in self._sockets:
            with contextlib.suppress(OSError):
                opened.shutdown(socket.SHUT_RDWR)
            opened.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                family, address = self._server
                server = socket.socket(family, socket.SOCK_STREAM)
                server.connect(address)
                self._sockets += [client, server]
                threading.Thread(target=self._requests, args=(client, server), daemon=True).start()
                threading.Thread(target=self._answers, args=(server, client), daemon=True).start()

    def _requests(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                server.sendall(data)
        _end(client, server)

    def _answers(self, server: socket.socket, client: socket.socket) -> None:
        with contextlib.suppress(OSError, EOFError):
            while True:
                header = _exactly(server, HEADER)
                body = _exactly(server, int.from_bytes(header[1:], "big") - 4)
                if header[:1] == NOTIFICATION and self.deaf:
                    self.swallowed += 1
                    continue
                if header[:1] == KEY_DATA and self._pooler:
                    body = (int.from_bytes(body[:4], "big") + 1_000_000).to_bytes(4, "big") + body[4:]
                client.sendall(header + body)
        _end(client, server)


def _end(*sockets: socket.socket) -> None:
    for opened in sockets:
        with contextlib.suppress(OSError):
            opened.shutdown(socket.SHUT_RDWR)


def _exactly(connection: socket.socket, wanted: int) -> bytes:
    found = b""
    while len(found) < wanted:
        piece = connection.recv(wanted - len(found))
        if not piece:
            raise EOFError
        found += piece
    return found


def _address(url: str) -> tuple[socket.AddressFamily, str | tuple[str, int]]:
    parts = urlsplit(url)
    directory = parse_qs(parts.query).get("host", [""])[0]
    if directory.startswith("/"):
        port = parse_qs(parts.query).get("port", ["5432"])[0]
        return socket.AF_UNIX, f"{directory}/.s.PGSQL.{parts.port or port}"
    return socket.AF_INET, (parts.hostname or "127.0.0.1", parts.port or 5432)
