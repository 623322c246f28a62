"""The real thing, as an operator runs it: ``start.py`` with its children, and people who reach it over the network."""

from __future__ import annotations

import itertools
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import engineio
import requests
import socketio

from backend.config import ROOT

START_SECONDS = 90.0  # a hang, not a measurement
PASSWORD = "correct horse battery"
_numbers = itertools.count(1)


def free_port() -> int:
    """A port of the loopback interface that nobody uses just now."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def own_folder() -> Iterator[Path]:
    """A folder for an installation. Not one of pytest's: as root, another run of pytest closes those to Postgres' user."""
    folder = Path(tempfile.mkdtemp(prefix="cc-acceptance-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def eventually(condition: Callable[[], Any], what: str, seconds: float = 30.0) -> Any:
    """The first true value of ``condition``; fails after ``seconds`` (a bound on hanging) with ``what``."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"did not happen within {seconds:g} s: {what}")


class Installation:
    """One ``start.py`` on a port and a DATA_DIR of its own. ``environ`` are further variables; None removes one."""

    def __init__(self, data_dir: Path, *arguments: str, **environ: str | None) -> None:
        self.data_dir = data_dir
        self.port = free_port()
        self.base_url = f"http://127.0.0.1:{self.port}"
        self.arguments = arguments
        inherited = {
            key: os.environ[key] for key in ("PATH", "HOME", "LANG", "TMPDIR", "PYTHONWARNINGS") if key in os.environ
        }
        quiet = {"RATE_LIMITS": "off", "EMBEDDED_MODEL": "off"}
        given = {"PORT": str(self.port), "DATA_DIR": str(data_dir), **quiet, **environ}
        self.environ = inherited | {key: value for key, value in given.items() if value is not None}
        self.output = data_dir.parent / f"{data_dir.name}.log"
        self.process: subprocess.Popen[bytes] | None = None

    def launch(self) -> Installation:
        """Start it without waiting."""
        self.output.parent.mkdir(parents=True, exist_ok=True)
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, str(ROOT / "start.py"), *self.arguments],
                env=self.environ,
                cwd=self.output.parent,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        return self

    def start(self) -> Installation:
        """Start it and wait for its ``ready`` line."""
        already = self.log().count("\nready http://") + self.log().startswith("ready http://")
        self.launch()
        ready = f"ready {self.base_url}"

        def announced() -> bool:
            assert self.process is not None
            assert self.process.poll() is None, f"start.py ended with {self.process.returncode}:\n{self.log()[-4000:]}"
            return self.log().splitlines().count(ready) > already

        eventually(announced, f"“{ready}” in:\n{self.log()[-4000:]}", START_SECONDS)
        return self

    def stop(self, seconds: float = 60.0) -> int:
        """SIGTERM, as a platform does it; returns the exit code."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(seconds)
        self.process = None
        return code

    def kill_everything(self) -> None:
        """kill -9 of start.py, web, worker and every process of Postgres, as if the machine had lost its power."""
        assert self.process is not None
        everybody = [self.process.pid, *descendants(self.process.pid)]
        for pid in everybody:
            kill(pid)
        self.process.wait()
        self.process = None
        eventually(lambda: not any(alive(pid) for pid in everybody), "all processes are gone")

    def log(self) -> str:
        """Everything that was written to stdout and stderr so far."""
        return self.output.read_text(errors="replace") if self.output.exists() else ""

    @property
    def web_pid(self) -> int:
        """Process id of the web process."""
        return self._child("backend.web")

    @property
    def worker_pid(self) -> int:
        """Process id of the worker; waits for one that is being started again."""
        return self._child("worker.py")

    @property
    def postgres_pid(self) -> int:
        """Process id of the embedded Postgres' postmaster."""
        return int((self.data_dir / "postgres" / "postmaster.pid").read_text().splitlines()[0])

    @property
    def database_url(self) -> str:
        """Where the tests may look behind the interfaces."""
        given = self.environ.get("DATABASE_URL")
        return given or f"postgresql://postgres@/postgres?host={self.data_dir / 'postgres'}"

    def person(self, *, guest: bool = False) -> Person:
        """Somebody new, with a token."""
        path = "/api/auth/guest?token=1" if guest else "/api/auth/signup?token=1"
        number = next(_numbers)
        body = None if guest else {"email": f"person{number}-{os.getpid()}@example.com", "password": PASSWORD}
        answer = requests.post(self.base_url + path, json=body, timeout=30)
        assert answer.status_code == 201, answer.text
        return Person(self.base_url, answer.json()["token"], answer.json()["id"])

    def _child(self, command: str) -> int:
        assert self.process is not None
        parent = self.process.pid

        def find() -> int | None:
            found = [pid for pid in children(parent) if command in command_line(pid)]
            return found[0] if found else None

        return int(eventually(find, f"start.py runs {command}"))


class Person:
    """A program with a token: HTTP and Socket.IO."""

    def __init__(self, base_url: str, token: str, user_id: str) -> None:
        self.base_url = base_url
        self.token = token
        self.user_id = user_id
        self.http = requests.Session()
        self.http.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.http.get(self.base_url + path, timeout=30, **options)

    def post(self, path: str, json: Any = None, **options: Any) -> requests.Response:
        return self.http.post(self.base_url + path, json=json, timeout=30, **options)

    def delete(self, path: str) -> requests.Response:
        return self.http.delete(self.base_url + path, timeout=30)

    def submit(self, job_type: str, **request_data: Any) -> str:
        """POST /api/jobs; returns the job's id."""
        answer = self.post("/api/jobs", {"job_type": job_type, "request_data": request_data})
        assert answer.status_code == 202, answer.text
        return str(answer.json()["job_id"])

    @contextmanager
    def socket(self) -> Iterator[LiveClient]:
        """A connected Socket.IO client."""
        client = LiveClient(self)
        client.connect()
        try:
            yield client
        finally:
            client.close()


