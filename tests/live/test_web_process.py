"""The web process itself: nothing blocks it, and it leaves in good order."""

from __future__ import annotations

import os
import resource
import socket
import subprocess
import sys
import threading
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests

from backend.config import ROOT
from tests.acceptance.installation import Person, eventually
from tests.live.conftest import SECRET, WebProcess, at
from tests.live.rows import Rows
from tests.live.stream import PageStream, Stream

BLOCKED_ON = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


class SlowRequests:
    """Requests that wait in the database until they are let go."""

    def __init__(self, person: Person, database_url: str, count: int) -> None:
        self._lock = psycopg.connect(database_url, options="-c lock_timeout=20s")
        self._lock.execute("LOCK TABLE ai_job IN ACCESS EXCLUSIVE MODE")
        self.answers: list[int] = []
        self._threads = [threading.Thread(target=self._ask, args=(person,)) for _ in range(count)]
        for thread in self._threads:
            thread.start()
        with psycopg.connect(database_url, autocommit=True) as watcher:
            eventually(lambda: self._blocked(watcher) >= count, "the requests wait in the database")

    def let_go(self) -> list[int]:
        """Let the database answer; returns the status codes."""
        self._lock.close()
        for thread in self._threads:
            thread.join()
        return self.answers

    @staticmethod
    def _blocked(watcher: psycopg.Connection[Any]) -> int:
        row = watcher.execute(BLOCKED_ON).fetchone()
        return int(row[0]) if row else 0

    def _ask(self, person: Person) -> None:
        job = "00000000-0000-7000-8000-000000000000"
        url = f"{person.base_url}/api/jobs/{job}/events"
        answer = requests.get(url, headers=dict(person.http.headers), timeout=60)
        self.answers.append(answer.status_code)


def test_queries_that_wait_do_not_stall_other_requests(
    webs: dict[str, WebProcess], person: Person, live_database: str
) -> None:
    slow = SlowRequests(person, live_database, count=8)
    try:
        assert requests.get(f"{person.base_url}/health", timeout=10).status_code == 200
        assert person.get("/api/auth/me").status_code == 200
        assert slow.answers == []
    finally:
        assert slow.let_go() == [404] * 8


def test_more_connections_than_eventlet_takes_by_default(webs: dict[str, WebProcess]) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    address = ("127.0.0.1", webs["push"].port)
    idle: list[socket.socket] = []
    try:
        for _ in range(1100):
            idle.append(socket.create_connection(address, timeout=30))
        idle[-1].sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert idle[-1].recv(12) == b"HTTP/1.1 200"
    finally:
        for connection in idle:
            connection.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


GEVENT = pytest.param("gevent", marks=pytest.mark.skipif(not find_spec("gevent"), reason="gevent is not installed"))


@pytest.mark.parametrize("mode", ["eventlet", "threading", GEVENT])
def test_sigterm_finishes_requests_lets_go_of_sockets_and_streams_and_exits_with_0(
    mode: str, webs: dict[str, WebProcess], person: Person, rows: Rows, live_database: str, tmp_path: Path
) -> None:
    """And until then the feed works, whatever serves."""
    web = WebProcess(live_database, tmp_path / "web.log", ASYNC_MODE=mode).wait_until_ready()
    reach = at(person, web)
    with reach.socket() as client:
        done, waiting = rows.job(person.user_id), rows.job(person.user_id)
        rows.life(done, steps=5)
        client.wait_for(str(done), "completed")
        assert [(event["seq"], event["type"]) for event in client.of(str(done))] == rows.stored(done)
        stream, page = Stream(reach, waiting).read(1), PageStream(reach)
        slow = SlowRequests(reach, live_database, count=2)
        codes: list[int] = []
        stopping = threading.Thread(target=lambda: codes.append(web.stop()))
        stopping.start()
        eventually(lambda: _refuses_connections(web), "no new connection is taken")
        client.wait_until(lambda: client.disconnections > 0, "the socket is disconnected")
        assert page.ended.wait(30)
        assert codes == []  # it waits for the requests in flight
        assert slow.let_go() == [404, 404]
        assert stream.read().ids == [1]
        stopping.join()
    assert codes == [0]


def test_a_request_that_takes_for_ever_does_not_keep_the_process(
    webs: dict[str, WebProcess], person: Person, live_database: str, tmp_path: Path
) -> None:
    web = WebProcess(live_database, tmp_path / "web.log", SHUTDOWN_GRACE="0.5").wait_until_ready()
    slow = psycopg.connect(live_database, options="-c lock_timeout=20s")
    slow.execute("LOCK TABLE ai_job IN ACCESS EXCLUSIVE MODE")
    url = f"{web.base_url}/api/jobs/00000000-0000-7000-8000-000000000000/events"
    endless = threading.Thread(target=_expect_no_answer, args=(url, dict(person.http.headers)))
    endless.start()
    with psycopg.connect(live_database, autocommit=True) as watcher:
        eventually(lambda: SlowRequests._blocked(watcher) >= 1, "the request waits in the database")
    assert web.stop() == 0
    slow.close()
    endless.join()


def test_a_driver_that_blocks_is_found_out_at_the_start(live_database: str) -> None:
    """The compiled wait of psycopg under green threads: what web.py prevents, and what an upgrade might bring back."""
    program = (
        "import warnings; warnings.simplefilter('ignore'); import eventlet; eventlet.monkey_patch()\n"
        "from backend import serving\n"
        "from backend.config import Settings\n"
        "serving._refuse_if_queries_block(Settings.from_env())\n"
    )
    environ = {"PATH": os.environ["PATH"], "DATABASE_URL": live_database, "SECRET_KEY": SECRET}
    blocking = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env=environ, capture_output=True, text=True, check=False, timeout=90
    )
    assert blocking.returncode == 2
    assert blocking.stderr.startswith("ASYNC_MODE")
    assert len(blocking.stderr.splitlines()) == 1


def _refuses_connections(web: WebProcess) -> bool:
    try:
        socket.create_connection(("127.0.0.1", web.port), timeout=5).close()
    except OSError:
        return True
    return False


def _expect_no_answer(url: str, headers: dict[str, str | bytes]) -> None:
    with pytest.raises(requests.ConnectionError):
        requests.get(url, headers=headers, timeout=60)
