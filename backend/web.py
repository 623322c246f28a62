"""The web process: ``python -m backend.web``.

The order of the first lines matters. psycopg's compiled wait blocks the whole process under green threads: its Python one has
to be chosen before psycopg is imported, and the standard library has to be patched before anything else imports from it.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import warnings

ASYNC_MODE = os.environ.get("ASYNC_MODE") or "eventlet"
if ASYNC_MODE == "eventlet":
    os.environ["PSYCOPG_WAIT_FUNC"] = "wait_selector"
    warnings.filterwarnings("ignore", message=r"(?s).*Eventlet is deprecated")
    import eventlet

    eventlet.monkey_patch()
elif ASYNC_MODE == "gevent" and importlib.util.find_spec("gevent"):
    os.environ["PSYCOPG_WAIT_FUNC"] = "wait_selector"
    importlib.import_module("gevent.monkey").patch_all()

import socket

from backend.config import Settings
from backend.processes import StopSignal, refuse, settings_or_exit

BACKLOG = 1024  # connections that wait to be accepted


def main() -> None:
    """Check, take the port, and only then load what takes its time."""
    settings = settings_or_exit()
    _check(settings)
    stop = StopSignal()
    listener = _listening_socket(settings)
    importlib.import_module("backend.serving").serve(settings, listener, stop)


def _check(settings: Settings) -> None:
    if settings.async_mode == "gevent" and not importlib.util.find_spec("gevent"):
        refuse("ASYNC_MODE is gevent, but gevent is not installed: pip install gevent, or leave the variable out")
    if settings.database_url is None:
        refuse("DATABASE_URL is not set: start.py runs the embedded Postgres, or name a server")
    if settings.secret_key is None:
        refuse(
            "SECRET_KEY is not set: sessions and stored keys depend on it (start.py makes one for the embedded Postgres)"
        )


def _listening_socket(settings: Settings) -> socket.socket:
    """Our own, so that SIGTERM can close it while requests in flight are finished."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listener = socket.create_server((settings.host, settings.port), family=family, backlog=BACKLOG)
    except OSError as error:
        refuse(f"PORT {settings.port} on HOST {settings.host} cannot be used: {error.strerror}")
    # Accepted connections inherit it. Small frames must not wait for the acknowledgement of the one before.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


if __name__ == "__main__":
    main()
