"""The duty that looks after limits: the backstop for what their statements and triggers do at once."""

from __future__ import annotations

import random
from collections.abc import Callable

from backend.jobs.admission import limit_store
from backend.jobs.store import Connection

TEND_INTERVAL = 1.0  # seconds between two looks
NO_LIMITS_PAUSE = 30.0  # while there are none; a hint ends it when the first one is made


class LimitTender:
    """Puts right about limits what no single statement can: rules that were changed, claims that are gone without an end."""

    def __init__(self, on_changed: Callable[[], None]) -> None:
        self._on_changed = on_changed

    def __call__(self, connection: Connection) -> float:
        changed = limit_store.tend(connection)
        if changed is None:
            return NO_LIMITS_PAUSE
        if changed:
            self._on_changed()
        return TEND_INTERVAL * random.uniform(0.8, 1.2)