class _OneByOne(engineio.Client):  # type: ignore[misc]
    """Hands messages on in the order of their arrival; the library starts a thread for each, and they overtake each other."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._messages = ThreadPoolExecutor(1, "messages")

    def _trigger_event(self, event: str, *arguments: Any, **options: Any) -> Any:
        if event == "message":
            return self._messages.submit(super()._trigger_event, event, *arguments)
        return super()._trigger_event(event, *arguments, **options)


class _InOrder(socketio.Client):  # type: ignore[misc]
    def _engineio_client_class(self) -> type[engineio.Client]:
        return _OneByOne


class LiveClient:
    """A Socket.IO client that keeps, like the page, the events of each job from the first one on, without a gap, once.

    What arrives ahead of its turn waits. ``watch`` asks for what is missing, and so does every reconnect.
    """

    def __init__(self, person: Person) -> None:
        self._person = person
        self._io = _InOrder(reconnection_delay=0.1, reconnection_delay_max=0.5, randomization_factor=0)
        self._news = threading.Condition()
        self.events: dict[str, list[dict[str, Any]]] = {}
        self._ahead: dict[str, dict[int, dict[str, Any]]] = {}
        self.other: list[tuple[str, Any]] = []
        self.repeated: list[tuple[str, int]] = []
        self._watched: set[str] = set()
        self.connections = 0
        self.disconnections = 0
        self._io.on("connect", self._on_connect)
        self._io.on("disconnect", self._on_disconnect)
        self._io.on("*", self._on_any)

    def connect(self) -> None:
        self._io.connect(
            self._person.base_url, auth={"token": self._person.token}, transports=["websocket"], wait_timeout=30
        )

    def close(self) -> None:
        self._io.disconnect()

    def call(self, event: str, payload: Any) -> dict[str, Any]:
        """Send a message and return its acknowledgement."""
        answer = self._io.call(event, payload, timeout=30)
        assert isinstance(answer, dict), answer
        return answer

    def watch(self, job_id: str) -> dict[str, Any]:
        """job:watch with the number of the last event that is here; after every reconnect it is done again."""
        self._watched.add(job_id)
        answer = self.call("job:watch", {"job_id": job_id, "after": len(self.of(job_id))})
        for event in answer.get("events", []):
            self._take(job_id, event)
        return answer

    def of(self, job_id: str) -> list[dict[str, Any]]:
        """The events of a job so far."""
        return list(self.events.get(job_id, []))

    def wait_for(self, job_id: str, *types: str, seconds: float = 60.0) -> list[dict[str, Any]]:
        """The events of a job as soon as one of ``types`` is among them."""
        with self._news:
            arrived = self._news.wait_for(
                lambda: any(event["type"] in types for event in self.events.get(job_id, [])), seconds
            )
        assert arrived, f"no {' or '.join(types)} of {job_id}: {self.events.get(job_id)}"
        return self.of(job_id)

    def wait_until(self, condition: Callable[[], bool], what: str, seconds: float = 60.0) -> None:
        """Wait until something that arrives makes ``condition`` true."""
        with self._news:
            assert self._news.wait_for(condition, seconds), what

    def _on_connect(self) -> None:
        self.connections += 1
        if self.connections > 1:  # in a thread: the answers come through the one that calls this
            threading.Thread(target=self._watch_again, daemon=True).start()
        with self._news:
            self._news.notify_all()

    def _watch_again(self) -> None:
        for job_id in list(self._watched):
            with suppress(socketio.exceptions.SocketIOError):  # disconnected again: the next connect does it
                self.watch(job_id)

    def _on_disconnect(self, *_reason: Any) -> None:
        with self._news:
            self.disconnections += 1
            self._news.notify_all()

    def _on_any(self, event: str, *arguments: Any) -> None:
        kind, _, name = event.partition(":")
        if kind == "job" and name != "gap":
            body = arguments[0]
            self._take(body["job_id"], {**body, "type": name})
            return
        if event == "hello":  # which version the server is: every socket is told
            return
        with self._news:
            self.other.append((event, arguments[0] if arguments else None))
            self._news.notify_all()

    def _take(self, job_id: str, event: dict[str, Any]) -> None:
        with self._news:
            known, ahead = self.events.setdefault(job_id, []), self._ahead.setdefault(job_id, {})
            if event["seq"] <= len(known) or event["seq"] in ahead:
                self.repeated.append((job_id, event["seq"]))
                return
            ahead[event["seq"]] = event
            while len(known) + 1 in ahead:
                known.append(ahead.pop(len(known) + 1))
            self._news.notify_all()


def children(parent: int) -> list[int]:
    """Process ids of the direct children (Linux)."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent and fields[0] != "Z":
            found.append(int(entry.parent.name))
    return found


def descendants(parent: int) -> list[int]:
    """Process ids of all children, grandchildren and so on."""
    found = children(parent)
    for child in list(found):
        found += descendants(child)
    return found


def command_line(pid: int) -> str:
    """How a process was started; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def alive(pid: int) -> bool:
    """Whether a process exists and is more than a zombie."""
    return bool(command_line(pid))


def kill(pid: int) -> None:
    """kill -9; a process that is gone already is fine."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
