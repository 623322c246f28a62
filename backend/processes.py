"""What start.py, web and worker share as processes: reading the settings, refusing to start, being told to stop.

Standard library only, and no monkey-patching needed: start.py imports it before anything is installed or patched.
"""

from __future__ import annotations

import os
import select
import signal
import sys
from collections.abc import Mapping
from types import FrameType
from typing import NoReturn

from backend.config import Settings, SettingsError

EXIT_REFUSED = 2
# Names a descriptor, inherited from start.py, that reaches its end of file when start.py is gone, however it died.
PARENT_PIPE = "COLLABCANVAS_PARENT_PIPE"


def settings_or_exit(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings from the environment; a wrong variable ends the process with one line that names it."""
    try:
        return Settings.from_env(environ)
    except SettingsError as error:
        refuse(str(error))


def refuse(sentence: str) -> NoReturn:
    """End the process before it has begun: one line on stderr, exit code 2."""
    sys.stderr.write(" ".join(sentence.split()) + "\n")
    sys.stderr.flush()
    raise SystemExit(EXIT_REFUSED)


class StopSignal:
    """Set once by SIGTERM, SIGINT or the death of start.py; the main thread (or green thread) waits for it.

    A pipe, not an Event: a signal handler may run inside the hub of green threads, where no Event may be set.
    """

    def __init__(self) -> None:
        """Take over SIGTERM and SIGINT. Main thread only."""
        readable, self._writable = os.pipe()
        os.set_blocking(self._writable, False)
        self._sources = [readable]
        # Taken out of the environment: a grandchild has other descriptors under the same number.
        parent = os.environ.pop(PARENT_PIPE, None)
        if parent is not None:
            os.set_inheritable(int(parent), False)
            self._sources.append(int(parent))
        # Written to by the interpreter itself: Python code in a handler may run inside the hub, where even os.write,
        # which eventlet replaces, must not be called.
        signal.set_wakeup_fd(self._writable, warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _wake_up_only)

    def is_set(self) -> bool:
        """Whether the process has been told to stop."""
        return self.wait(0)

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until told to stop, at most ``timeout`` seconds; True when told."""
        readable, _, _ = select.select(self._sources, [], [], timeout)
        return bool(readable)


def _wake_up_only(_number: int, _frame: FrameType | None) -> None:
    """The byte in the pipe is the message."""
