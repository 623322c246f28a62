"""F: one person floods a queue. Others who come later must not wait for the flood, and the flood alone must use every slot.

First the order: newcomers' places in a row of claims of one job each. Then the time: a worker with ten slots on the flood,
newcomers' waits in units of what the active people's jobs take one after the other.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

import backend.tasks  # noqa: F401 - fills the registry
from backend.config import ROOT, Settings
from backend.jobs import enqueue
from backend.jobs.engine_settings import use_settings
from bench.claim_cost import claimant
from bench.figures import OURS, Figure
from bench.fill import add_people, add_queued, settle_table
from bench.server import Server, environ_of
from bench.sizes import Sizes

NEWCOMERS = 5
ACTIVE = NEWCOMERS + 1
SLOTS = 10
JOB_SECONDS = 0.1
ROUNDS = 5
BEFORE = 20  # claims of ten: the flood has been served for a while
WARM_UP = 40  # jobs that the worker has done before it is measured
PATIENCE = 60.0  # seconds
LAST_WORDS = 1500  # characters

Connection = psycopg.Connection[Any]

ENDED = "SELECT count(*) FROM ai_job_attempt WHERE ended_at BETWEEN %s AND %s"
# Until the end is written, less the job itself: what is left is more than the wait for the handler's first line.
WAITS = "SELECT extract(epoch FROM completed_at - created_at)::float8 FROM ai_job WHERE id = ANY(%s)"
FINISHED = "SELECT bool_and(completed_at IS NOT NULL) FROM ai_job WHERE id = ANY(%s)"
RUNS = "SELECT count(*) FROM ai_job_attempt"


class WorkerFailed(Exception):
    """What was measured of a worker did not come to its end."""


def measure(server: Server, sizes: Sizes, say: Callable[[str], None]) -> Iterator[Figure]:
    """Places and waits of newcomers, and what the flood uses while it is alone."""
    with server.database() as url, psycopg.connect(url, autocommit=True) as connection:
        use_settings(Settings.from_env(environ_of(url)))
        add_queued(
            connection,
            sizes.flood,
            add_people(connection, 1),
            "diagnostic_sleep",
            f'{{"seconds": {JOB_SECONDS}, "steps": 0, "fail_attempts": 0, "payload_bytes": 0}}',
        )
        settle_table(connection)
        say("F order")
        yield _order(connection, url)
        say("F time")
        yield from _times(connection, url, sizes.fair_seconds)


def _order(connection: Connection, url: str) -> Figure:
    """The most jobs of others before one newcomer's, in units of the active people."""
    with claimant(url) as worker:
        for _ in range(BEFORE):
            worker.claim()
        newcomers = add_people(connection, NEWCOMERS)
        for person in newcomers:
            _sleep_for(connection, person)
        waiting, before = set(newcomers), 0
        while waiting:
            _, people = worker.claim(1)
            waiting -= set(people)
            before += bool(waiting)
    return Figure("F", OURS, "jobs_before_ratio", round(before / ACTIVE, 2), NEWCOMERS)


def _times(connection: Connection, url: str, seconds: float) -> list[Figure]:
    done = int(_value(connection, RUNS))
    with _worker(url):
        _await(connection, "SELECT count(*) >= %s FROM ai_job_attempt", done + WARM_UP)
        used = _slots_used(connection, seconds)
        waits = [wait for _ in range(ROUNDS) for wait in _waits_of_newcomers(connection)]
    limit = ACTIVE * JOB_SECONDS
    return [
        Figure("F", OURS, "slots_used", round(used / SLOTS, 3), SLOTS),
        Figure("F", OURS, "wait_ratio", round(max(waits) / limit, 3), len(waits)),
        Figure("F", OURS, "longest_wait_ms", round(max(waits) * 1000, 1), len(waits)),
    ]


def _slots_used(connection: Connection, seconds: float) -> float:
    """How many jobs were running on average."""
    since = _value(connection, "SELECT clock_timestamp()")
    time.sleep(seconds)
    until = _value(connection, "SELECT clock_timestamp()")
    ended = int(_value(connection, ENDED, since, until))
    passed: float = (until - since).total_seconds()
    return ended * JOB_SECONDS / passed


def _waits_of_newcomers(connection: Connection) -> list[float]:
    """Seconds that each newcomer's job took beyond its own."""
    jobs = [_sleep_for(connection, person) for person in add_people(connection, NEWCOMERS)]
    _await(connection, FINISHED, jobs)
    return [row[0] - JOB_SECONDS for row in connection.execute(WAITS, (jobs,)).fetchall()]


def _sleep_for(connection: Connection, person: uuid.UUID) -> uuid.UUID:
    return enqueue(connection, "diagnostic_sleep", {"seconds": JOB_SECONDS}, user_id=person).job.id


@contextmanager
def _worker(url: str) -> Iterator[None]:
    """The shipped worker with so many slots. Raises ``WorkerFailed`` with its last words."""
    command = [sys.executable, "worker.py", "--concurrency", str(SLOTS)]
    with tempfile.TemporaryFile("w+") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environ_of(url), stdout=output, stderr=subprocess.STDOUT)
        try:
            yield
        except Exception as error:
            output.seek(0)
            raise WorkerFailed(
                f"{error}; the worker said: {output.read()[-LAST_WORDS:].strip() or 'nothing'}"
            ) from error
        finally:
            process.kill()
            process.wait()


def _await(connection: Connection, condition: str, parameter: Any) -> None:
    deadline = time.monotonic() + PATIENCE
    while not _value(connection, condition, parameter):
        if time.monotonic() > deadline:
            raise TimeoutError(condition)
        time.sleep(0.02)


def _value(connection: Connection, query: str, *parameters: Any) -> Any:
    row = connection.execute(query.encode(), parameters or None).fetchone()
    return row[0] if row else None
