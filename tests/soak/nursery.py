"""Workers by the dozen: ``python -m tests.soak.nursery`` imports the shipped worker once and forks it on order.

On its standard input one JSON list a line, [arguments, environment]; on its output the process id of the new worker.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any

import worker
from tests.jobs import sample_tasks
from tests.soak import faults, tasks

assert sample_tasks.gates is not None
assert tasks.LOG is not None


def main() -> None:
    """Fork a worker for each line. At the end of the input everything that was started here is killed."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them one by one
    started: list[int] = []
    for line in sys.stdin:
        arguments, environ = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _become_worker(arguments, environ)
        started.append(pid)
        print(pid, flush=True)
    for pid in started:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def _become_worker(arguments: list[str], environ: dict[str, Any]) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for descriptor in (0, 1):
        os.dup2(os.open(os.devnull, os.O_RDWR), descriptor)
    os.environ.clear()
    os.environ.update(environ)
    code = 1
    try:
        faults.break_engine(os.environ.get(faults.VARIABLE, ""))
        code = worker.main(arguments)
        sys.stderr.flush()
    finally:
        os._exit(code)


if __name__ == "__main__":
    main()
