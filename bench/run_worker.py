"""The shipped worker process with the task of the benchmarks. Says when it is ready, and begins when it is told."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

sys.path[0] = str(Path(__file__).resolve().parent.parent)  # the project, not this folder

import worker
from backend.ai.warm_up import warm_up
from backend.config import Settings
from bench.tasks import LOG_VARIABLE

GO_LOOK = 0.002  # seconds between looks for the file that says go


def main() -> int:
    """Load all that a running worker has loaded, wait for the start, and be the worker."""
    warm_up(
        Settings.from_env()
    )  # the shipped process does it beside its first jobs; starting up is not what is measured
    log = Path(os.environ[LOG_VARIABLE])
    log.with_name(f"{log.name}.ready.{os.getpid()}").touch()
    while not log.with_name(f"{log.name}.go").exists():
        time.sleep(GO_LOOK)
    return worker.main([])


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    os._exit(code)
