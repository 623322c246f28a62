"""Writes what handlers report and how they end, in batches without a timer.

Whatever is there is written at once; what comes meanwhile is the next batch. One thread writes both, so that a job's
last progress is stored before its end. Nothing that has finished is forgotten: a write is tried until the database has
taken or refused it.
"""

from __future__ import annotations

import random
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import structlog

from backend.config import Settings
from backend.jobs import store
from backend.jobs.failures import REFUSED
from backend.jobs.handling import handler_store
from backend.jobs.handling.progress import ProgressBuffer
from backend.jobs.handling.run import CANCELLED, LOST, HeldRuns, Run
from backend.jobs.hints import EVENT, Hints
from backend.jobs.link import Link, LinkClosed
from backend.jobs.outcome import UNEXPECTED, Completed, Failed, Outcome, Settlement, decide
from backend.jobs.registry import find_task
from backend.jobs.retry import RetryPolicy

log = structlog.get_logger(__name__)

MAX_BATCH = 500  # jobs in one statement
IDLE_WAIT = 1.0  # seconds; everything that matters sets the wake event

Finished = tuple[Run, Outcome]


class Completer:
    """``on_ended(runs, seconds)`` is called for each batch before it is written, so that the next jobs are claimed meanwhile;
    ``on_later()`` when a job waits for its time.

    Counted are the runs that a thread had begun, with the time they took together: there may be none.
    """

    def __init__(
        self,
        link: Link,
        settings: Settings,
        worker_id: int,
        held: HeldRuns,
        hints: Hints,
        *,
        on_ended: Callable[[int, float], None],
        on_later: Callable[[], None],
    ) -> None:
        self.progress = ProgressBuffer()
        self._link = link
        self._settings = settings
        self._worker_id = worker_id
        self._held = held
        self._hints = hints
        self._on_ended = on_ended
        self._on_later = on_later
        self._finished: deque[tuple[Run, Outcome, float]] = deque()
        self._wake = threading.Event()
        self._closed = threading.Event()

    def finish(self, run: Run, outcome: Outcome, seconds: float) -> None:
        """A run has ended after ``seconds``; 0 if no thread had begun it."""
        self._finished.append((run, outcome, seconds))
        if not self._wake.is_set():
            self._wake.set()

    def report(self, run: Run, percent: int, message: str | None) -> None:
        """A run made progress."""
        self.progress.report(run, percent, message)
        if not self._wake.is_set():
            self._wake.set()

    def loop(self) -> None:
        """The thread's work until ``close``."""
        while not self._closed.is_set():
            due_in = self.progress.due_in(time.monotonic())
            if not self._finished and due_in != 0.0:
                self._wake.wait(IDLE_WAIT if due_in is None else due_in)
            self._wake.clear()
            try:
                self._write_batch()
            except LinkClosed:
                break
        self._link.close()

    def flush(self) -> None:
        """Write all that has ended, in the caller's thread, where there is none of our own."""
        while self._finished:
            self._write_batch()

    def close(self) -> None:
        """End the thread; what the database has not taken by now is left to the rescuer of another worker."""
        self._closed.set()
        self._wake.set()

    def _write_batch(self) -> None:
        batch: list[Finished] = []
        ran, seconds = 0, 0.0
        while self._finished and len(batch) < MAX_BATCH:
            run, outcome, took = self._finished.popleft()
            batch.append((run, outcome))
            if took > 0.0:  # what was given back unbegun says nothing about how long jobs take
                ran += 1
                seconds += took
        if batch:
            self._held.ending = len(batch)
            self._on_ended(ran, seconds)
        self._store_progress({run for run, _ in batch})
        if batch:
            batch.sort(key=lambda finished: finished[0].job.id.int)  # rows are locked in the order of ids by everybody
            self._store_endings(batch)
            self._held.discard(run for run, _ in batch)
            self._held.ending = 0

    # --- progress ---

    def _store_progress(self, ending: set[Run]) -> None:
        taken = self.progress.take(time.monotonic(), ending)
        if not taken:
            return
        reports = [store.ProgressReport(run.job.id, run.token, percent, message) for run, percent, message in taken]
        lead = self._hints.lead(EVENT)
        answers = {
            answer.job_id: answer
            for answer in self._link.insist(lambda c: store.report_progress(c, reports, lead=lead), self._closed)
        }
        written = []
        for run, percent, message in taken:
            answer = answers[run.job.id]
            if answer.lost:
                run.interrupt(LOST)
            elif answer.seq is not None:
                written.append(store.Written(run.job.id, answer.seq))
            elif run in ending:
                self._store_last_progress(run, percent, message)
            else:
                self.progress.put_back(run, percent, message)
            if answer.cancelled:
                run.interrupt(CANCELLED)
        if not lead:
            self._hints.owe_events(written)

    def _store_last_progress(self, run: Run, percent: int, message: str | None) -> None:
        """Of a run that is ending, while somebody has its row: wait for that, as the end would have to next."""

        def write(connection: store.Connection) -> list[store.ProgressAnswer]:
            with connection.transaction():
                handler_store.fence(connection, run.job.id, run.token)
                report = store.ProgressReport(run.job.id, run.token, percent, message)
                return store.report_progress(connection, [report], lead=False)

        (answer,) = self._link.insist(write, self._closed)
        if answer.seq is not None:
            self._hints.owe_events([store.Written(run.job.id, answer.seq)])

    # --- endings ---

    def _store_endings(self, batch: Sequence[Finished]) -> None:
        completed: list[tuple[Run, Completed]] = []
        settled: list[tuple[Run, Settlement]] = []
        for run, outcome in batch:
            update = self._decide(run, outcome)
            if isinstance(update, Completed):
                completed.append((run, update))
            elif update is not None:
                settled.append((run, update))
        if completed:
            self._complete(completed)
        if settled:
            self._settle(settled)

    def _decide(self, run: Run, outcome: Outcome) -> Completed | Settlement | None:
        if isinstance(outcome, Completed):
            return outcome
        task = find_task(run.job.job_type)
        policy = (task.retry if task else RetryPolicy()).with_defaults(
            self._settings.max_attempts, self._settings.retry_backoff_base, self._settings.retry_backoff_max
        )
        return decide(run.job, outcome, policy, now=_now(run), jitter=random.random())

    def _complete(self, completed: Sequence[tuple[Run, Completed]]) -> None:
        rows = [(run.job.id, run.token, update.result) for run, update in completed]
        lead = self._hints.lead(EVENT)
        try:
            count, written = self._link.insist(
                lambda c: store.complete(c, self._worker_id, rows, lead=lead), self._closed
            )
        except store.TooMuchAtOnce:
            half = len(completed) // 2
            self._complete(completed[:half])
            self._complete(completed[half:])
            return
        except REFUSED as error:
            self._split(completed, error)
            return
        if lead:
            self._hints.told(run.job.id for run, _ in completed)
        self._announce(count, written, len(rows))

    def _split(self, completed: Sequence[tuple[Run, Completed]], error: psycopg.Error) -> None:
        """One result that Postgres refuses must not hold up the others of its batch."""
        if len(completed) > 1:
            for pair in completed:
                self._complete([pair])
            return
        run, _ = completed[0]
        log.error("result_refused", job_id=run.job.id, error=str(error).strip())
        refusal = Failed("invalid_result", "The job's result cannot be stored.", final=True, detail=str(error).strip())
        update = self._decide(run, refusal)
        if isinstance(update, Settlement):
            self._settle([(run, update)])

    def _settle(self, settled: Sequence[tuple[Run, Settlement]]) -> None:
        rows = [(run.job.id, run.token, update) for run, update in settled]
        lead = self._hints.lead(EVENT)
        try:
            written = self._link.insist(lambda c: store.settle(c, self._worker_id, rows, lead=lead), self._closed)
        except REFUSED as error:
            self._settle_each(settled, error)
            return
        if lead:
            self._hints.told(run.job.id for run, _ in settled)
        self._announce(len(written), () if lead else written, len(rows))
        for run, update in settled:
            log.info(
                "job_" + update.outcome,
                job_id=run.job.id,
                job_type=run.job.job_type,
                attempt=run.job.attempt,
                error_code=update.error_code,
                pause=update.pause,
            )
        if any(update.pause > 0 for _, update in settled):
            self._on_later()

    def _settle_each(self, settled: Sequence[tuple[Run, Settlement]], error: psycopg.Error) -> None:
        """One ending that Postgres refuses must not hold up the others; it is written without its texts."""
        if len(settled) > 1:
            for pair in settled:
                self._settle([pair])
            return
        run, update = settled[0]
        failed = update.error_code is not None
        plain = replace(
            update,
            message=None,
            error_code="unexpected" if failed else None,
            error_message=UNEXPECTED if failed else None,
            detail=None,
            traceback=None,
        )
        log.error("ending_refused", job_id=run.job.id, error=str(error).strip(), given_up=plain == update)
        if plain != update:  # else the job is left to its lease, and to the count of its rescues
            self._settle([(run, plain)])

    def _announce(self, count: int, written: Sequence[store.Written], sent: int) -> None:
        """``written`` is what no hint has been sent of."""
        if count < sent:
            log.warning("claims_lost", jobs=sent - count)
        if written:
            self._hints.owe_events(written)


def _now(run: Run) -> datetime:
    """The database's time: that of the claim and what has passed since."""
    started = run.job.started_at or datetime.now(UTC)
    return started + timedelta(seconds=time.monotonic() - run.claimed)
