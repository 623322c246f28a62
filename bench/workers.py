"""The worker processes of one measurement, and the log that their jobs write."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from types import TracebackType

from bench.tasks import LOG_VARIABLE, RECORD, Times, read_log

HERE = Path(__file__).resolve().parent
START_SECONDS = 60.0
LOOK = 0.005  # seconds between looks at the log
CONCURRENCY = os.environ.get("BENCH_CONC", "10")


class Workers:
    """Processes that share one log. Leaving the context kills them."""

    def __init__(self, url: str, count: int = 1) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="collabcanvas-bench-")
        self._path = Path(self._folder.name)
        self._log = self._path / "log"
        self._count = count
        self._processes: list[subprocess.Popen[bytes]] = []
        self._environ = {
            **os.environ,
            LOG_VARIABLE: str(self._log),
            "DATABASE_URL": url,
            "DATABASE_DIRECT_URL": "",
            "DATA_DIR": str(self._path / "data"),
            "MAX_CONCURRENT_JOBS": CONCURRENCY,
            "LOG_LEVEL": "WARNING",
        }
        self.peak_rss = 0

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.kill()
        self._folder.cleanup()

    def start(self) -> None:
        """Start them and wait until they have loaded everything."""
        before = self._ready()
        for _ in range(self._count):
            with (self._path / "output").open("ab") as output:
                process = subprocess.Popen(
                    [sys.executable, str(HERE / "run_worker.py")],
                    env=self._environ,
                    start_new_session=True,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                )
            self._processes.append(process)
        deadline = time.monotonic() + START_SECONDS
        while self._ready() < before + self._count:
            if time.monotonic() > deadline:
                raise SystemExit(f"a worker did not start: {self.output()}")
            time.sleep(LOOK)

    def go(self) -> None:
        """Let them begin."""
        (self._path / "log.go").touch()

    def kill(self) -> None:
        """Kill -9."""
        for process in self._processes:
            process.send_signal(signal.SIGKILL)
            process.wait()
        self._processes.clear()

    def records(self) -> int:
        """How many records the log holds."""
        return self._log.stat().st_size // RECORD.size if self._log.exists() else 0

    def wait_for(self, records: int, seconds: float) -> bool:
        """Wait until the log holds so many."""
        deadline = time.monotonic() + seconds
        looks = 0
        while (enough := self.records() >= records) is False and time.monotonic() < deadline:
            time.sleep(LOOK)
            looks += 1
            if looks % 50 == 0:
                self.rss()
        return enough

    def times(self) -> tuple[Times, Times]:
        """When each job began and ended."""
        return read_log(self._log)

    def rss(self) -> float:
        """Megabytes that the processes hold now, where the system says so."""
        found = sum(_rss(process.pid) for process in self._processes)
        self.peak_rss = max(self.peak_rss, found)
        return round(found / 1e6, 1)

    def output(self) -> str:
        """The end of what they have printed."""
        path = self._path / "output"
        return path.read_text(errors="replace")[-2000:] if path.exists() else ""

    def _ready(self) -> int:
        return len(list(self._path.glob("log.ready.*")))


def _rss(pid: int) -> int:
    """Bytes in memory; 0 where there is no /proc."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE")
