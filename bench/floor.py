"""The floor: the least that Postgres and the same driver need for the same work. No product, but what ours is measured against.

A table with a state, an index on what waits, and a loop in one process that claims n, runs them, completes n. No events, no
attempts, no tokens, no leases, no priorities: whatever a job system adds shows in the distance to this.
"""

from __future__ import annotations

import multiprocessing
import os
import struct
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from bench.figures import Figure, latencies
from bench.server import Server
from bench.sizes import Sizes

Connection = psycopg.Connection[Any]

SCHEMA = """
CREATE TABLE job (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    state smallint NOT NULL DEFAULT 0,
    arguments jsonb NOT NULL,
    result jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    started_at timestamptz,
    finished_at timestamptz
);
CREATE INDEX ON job (id) WHERE state = 0
"""
INSERT = "INSERT INTO job (arguments) VALUES (%s) RETURNING id"
INSERT_AND_TELL = """
WITH made AS (INSERT INTO job (arguments) VALUES (%s) RETURNING id) SELECT id, pg_notify('job', '') FROM made
"""
CLAIM = """
UPDATE job SET state = 1, started_at = now()
WHERE id IN (SELECT id FROM job WHERE state = 0 ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
RETURNING id, arguments
"""
COMPLETE = "UPDATE job SET state = 2, finished_at = now(), result = '1' WHERE id = ANY(%s)"
COMPLETE_AND_TELL = """
WITH done AS (UPDATE job SET state = 2, finished_at = now(), result = '1' WHERE id = ANY(%s) RETURNING id)
SELECT pg_notify('done', string_agg(id::text, ',')) FROM done
"""
RECORD = struct.Struct("<qq")  # job number, monotonic nanoseconds
PACE = 0.05  # seconds between two jobs of W4
WARM_UP = 5  # jobs
PATIENCE = 30.0  # seconds


def enqueue_singly(server: Server, sizes: Sizes) -> list[Figure]:
    """W1: bare INSERTs, each its own commit."""
    with server.database(empty=True) as url, _connection(url) as connection:
        connection.execute(SCHEMA)
        seconds = []
        for number in range(sizes.single + WARM_UP):
            began = time.perf_counter()
            connection.execute(INSERT, (Jsonb([number, 0]),)).fetchone()
            seconds.append(time.perf_counter() - began)
    return [Figure("W1", "floor", "jobs_per_s", round(sizes.single / sum(seconds[WARM_UP:])), sizes.single)]


def enqueue_in_bulk(server: Server, sizes: Sizes) -> list[Figure]:
    """W2: COPY."""
    with server.database(empty=True) as url, _connection(url) as connection:
        connection.execute(SCHEMA)
        began = time.perf_counter()
        _fill(connection, sizes.bulk)
        took = time.perf_counter() - began
    return [Figure("W2", "floor", "jobs_per_s", round(sizes.bulk / took), sizes.bulk)]


def drain(server: Server, sizes: Sizes, batch: int) -> list[Figure]:
    """W3: the loop in batches, until nothing is left."""
    jobs = sizes.slow_drain if batch == 1 else sizes.drain
    with server.database(empty=True) as url, _connection(url) as connection, tempfile.TemporaryDirectory() as folder:
        connection.execute(SCHEMA)
        _fill(connection, jobs)
        log = _open_log(Path(folder) / "log")
        began = time.perf_counter()
        while _work(connection, log, batch):
            pass
        took = time.perf_counter() - began
        os.close(log)
    return [Figure("W3", f"floor:{batch}", "jobs_per_s", round(jobs / took), jobs)]


def pick_up(server: Server, sizes: Sizes) -> list[Figure]:
    """W4: an idle loop that listens; from the end of the enqueue call to the first line of the job."""
    with _listening_loop(server) as (connection, log):
        ended = {}
        began = time.monotonic()
        for number in range(sizes.paced + WARM_UP):
            time.sleep(max(0.0, began + number * PACE - time.monotonic()))
            connection.execute(INSERT_AND_TELL, (Jsonb([number, 0]),)).fetchone()
            ended[number] = time.monotonic()
        started = _await_log(log, sizes.paced + WARM_UP)
    seconds = [started[number] - ended[number] for number in range(WARM_UP, sizes.paced + WARM_UP)]
    return latencies("W4", "floor", seconds)


def round_trip(server: Server, sizes: Sizes) -> list[Figure]:
    """W5: enqueue, and wait by LISTEN until the job is done, one after the other."""
    seconds = []
    with _listening_loop(server) as (connection, _), _connection(connection.info.dsn) as ears:
        ears.execute("LISTEN done")
        for number in range(sizes.paced + WARM_UP):
            began = time.monotonic()
            row = connection.execute(INSERT_AND_TELL, (Jsonb([number, 0]),)).fetchone()
            assert row is not None  # noqa: S101 - RETURNING
            _await_done(ears, row[0])
            seconds.append(time.monotonic() - began)
    return latencies("W5", "floor", seconds[WARM_UP:])


def listen_and_work(url: str, log: str) -> None:
    """The loop in a process of its own, for W4 and W5: one job at a time, woken by NOTIFY."""
    records = _open_log(Path(log))
    with _connection(url) as connection, _connection(url) as ears:
        ears.execute("LISTEN job")
        Path(log + ".ready").touch()
        while True:
            if not _work(connection, records, 1, tell=True):
                next(ears.notifies(timeout=1, stop_after=1), None)


def _work(connection: Connection, log: int, batch: int, *, tell: bool = False) -> int:
    rows = connection.execute(CLAIM, (batch,)).fetchall()
    for _, (number, _seconds) in rows:
        os.write(log, RECORD.pack(number, time.monotonic_ns()))
    if rows:
        connection.execute(COMPLETE_AND_TELL if tell else COMPLETE, ([row[0] for row in rows],))
    return len(rows)


def _fill(connection: Connection, jobs: int) -> None:
    with connection.cursor().copy("COPY job (arguments) FROM STDIN") as copy:
        for number in range(jobs):
            copy.write_row((Jsonb([number, 0]),))


@contextmanager
def _listening_loop(server: Server) -> Iterator[tuple[Connection, Path]]:
    with server.database(empty=True) as url, _connection(url) as connection, tempfile.TemporaryDirectory() as folder:
        connection.execute(SCHEMA)
        log = Path(folder) / "log"
        process = multiprocessing.get_context("spawn").Process(
            target=listen_and_work, args=(url, str(log)), daemon=True
        )
        process.start()
        try:
            _await(Path(f"{log}.ready").exists)
            yield connection, log
        finally:
            process.kill()
            process.join()


def _await_log(log: Path, jobs: int) -> dict[int, float]:
    _await(lambda: log.stat().st_size >= jobs * RECORD.size)
    return {number: moment / 1e9 for number, moment in RECORD.iter_unpack(log.read_bytes())}


def _await_done(ears: Connection, job_id: int) -> None:
    for note in ears.notifies(timeout=PATIENCE):
        if str(job_id) in note.payload.split(","):
            return
    raise TimeoutError(f"job {job_id} was not done in {PATIENCE:g} s")


def _await(condition: Any) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"the loop did not get there in {PATIENCE:g} s")
        time.sleep(0.005)


def _open_log(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)


def _connection(url: str) -> Connection:
    connection: Connection = psycopg.connect(url, autocommit=True)
    connection.prepare_threshold = 1
    return connection
