"""Waiting for something that another thread or process brings about, with a bound that only a hang reaches."""

from __future__ import annotations

import time
from collections.abc import Callable

HANG_SECONDS = 30.0


def wait_until(condition: Callable[[], object], seconds: float = HANG_SECONDS) -> None:
    """Return as soon as ``condition()`` is true; fail after ``seconds``."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"nothing happened within {seconds:g} seconds")
        time.sleep(0.01)
