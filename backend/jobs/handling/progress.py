"""Progress on its way to the database: coalesced to a few reports a second and job, the last one always kept."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Collection

from backend.jobs.handling.run import Run

INTERVAL = 0.1  # seconds between two stored reports of one run


class ProgressBuffer:
    """Runs with progress that is not stored. ``pending`` of a run holds the newest report alone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: dict[uuid.UUID, Run] = {}

    def report(self, run: Run, percent: int, message: str | None) -> None:
        """A newer report replaces an older one that is still waiting."""
        with self._lock:
            run.pending = (percent, message)
            self._runs[run.job.id] = run

    def take(self, now: float, ending: Collection[Run]) -> list[tuple[Run, int, str | None]]:
        """Reports that are due, and all of runs that are ``ending``: their last one must come before their end."""
        with self._lock:
            due = [run for run in self._runs.values() if run in ending or now - run.reported >= INTERVAL]
            taken = []
            for run in due:
                del self._runs[run.job.id]
                if run.pending is not None:
                    taken.append((run, *run.pending))
                    run.pending = None
                    run.reported = now
        return taken

    def put_back(self, run: Run, percent: int, message: str | None) -> None:
        """A report that could not be stored now: try again, unless a newer one has come."""
        with self._lock:
            if run.pending is None:
                run.pending = (percent, message)
            self._runs[run.job.id] = run

    def due_in(self, now: float) -> float | None:
        """Seconds until the next report is due; None when there is none."""
        with self._lock:
            if not self._runs:
                return None
            return max(0.0, min(run.reported for run in self._runs.values()) + INTERVAL - now)
