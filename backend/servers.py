"""The HTTP servers under which the application can run, one for each ``ASYNC_MODE``."""

from __future__ import annotations

import contextlib
import importlib
import socket
import threading
from collections.abc import Callable
from typing import Protocol

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from backend.config import Settings

MAX_CONNECTIONS = 10_000  # eventlet would stop accepting, silently, at 1,024
KEEP_ALIVE_SECONDS = 75  # longer than the usual proxy's, which then never meets a closing connection
# A peer that neither sends nor takes anything for so long is gone. Engine.IO pings every 25 s.
SOCKET_TIMEOUT_SECONDS = 90.0


class Server(Protocol):
    """A running HTTP server."""

    def start(self) -> None:
        """Accept connections; returns at once."""

    def stop(self, seconds: float) -> None:
        """Refuse new connections and wait, at most ``seconds``, until every request in flight is answered."""


def server_for(settings: Settings, listener: socket.socket, app: Flask) -> Server:
    """The server that fits ``ASYNC_MODE``."""
    servers: dict[str, Callable[[socket.socket, Flask], Server]] = {
        "eventlet": EventletServer,
        "gevent": GeventServer,
        "threading": ThreadingServer,
    }
    return servers[settings.async_mode](listener, app)


class EventletServer:
    """Green threads of eventlet."""

    def __init__(self, listener: socket.socket, app: Flask) -> None:
        self._eventlet = importlib.import_module("eventlet")
        self._wsgi = importlib.import_module("eventlet.wsgi")
        self._listener = listener
        self._app = app

    def start(self) -> None:
        """Accept connections in a green thread."""
        self._serving = self._eventlet.spawn(self._serve)

    def stop(self, seconds: float) -> None:
        """Closing the listener ends the accept loop, which then waits for the requests in flight."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        with self._eventlet.Timeout(seconds, False):
            self._serving.wait()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):  # the listener was closed: see stop()
            self._wsgi.server(
                self._listener,
                self._app,
                max_size=MAX_CONNECTIONS,
                keepalive=KEEP_ALIVE_SECONDS,
                socket_timeout=SOCKET_TIMEOUT_SECONDS,
                minimum_chunk_size=1,  # or a stream of events would wait until 4 kB have come together
                log_output=False,
                debug=False,  # no tracebacks in answers
            )


class GeventServer:
    """Green threads of gevent, where that is installed."""

    def __init__(self, listener: socket.socket, app: Flask) -> None:
        pywsgi = importlib.import_module("gevent.pywsgi")
        pool = importlib.import_module("gevent.pool").Pool(MAX_CONNECTIONS)
        self._server = pywsgi.WSGIServer(listener, app, spawn=pool, log=None)

    def start(self) -> None:
        """Accept connections in a greenlet."""
        self._server.start()

    def stop(self, seconds: float) -> None:
        """Close the listener and wait for the requests in flight."""
        self._server.stop(timeout=seconds)


class ThreadingServer:
    """A thread for each connection: for debugging, and for tests without monkey-patching."""

    def __init__(self, listener: socket.socket, app: Flask) -> None:
        host, port = listener.getsockname()[:2]
        self._server = make_server(host, port, app, threaded=True, request_handler=_QuietHandler, fd=listener.fileno())
        listener.close()  # werkzeug has made a copy of it; the port would stay open
        # server_close() waits only for threads that are not daemons.
        self._server.daemon_threads = False  # type: ignore[attr-defined] # threaded=True: it has them

    def start(self) -> None:
        """Accept connections in a thread."""
        self._serving = threading.Thread(target=self._server.serve_forever, args=(0.1,), name="http", daemon=True)
        self._serving.start()

    def stop(self, seconds: float) -> None:
        """Close the listener; serve_forever() then joins the threads of the requests in flight."""
        self._server.shutdown()
        self._serving.join(seconds)


class _QuietHandler(WSGIRequestHandler):
    """Requests are logged once, as JSON, by the application."""

    def log(self, type: str, message: str, *args: object) -> None:
        """Nothing."""
