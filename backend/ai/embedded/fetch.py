"""``python -m backend.ai.embedded.fetch FOLDER WEIGHTS``: fetches weights (as JSON), behind everything else on the machine.

A process of its own, so that unpacking and hashing hold up no worker. It tells on stdout, a line of JSON each: what it does and
how many bytes are there. It ends when its stdin does, that is, with the worker that started it.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import sys
import threading
import time
from pathlib import Path

from backend.ai.embedded.catalogue import Weights
from backend.ai.embedded.weights import FetchError, fetch

NICENESS = 15
TELL_EVERY = 0.5  # seconds
DONE, FAILED, TAKEN = 0, 1, 3  # exit codes; taken: another process of this machine fetches


def main(folder: Path, weights: Weights) -> int:
    """Fetch, unless somebody else does; the exit code."""
    threading.Thread(target=_end_with_worker, daemon=True).start()
    with contextlib.suppress(OSError):
        os.nice(NICENESS)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "fetch.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return TAKEN
        try:
            fetch(weights, folder, Teller())
        except (FetchError, OSError) as error:
            _say({"error": str(error)})
            return FAILED
    return DONE


class Teller:
    """Tells twice a second at most, and every change of what is done."""

    def __init__(self) -> None:
        self._told = 0.0
        self._doing = ""

    def __call__(self, doing: str, done: int) -> None:
        now = time.monotonic()
        if doing != self._doing or now - self._told >= TELL_EVERY:
            self._doing, self._told = doing, now
            _say({"doing": doing, "done": done})


def _say(line: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def _end_with_worker() -> None:
    # Not by sys.stdin: its lock, held by this thread, would be fatal at the end of the process.
    while os.read(0, 1):
        pass
    os._exit(FAILED)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Weights(**json.loads(sys.argv[2]))))
