"""The web process: ``python -m backend.web``.

The order of the first lines matters. psycopg's compiled wait blocks the whole process under green threads: its Python one has
to be chosen before psycopg is imported, and the standard library has to be patched before anything else imports from it.
"""

from __future__ import annotations

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

import resource
import sys
import threading
import time
from typing import Any

import psycopg

from backend.app import create_app
from backend.config import Settings, SettingsError
from backend.db import db
from backend.live.server import disconnect_everybody
from backend.live.startup import start_live, stop_live
from backend.monitoring.logs import configure_logging
from backend.processes import StopSignal, refuse, settings_or_exit
from backend.serving import listening_socket, server_for

SELF_TEST_SECONDS = (0.05, 0.3, 1.5)  # how long Postgres sleeps while another green thread must run


def main() -> None:
    """Serve until SIGTERM, SIGINT or the end of start.py; exit 0 within ``SHUTDOWN_GRACE``."""
    settings = settings_or_exit()
    _check(settings)
    stop = StopSignal()
    try:
        listener = listening_socket(settings)
    except SettingsError as error:
        refuse(str(error))
    _allow_many_connections()
    configure_logging(settings, "web")
    app = create_app(settings)
    _refuse_if_queries_block(settings)
    server = server_for(settings, listener, app)
    start_live(app)
    server.start()
    stop.wait()
    deadline = time.monotonic() + settings.shutdown_grace
    stop_live(app)
    disconnect_everybody()
    server.stop(max(0.0, deadline - time.monotonic()))
    with app.app_context():
        db.engine.dispose()
    _leave()


def _check(settings: Settings) -> None:
    if settings.async_mode == "gevent" and not importlib.util.find_spec("gevent"):
        refuse("ASYNC_MODE is gevent, but gevent is not installed: pip install gevent, or leave the variable out")
    if settings.database_url is None:
        refuse("DATABASE_URL is not set: start.py runs the embedded Postgres, or name a server")
    if settings.secret_key is None:
        refuse(
            "SECRET_KEY is not set: sessions and stored keys depend on it (start.py makes one for the embedded Postgres)"
        )


def _allow_many_connections() -> None:
    """Every WebSocket is a descriptor; the usual soft limit is 1,024."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _refuse_if_queries_block(settings: Settings) -> None:
    """Prove that a query in one green thread lets another run; otherwise every client would wait for every query."""
    try:
        with psycopg.connect(settings.listen_url or "", connect_timeout=10) as connection:
            # On a machine that stalls us the other one may miss a short query: only a long one condemns.
            if any(_another_thread_runs_during_query(connection, seconds) for seconds in SELF_TEST_SECONDS):
                return
    except psycopg.OperationalError as error:
        refuse(f"DATABASE_URL: cannot connect: {error}")
    refuse(
        f"ASYNC_MODE {settings.async_mode}: a database query stalls the whole web process. Install the versions of "
        "requirements.txt and leave PSYCOPG_WAIT_FUNC alone, or set ASYNC_MODE=threading"
    )


def _another_thread_runs_during_query(connection: psycopg.Connection[Any], seconds: float) -> bool:
    ran = threading.Event()
    other = threading.Timer(seconds / 10, ran.set)
    other.daemon = True
    other.start()
    connection.execute("SELECT pg_sleep(%s)", [seconds])
    return ran.is_set()


def _leave() -> None:
    """End at once: threads that still wait (a request beyond the grace, a pool) must not hold the process."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
