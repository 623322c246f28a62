"""The single dyno: embedded Postgres if needed, migrations, web, worker. ``python start.py [--web-only]``.

Only what Python brings is imported here, so that a start loses no time and a broken package cannot take the supervisor down.
A dead worker is started again; a dead web process ends everything, and the platform starts it again.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from backend.config import ROOT, VOLUME_VARIABLES, Settings
from backend.embedded import EmbeddedPostgres, EmbeddedPostgresError
from backend.processes import PARENT_PIPE, StopSignal, refuse, settings_or_exit

TICK_SECONDS = 0.1
# Of SHUTDOWN_GRACE: what web and worker may use, and when the rest is killed, so that Postgres still has time to stop.
CHILD_SHARE, KILL_SHARE = 0.7, 0.85
WORKER_BACKOFF = (0.2, 30.0)  # seconds: first and longest pause before a dead worker is started again
WORKER_STEADY_SECONDS = 60.0  # a worker that lived for so long starts again without delay
POSTGRES_PAUSE_SECONDS = 1.0  # before another try, when the embedded Postgres does not start
READY_TIMEOUT_SECONDS = 1.0
ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - how to reach oneself when listening everywhere


def main() -> int:
    """Run until told to stop (0), or until web dies (its exit code)."""
    parser = argparse.ArgumentParser(description="CollabCanvas on one machine.")
    parser.add_argument("--web-only", action="store_true", help="start no worker: workers have machines of their own")
    options = parser.parse_args()
    settings = settings_or_exit()
    stop = StopSignal()
    postgres = None
    environ = {**os.environ, "PORT": str(settings.port or _free_port(settings.host))}
    # These processes are started again and again: compiled once, they start in a third of the time.
    environ.pop("PYTHONDONTWRITEBYTECODE", None)
    try:
        if settings.database_url is None:
            postgres = _embedded_postgres(settings)
            environ |= {"DATABASE_URL": postgres.url, "DATA_DIR": str(settings.data_dir)}
            environ.setdefault("SECRET_KEY", "")
            environ["SECRET_KEY"] = environ["SECRET_KEY"] or _kept_secret(settings.data_dir / "secret_key")
        elif settings.secret_key is None:
            refuse("SECRET_KEY is not set: with DATABASE_URL it has to be given, the same for every process")
        return Supervisor(settings, environ, stop, postgres, with_worker=not options.web_only).run()
    finally:
        if postgres is not None:
            postgres.stop()


def _embedded_postgres(settings: Settings) -> EmbeddedPostgres:
    volumes = [Path(os.environ[name]) for name in VOLUME_VARIABLES if os.environ.get(name)]
    if settings.platform and not any(settings.data_dir.is_relative_to(volume) for volume in volumes):
        refuse(
            f"DATABASE_URL is not set, and {settings.platform} says that this is a platform where DATA_DIR "
            f"{settings.data_dir} is lost with the next deploy: add a Postgres service, or a volume "
            f"({' or '.join(VOLUME_VARIABLES)}) and a DATA_DIR on it"
        )
    try:
        return EmbeddedPostgres(settings.data_dir)
    except EmbeddedPostgresError as error:
        refuse(str(error))
    except OSError as error:
        refuse(f"DATA_DIR {settings.data_dir} cannot be used: {error}")


def _kept_secret(path: Path) -> str:
    """The secret of this installation: made once, readable by its owner alone, never printed."""
    if not path.exists():
        unfinished = path.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(descriptor)
        unfinished.rename(path)
    path.chmod(0o600)
    return path.read_text().strip()


def _free_port(host: str) -> int:
    """For PORT=0: a port that nobody uses just now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as probe:
        return int(probe.getsockname()[1])


