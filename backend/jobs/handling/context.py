"""What a handler may do besides its work: report, check whether to stop, write under the protection of its claim."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any, ParamSpec, Protocol

import psycopg

from backend.config import Settings
from backend.jobs.admission.circuit import NO_RATE, Asking, Rate, Use, guarded
from backend.jobs.failures import PASSING
from backend.jobs.flows import flow_store
from backend.jobs.handling import handler_store
from backend.jobs.handling.run import CANCELLED, LOST, Run
from backend.jobs.handling.steps import Steps
from backend.jobs.job import Job
from backend.jobs.payload import clean, to_clean_json
from backend.jobs.signals import RetryableError, database_lost
from backend.jobs.store import Written

MAX_MESSAGE = 500  # characters of a progress message
MAX_PARTIAL_BYTES = 64 * 1024  # an event carries references, not the data itself
IDLE = "The job kept a transaction open for too long without doing anything in it."

P = ParamSpec("P")


class Tools(Protocol):
    """What a context needs of the worker."""

    settings: Settings

    def connection(self) -> psycopg.Connection[Any]:
        """The connection for transactions of this thread's handlers."""

    def report(self, run: Run, percent: int, message: str | None) -> None:
        """Take progress to be stored."""

    def announce(self, written: list[Written]) -> None:
        """Hint that events were committed."""


