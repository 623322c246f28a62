"""The server of the embedded model as a worker sees it: started on first need, one on a machine, started anew when it dies."""

from __future__ import annotations

import contextlib
import fcntl
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import requests
import structlog

from backend.ai.calling import faults
from backend.ai.embedded.catalogue import NAME
from backend.config import ROOT

log = structlog.get_logger(__name__)

ADDRESS_FILE, LOCK_FILE, LOG_FILE = "server.json", "server.lock", "server.log"
START_SECONDS = 180.0  # to load the model, on a slow disk
LOOK_EVERY = 0.1  # seconds
HEALTH_TIMEOUT = 2.0  # seconds


@dataclass(frozen=True)
class Address:
    """Where the server listens on the loopback interface, and the key it wants."""

    port: int
    key: str
    file: str

    @property
    def base_url(self) -> str:
        """As the SDK wants it."""
        return f"http://127.0.0.1:{self.port}/v1"


class Serving:
    """``folder`` is shared by all workers of the machine. Whoever finds the lock free starts the server; the others use it.

    The lock is held by the server itself, through a descriptor that it inherits, and is free the moment that it is gone.
    """

    def __init__(self, file: Path, model: str, folder: Path) -> None:
        self._file = file
        self._model = model
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def address(self, checkpoint: Callable[[], None]) -> Address:
        """Where to ask, once the server answers; it is started if there is none.

        Raises ProviderFault when it does not start, or whatever ``checkpoint`` raises.
        """
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            checkpoint()
            found = self._serving()
            if found is not None:
                return found
            self._start()
            time.sleep(LOOK_EVERY)
        raise faults.unavailable(NAME, "did not start in time")

    def close(self) -> None:
        """End the server, if it is this worker's; it would end with the worker anyway."""
        with self._lock:
            if self._process is not None:
                self._process.kill()
                self._bury(self._process)

    def _serving(self) -> Address | None:
        try:
            told = json.loads((self._folder / ADDRESS_FILE).read_text(encoding="utf-8"))
            found = Address(told["port"], told["key"], told["file"])
            url = f"http://127.0.0.1:{found.port}/health"
            alive = requests.get(url, timeout=HEALTH_TIMEOUT, headers={"Connection": "close"}).status_code == 200
        except (OSError, ValueError, KeyError, requests.RequestException):
            return None
        return found if alive and found.file == str(self._file) else None

    def _start(self) -> None:
        with self._lock:
            if self._process is not None:
                code = self._process.poll()
                if code is None:
                    return  # it is loading
                self._bury(self._process)
                log.warning("embedded_server_ended", code=code, log=str(self._folder / LOG_FILE))
                if not (self._folder / ADDRESS_FILE).exists():  # it never got so far: the next call may try again
                    raise faults.unavailable(NAME, f"could not be started (exit code {code})")
            self._folder.mkdir(parents=True, exist_ok=True)
            with (self._folder / LOCK_FILE).open("w") as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    return  # another worker's is loading, or serves another file until that worker ends
                self._spawn(lock.fileno())

    def _bury(self, process: subprocess.Popen[bytes]) -> None:
        process.wait()
        if process.stdin is not None:
            process.stdin.close()
        self._process = None

    def _spawn(self, lock: int) -> None:
        with contextlib.suppress(FileNotFoundError):
            (self._folder / ADDRESS_FILE).unlink()  # of one that is gone
        command = [sys.executable, "-m", "backend.ai.embedded.server", str(self._file), self._model, str(self._folder)]
        with (self._folder / LOG_FILE).open("wb") as output:
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                stdin=subprocess.PIPE,  # the end of this process is the end of it: the server's end
                stdout=output,
                stderr=output,
                pass_fds=(lock,),
            )
        log.info("embedded_server_starting", model=self._model, pid=self._process.pid)