class Supervisor:
    """Migrates, then keeps web and worker running."""

    def __init__(
        self,
        settings: Settings,
        environ: dict[str, str],
        stop: StopSignal,
        postgres: EmbeddedPostgres | None,
        *,
        with_worker: bool,
    ) -> None:
        self._settings = settings
        self._stop = stop
        self._postgres = postgres
        self._with_worker = with_worker
        # The write end stays open in this process alone: when it ends, however, the children read the end of file.
        self._parent_pipe, self._alive = os.pipe()
        grace = settings.shutdown_grace * CHILD_SHARE
        self._environ = environ | {PARENT_PIPE: str(self._parent_pipe), "SHUTDOWN_GRACE": f"{grace:g}"}
        self._port = int(environ["PORT"])
        self._web: subprocess.Popen[bytes] | None = None
        self._worker: subprocess.Popen[bytes] | None = None
        self._worker_started = 0.0
        self._worker_due = 0.0
        self._worker_pause = WORKER_BACKOFF[0]

    def run(self) -> int:
        """Everything from the migrations to the end. Returns the exit code."""
        migration = self._spawn("-m", "backend.upgrade")
        while migration.poll() is None:
            if self._stop.wait(0.02):
                self._end(migration)
                return 0
        if migration.returncode != 0:
            return migration.returncode if migration.returncode > 0 else 1
        self._web = self._spawn("-m", "backend.web")
        try:
            return self._supervise(self._web)
        finally:
            self._end(self._web, self._worker)

    def _supervise(self, web: subprocess.Popen[bytes]) -> int:
        announced = False
        while not self._stop.wait(TICK_SECONDS):
            code = web.poll()
            if code is not None:
                _say(f"web ended with code {code}: stopping, so that it is all started again")
                return code if code > 0 else 1
            if self._postgres is not None and not self._postgres.running:
                self._restart_postgres(self._postgres)
            if self._with_worker:
                self._keep_worker()
            if not announced and self._ready():
                announced = True
                print(f"ready http://{self._reachable_host()}:{self._port}", flush=True)
        return 0

    def _keep_worker(self) -> None:
        now = time.monotonic()
        if self._worker is not None and self._worker.poll() is not None:
            steady = now - self._worker_started > WORKER_STEADY_SECONDS
            self._worker_pause = WORKER_BACKOFF[0] if steady else self._worker_pause
            _say(f"worker ended with code {self._worker.returncode}: starting it again in {self._worker_pause:g} s")
            self._worker, self._worker_due = None, now + self._worker_pause
            self._worker_pause = min(self._worker_pause * 2, WORKER_BACKOFF[1])
        if self._worker is None and now >= self._worker_due:
            self._worker, self._worker_started = self._spawn(str(ROOT / "worker.py")), now

    def _restart_postgres(self, postgres: EmbeddedPostgres) -> None:
        """Web and worker reconnect by themselves; until then /ready says 503."""
        _say("the embedded Postgres has ended: starting it again")
        try:
            postgres.start(give_up=self._stop.is_set)
        except EmbeddedPostgresError as error:
            _say(str(error))
            self._stop.wait(POSTGRES_PAUSE_SECONDS)

    def _spawn(self, *arguments: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self._environ,
            stdin=subprocess.DEVNULL,
            pass_fds=(self._parent_pipe,),
            start_new_session=True,  # Ctrl-C reaches this process alone, which tells the others once
        )

    def _end(self, *children: subprocess.Popen[bytes] | None) -> None:
        """SIGTERM once, then wait, then SIGKILL: all within ``SHUTDOWN_GRACE``."""
        running = [child for child in children if child is not None and child.poll() is None]
        for child in running:
            child.send_signal(signal.SIGTERM)
        deadline = time.monotonic() + self._settings.shutdown_grace * KILL_SHARE
        for child in running:
            try:
                child.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(child.pid, signal.SIGKILL)
                child.wait()

    def _ready(self) -> bool:
        connection = http.client.HTTPConnection(self._reachable_host(), self._port, timeout=READY_TIMEOUT_SECONDS)
        try:
            connection.request("GET", "/ready")
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _reachable_host(self) -> str:
        return ANYWHERE.get(self._settings.host, self._settings.host)


def _say(sentence: str) -> None:
    sys.stderr.write(f"start.py: {sentence}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
