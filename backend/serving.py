"""Serving the application until told to stop. Imported by ``backend/web.py`` alone, after it has patched everything."""

from __future__ import annotations

import gc
import os
import resource
import socket
import sys
import threading
import time
from typing import Any, NoReturn

import psycopg

from backend.app import create_app
from backend.config import Settings, SettingsError
from backend.db import db
from backend.jobs.session_hints import dispose_after_hints
from backend.live.server import disconnect_everybody
from backend.live.startup import start_live, stop_live
from backend.monitoring.logs import configure_logging
from backend.processes import StopSignal, refuse
from backend.servers import server_for

# Allocations between two looks for cycles. With thousands of sockets a whole one stops everybody for a third of a second.
COLLECT_AFTER = 50_000
SELF_TEST_SECONDS = (0.05, 0.3, 1.5)  # how long Postgres sleeps while another green thread must run


def serve(settings: Settings, listener: socket.socket, stop: StopSignal) -> NoReturn:
    """Serve on ``listener``; ends the process with 0 within ``SHUTDOWN_GRACE`` of being told to stop."""
    _allow_many_connections()
    configure_logging(settings, "web")
    try:
        app = create_app(settings)
    except SettingsError as error:  # about what only the tasks tell: a queue that there is not
        refuse(str(error))
    _refuse_if_queries_block(settings)
    server = server_for(settings, listener, app)
    start_live(app)
    server.start()
    gc.collect()
    gc.freeze()  # what the application is made of stays: no look for cycles has to visit it again
    gc.set_threshold(COLLECT_AFTER)
    stop.wait()
    deadline = time.monotonic() + settings.shutdown_grace
    stop_live(app)
    disconnect_everybody()
    server.stop(max(0.0, deadline - time.monotonic()))
    with app.app_context():
        dispose_after_hints(db.engine)
    # At once: a request beyond the grace, or a thread that still waits, must not hold the process.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)


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
