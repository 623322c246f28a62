"""PgBouncer in transaction mode in front: the worker notices that it hears nothing, polls, and listens again when it can."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from tests.acceptance.installation import free_port, own_folder
from tests.jobs.engine import Engine
from tests.soak.conftest import Nursery, Tally

NOTICED_SECONDS = 10.0  # the bar: from then on jobs are polled for
NO_POLLING = "3600"  # seconds: only who knows that nothing arrives looks more often

CONFIG = """
[databases]
* = host={host} user=postgres

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = {mode}
default_pool_size = 20
max_client_conn = 500
ignore_startup_parameters = extra_float_digits
logfile = {folder}/log
pidfile = {folder}/pid
"""


class Pooler:
    """PgBouncer between a port and a Postgres on a Unix socket."""

    def __init__(self, folder: Path, direct_url: str) -> None:
        parts = urlsplit(direct_url)
        self._folder = folder
        self._host = parse_qs(parts.query)["host"][0]
        self.port = free_port()
        self.url = f"postgresql://postgres@127.0.0.1:{self.port}{parts.path}"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, mode: str) -> None:
        """Run it in a pool mode: ``transaction``, or ``session``, which lets notifications through."""
        config = self._folder / "pgbouncer.ini"
        config.write_text(CONFIG.format(host=self._host, port=self.port, mode=mode, folder=self._folder))
        self._let_the_account_in()
        command = [shutil.which("pgbouncer") or "/usr/sbin/pgbouncer", "-q", str(config)]
        account = self._account()
        self._process = subprocess.Popen(
            command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=None if account is None else account.pw_uid,
            group=None if account is None else account.pw_gid,
            extra_groups=None if account is None else [],
        )
        deadline = time.monotonic() + 30
        while True:
            try:
                psycopg.connect(self.url, connect_timeout=5).close()
                return
            except psycopg.OperationalError as error:
                assert time.monotonic() < deadline, error
                time.sleep(0.05)

    def stop(self) -> None:
        """End it, with every connection through it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _account(self) -> pwd.struct_passwd | None:
        """It refuses to run as root; whoever may enter the server's socket folder is its owner."""
        return pwd.getpwuid(Path(self._host).stat().st_uid) if os.geteuid() == 0 else None

    def _let_the_account_in(self) -> None:
        account = self._account()
        if account is not None:
            for path in (self._folder, *self._folder.iterdir()):
                os.chown(path, account.pw_uid, account.pw_gid)


@contextmanager
def pooler_of(direct_url: str) -> Iterator[Pooler]:
    """A pooler that is gone afterwards."""
    with own_folder() as folder:
        found = Pooler(folder, direct_url)
        try:
            yield found
        finally:
            found.stop()


@pytest.fixture
def pooler(engine: Engine) -> Iterator[Pooler]:
    """In transaction mode, in front of the test's database."""
    if "host=" not in engine.url:
        pytest.skip("the pooler's configuration is for a Postgres on a Unix socket")
    with pooler_of(engine.url) as found:
        found.start("transaction")
        yield found


def seconds_until_done(engine: Engine, patience: float) -> float | None:
    """How long a new job takes; None if longer than ``patience`` seconds."""
    job, began = engine.enqueue("soak_account"), time.monotonic()
    while not engine.count(f"id = '{job.id}' AND completed_at IS NOT NULL"):
        if time.monotonic() - began > patience:
            return None
        time.sleep(0.02)
    return time.monotonic() - began


def mode_of_the_worker(engine: Engine) -> str:
    """How it learns of jobs, as it says itself."""
    row = engine.connection.execute("SELECT mode FROM ai_worker ORDER BY id DESC LIMIT 1").fetchone()
    return str(row[0]) if row else ""


@pytest.mark.soak
def test_through_a_transaction_pooler_jobs_are_polled_for_and_then_heard_of_again(
    engine: Engine, nursery: Nursery, pooler: Pooler, tally: Tally
) -> None:
    """Prepared statements, session settings and locks must not get in its way either."""
    nursery.start(DATABASE_URL=pooler.url, JOB_PROCESSING_INTERVAL=NO_POLLING)
    began = time.monotonic()
    engine.until(lambda: mode_of_the_worker(engine) == "polling")
    noticed = time.monotonic() - began
    times = [seconds_until_done(engine, 10.0) for _ in range(50)]
    late = times.count(None)
    pooler.stop()
    pooler.start("session")  # a direct route at the same address
    back = time.monotonic()
    engine.until(lambda: mode_of_the_worker(engine) == "listening")
    heard = time.monotonic() - back
    after = [seconds_until_done(engine, 10.0) for _ in range(50)]
    late += after.count(None)
    slowest = max(took for took in times if took is not None)
    tally(
        "PgBouncer in transaction mode, then a direct route",
        "100 jobs",
        f"polling after {noticed:.1f} s, slowest job {slowest:.1f} s; listening again after {heard:.1f} s; {late} late",
    )
    assert late == 0
    assert noticed < NOTICED_SECONDS


@pytest.mark.soak
def test_beside_a_pooler_the_direct_url_is_listened_on(
    engine: Engine, nursery: Nursery, pooler: Pooler, tally: Tally
) -> None:
    nursery.start(DATABASE_URL=pooler.url, DATABASE_DIRECT_URL=engine.url, JOB_PROCESSING_INTERVAL=NO_POLLING)
    times = [seconds_until_done(engine, 30.0) for _ in range(100)]
    late = times.count(None)
    tally("PgBouncer, and DATABASE_DIRECT_URL beside it", "100 jobs", f"{mode_of_the_worker(engine)}; {late} late")
    assert late == 0
    assert mode_of_the_worker(engine) == "listening"


@pytest.mark.soak
def test_a_worker_that_believes_its_listen_is_found(
    engine: Engine, nursery: Nursery, pooler: Pooler, tally: Tally
) -> None:
    nursery.start(DATABASE_URL=pooler.url, JOB_PROCESSING_INTERVAL=NO_POLLING, SOAK_FAULT="no canary")
    engine.until(lambda: engine.connection.execute("SELECT 1 FROM ai_worker").fetchone())
    time.sleep(NOTICED_SECONDS)  # what a worker with its canary needs at most
    late = [seconds_until_done(engine, 5.0) for _ in range(3)].count(None)
    tally("PgBouncer, and nobody asks whether hints arrive", "3 jobs", f"must find: {late} late")
    assert late