class JobContext:
    """Handed to a handler with its request. Belongs to the handler's thread."""

    def __init__(self, run: Run, tools: Tools) -> None:
        self._run = run
        self._tools = tools
        self._written: list[Written] | None = None  # events of the open transaction
        self._steps: Steps | None = None

    @property
    def job(self) -> Job:
        """The job as it was when it was claimed."""
        return self._run.job

    @property
    def settings(self) -> Settings:
        """Settings of the installation."""
        return self._tools.settings

    @property
    def cancel_requested(self) -> bool:
        """Whether the handler shall stop, for whatever reason. ``checkpoint`` raises in that case."""
        return self._run.interruption is not None

    def checkpoint(self) -> None:
        """Raise if the handler shall stop: cancelled, lost, timed out, or the worker is shutting down."""
        if self._run.interruption is not None:
            raise self._run.interruption

    @property
    def furthest(self) -> int:
        """The highest share that this run has reported, in per cent."""
        return self._run.furthest

    def progress(self, percent: float, message: str | None = None) -> None:
        """Report progress of 0 to 100 percent. Stored ten times a second at most, the last one always; a checkpoint."""
        self.checkpoint()
        self._run.furthest = max(self._run.furthest, _percent(percent))
        self._tools.report(self._run, _percent(percent), None if message is None else clean(message)[:MAX_MESSAGE])

    def sleep(self, seconds: float) -> None:
        """Wait; an interruption ends it at once. A checkpoint."""
        self._run.wait(seconds)
        self.checkpoint()

    def step(self, name: str, work: Callable[P, object], /, *args: P.args, **kwargs: P.kwargs) -> Any:
        """``work(*args, **kwargs)``, done once: its result is stored, and returned instead in every later run of the job.

        For what is slow or costs money. The result must be JSON of at most a megabyte and comes back as JSON gives it, in
        the first run too (a tuple is a list, a date a text). A name stands for one step of a run. A checkpoint.
        Between the end of ``work`` and the record of it a crash repeats it, as it does a handler.
        """
        if self._written is not None:
            raise RuntimeError("a step is not taken inside ctx.transaction(): its result would be undone with it")
        self.checkpoint()
        if self._steps is None:
            self._steps = Steps(self._run, self._tools.connection)
        return self._steps.take(name, lambda: work(*args, **kwargs))

    def inputs(self) -> list[dict[str, Any]]:
        """How the jobs ended that this one needed, in order: ``job_id``, ``job_type``, ``status`` and ``result``.

        A group stands for its children. ``result`` is None unless the job completed; so is ``job_type`` once it is pruned.
        """
        try:
            found = flow_store.find_inputs(self._connect(), self.job.id)
        except PASSING as error:
            raise database_lost() from error
        names = ("job_id", "job_type", "status", "result")
        return [dict(zip(names, (str(row[0]), *row[1:]), strict=True)) for row in found]

    @contextmanager
    def on_cancel(self, callback: Callable[[], object]) -> Iterator[None]:
        """While open, ``callback`` is called in another thread as soon as the handler shall stop.

        For what blocks: closing a stream makes the read in the handler's thread raise.
        """
        self._run.add_callback(callback)
        try:
            yield
        finally:
            self._run.remove_callback(callback)

    def provider(self, name: str, rate: Rate = NO_RATE, tokens: float = 0.0) -> AbstractContextManager[Use]:
        """Ask a provider (``openai/gpt-4o``) inside: whether it may be asked is known to all workers.

        A ``RetryableError`` with ``retry_after`` that is raised inside, or outages in a row, keep all jobs from asking until it
        may answer again; they wait without spending attempts. One job finds out, then the others follow. A checkpoint.

        ``rate`` holds over all workers, too: who comes too early waits likewise. Of a rate of tokens ``tokens`` are taken before;
        what the block sets in the yielded ``Use`` is settled after. Of a provider whose limits nobody knows, one call at a time
        is on its way: ``use.taken()`` says that it has begun to answer, and lets the next one go.
        """
        if self._written is not None:
            raise RuntimeError("no provider is asked inside a transaction: it locks the job's row")
        self.checkpoint()
        return guarded(Asking(name, self.job.id, self._run.token, self._tools.connection, rate, tokens, self.sleep))

    @contextmanager
    def transaction(self) -> Iterator[psycopg.Connection[Any]]:
        """A transaction that commits only if this run still owns the job; all of it or nothing.

        It locks the job's row first, so keep it short: no model call inside, and after 30 s without a statement the server
        ends it, which fails the attempt. Raises ``ClaimLost`` or ``JobCancelled``.
        """
        if self._written is not None:
            raise RuntimeError("transactions of a job do not nest")
        self.checkpoint()
        connection = self._connect()
        written: list[Written] = []
        self._written = written
        try:
            with self._fenced(connection):
                yield connection
        except psycopg.errors.IdleInTransactionSessionTimeout as error:
            raise RetryableError("transaction_idle", IDLE) from error
        except psycopg.Error as error:
            if connection.closed:
                raise database_lost() from error
            raise
        finally:
            self._written = None
        self._tools.announce(written)

    @contextmanager
    def accounts(self) -> Iterator[psycopg.Connection[Any]]:
        """A transaction that commits whatever becomes of this run: for accounts of what has happened, such as money spent.

        Nothing of the job itself is written in it: it is not protected by the claim. No checkpoint; raises psycopg's errors.
        """
        if self._written is not None:
            raise RuntimeError("accounts are not kept inside ctx.transaction(): they would be undone with it")
        connection = self._tools.connection()
        with connection.transaction():
            yield connection

    def partial(
        self,
        connection: psycopg.Connection[Any],
        data: dict[str, Any],
        *,
        progress: float | None = None,
        message: str | None = None,
    ) -> None:
        """Append a ``job:partial`` event inside the open ``transaction``. ``data`` must be small: references, not content.

        What Postgres cannot store of its texts is replaced: a model may say anything.
        """
        if self._written is None:
            raise RuntimeError("a partial result is written inside ctx.transaction()")
        dumped = to_clean_json(data)
        if len(dumped) > MAX_PARTIAL_BYTES:
            raise ValueError(
                f"a partial result's event has {len(dumped)} bytes; at most {MAX_PARTIAL_BYTES} are allowed"
            )
        percent, text = self._run.pending or (None, None)
        percent = percent if progress is None else _percent(progress)
        self._run.furthest = max(self._run.furthest, percent or 0)
        text = text if message is None else clean(message)[:MAX_MESSAGE]
        seq = handler_store.append_partial(connection, self.job.id, self._run.token, dumped.decode(), percent, text)
        if seq is None:
            self._run.interrupt(LOST)
            raise LOST
        self._written[:] = [Written(self.job.id, seq)]

    def _connect(self) -> psycopg.Connection[Any]:
        try:
            return self._tools.connection()
        except PASSING as error:
            raise database_lost() from error

    @contextmanager
    def _fenced(self, connection: psycopg.Connection[Any]) -> Iterator[None]:
        """The transaction under the claim. Its lock kept the heartbeat from renewing the lease: that is made up for."""
        began = time.monotonic()
        try:
            with connection.transaction():
                self._fence(connection)
                yield
                self._renew_after_long(connection, began)
        except BaseException:
            with suppress(psycopg.Error):  # rolled back, and the renewal with it
                self._renew_after_long(connection, began)
            raise

    def _renew_after_long(self, connection: psycopg.Connection[Any], began: float) -> None:
        if time.monotonic() - began > self.settings.heartbeat_interval / 2:
            handler_store.extend_lease(connection, self.job.id, self._run.token, self.settings.lease_seconds)

    def _fence(self, connection: psycopg.Connection[Any]) -> None:
        stop = handler_store.fence(connection, self.job.id, self._run.token)
        if stop is not False:
            reason = LOST if stop is None else CANCELLED
            self._run.interrupt(reason)
            raise reason


def _percent(number: float) -> int:
    if not math.isfinite(number):
        raise ValueError(f"progress must be a number from 0 to 100, not {number}")
    return round(min(max(number, 0.0), 100.0))
