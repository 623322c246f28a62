"""Runs that take longer than they may: asked to stop, and given up if they do not."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

import structlog

from backend.jobs.handling.run import TIMED_OUT, Run
from backend.jobs.handling.taking_away import TOO_LONG, end_transaction
from backend.jobs.link import Link
from backend.jobs.outcome import Failed, Outcome
from backend.jobs.runtime import worker_store
from backend.jobs.runtime.executor import Executor

log = structlog.get_logger(__name__)

MAX_ABANDONED = 16  # threads that may hang at the same time; with more the process has to start anew


class Overdue:
    """Called by the heartbeat. ``finish`` takes the end of a run that was given up; ``on_too_many`` ends the process."""

    def __init__(
        self,
        executor: Executor,
        worker_id: int,
        finish: Callable[[Run, Outcome, float], None],
        on_too_many: Callable[[], None],
    ) -> None:
        self._executor = executor
        self._worker_id = worker_id
        self._finish = finish
        self._on_too_many = on_too_many
        self._noted = 0
        self._given_up: list[Run] = []

    def stop(self, held: Iterable[Run]) -> None:
        """Interrupt the runs past their time limit, and abandon those past their hard one."""
        now = time.monotonic()
        for run in held:
            if run.deadline is None or now < run.deadline:
                continue
            run.interrupt(TIMED_OUT)
            if run.hard_deadline is not None and now > run.hard_deadline and self._executor.abandon(run):
                self._given_up.append(run)

    def settle(self, link: Link) -> None:
        """Write the ends of abandoned runs, each after the transaction that its handler may have left open.

        That transaction holds the job's row, and whoever writes the end would wait for it, with all other ends behind.
        """
        while self._given_up:
            run = self._given_up[0]
            link.attempt(lambda connection: end_transaction(connection, run))  # noqa: B023 - called before the next turn
            self._given_up.pop(0)
            self._finish(run, Failed("timeout", TOO_LONG), _seconds_of(run))
        self._note(link)

    def _note(self, link: Link) -> None:
        abandoned = self._executor.abandoned
        if abandoned != self._noted:
            link.attempt(lambda c: worker_store.note_abandoned_runs(c, self._worker_id, abandoned))
            self._noted = abandoned
        if abandoned > MAX_ABANDONED:
            log.critical("too_many_abandoned_runs", abandoned=abandoned)
            self._on_too_many()


def _seconds_of(run: Run) -> float:
    return 0.0 if run.began is None else time.monotonic() - run.began
