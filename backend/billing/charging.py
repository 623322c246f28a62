"""What a job goes through that asks models: plan, credit and budget before each call, the ledger around it, settlement after.

``charged(ctx)`` is put around a handler's work once; whatever asks a model inside finds it by ``current_charge``. Nothing is
reserved until a model is really asked: what the planner does is free.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import replace
from typing import Any, TypeVar

import psycopg
import structlog

from backend.billing import budgets, credits, operations, plans
from backend.billing.alerts import mind_balance
from backend.billing.errors import InsufficientTokens
from backend.billing.operations import Asking, Use
from backend.db import AnySession, driver_connection
from backend.jobs import Cancel, ClaimLost, JobCancelled, JobContext
from backend.jobs.engine_settings import current_settings
from backend.jobs.failures import PASSING
from backend.jobs.signals import database_lost

log = structlog.get_logger(__name__)

Connection = psycopg.Connection[Any]
T = TypeVar("T")

PATIENCE = 20  # times that an account is offered to a database that is away
PAUSE = 0.25  # seconds between

_current: ContextVar[Charge | None] = ContextVar("charge", default=None)


class Charge:
    """The money side of one run of a job. Belongs to the handler's thread."""

    def __init__(self, ctx: JobContext) -> None:
        self._ctx = ctx
        self._open: tuple[uuid.UUID, Asking] | None = None

    def require(self, tokens: int, *, costs: bool) -> None:
        """See that ``tokens`` more may be used, and, if the call ``costs`` something, that a budget is left for it.

        Raises a ``Refusal``: the plan has ended, the credit or a budget does not suffice.
        """
        settings, user_id, job_id = self._ctx.settings, self._ctx.job.user_id, self._ctx.job.id
        if not (costs or settings.billing):
            return
        with _kept(self._ctx) as connection:
            if costs:
                budgets.check_budgets(connection, settings, user_id)
            if settings.billing:
                plans.check_plan(connection, user_id)
                credits.reserve(connection, user_id, job_id, tokens)

    def begin(self, provider: str, model: str, tokens: int) -> None:
        """A call of about so many tokens is made now."""
        job = self._ctx.job
        asking = Asking(job.job_type, "ai", provider, model, job.user_id, job.id, tokens)
        with _kept(self._ctx) as connection:
            self._open = (operations.begin(connection, asking), asking)

    def grow(self, use: Use) -> None:
        """The call that was begun has come to so much, and goes on. Not worth a delay: the next one says more."""
        if self._open is None:
            return
        operation_id = self._open[0]
        with suppress(*PASSING), self._ctx.accounts() as connection:
            operations.grow(connection, operation_id, use)

    def lose(self) -> None:
        """Whatever earlier runs of the job have begun and not ended was lost with their workers."""
        job_id = self._ctx.job.id
        self._insist(lambda c: operations.lose(c, self._ctx.settings, job_id))

    def end(self, use: Use) -> None:
        """The call that was begun has ended so. Insists for a while: it is paid for, whatever becomes of the job."""
        if self._open is None:
            return
        (operation_id, asking), self._open = self._open, None
        settings = self._ctx.settings
        self._insist(lambda c: operations.end(c, settings, operation_id, asking.user_id, use))

    def cached(self, provider: str, use: Use) -> None:
        """An answer came from a cache: it costs nothing, and the ledger says what was saved."""
        job = self._ctx.job
        asking = Asking(job.job_type, "ai", provider, use.model, job.user_id, job.id)
        self._insist(lambda c: operations.record(c, self._ctx.settings, asking, replace(use, cached=True)))

    def settle(self) -> None:
        """Charge what was used, give back the rest."""
        self._close(credits.settle)

    def release(self) -> None:
        """Give back what was reserved: nothing came of it."""
        self._close(credits.release)

    def _close(self, how: Callable[[Connection, uuid.UUID, uuid.UUID], object]) -> None:
        settings, user_id, job_id = self._ctx.settings, self._ctx.job.user_id, self._ctx.job.id
        if not settings.billing:
            return

        def work(connection: Connection) -> None:
            with connection.transaction():
                how(connection, user_id, job_id)
                mind_balance(connection, settings, user_id)

        self._insist(work)

    def _insist(self, work: Callable[[Connection], object]) -> None:
        """Write, even if the run shall stop. What cannot be written is left to the sweeps, which find it."""
        for turn in range(PATIENCE):
            try:
                with self._ctx.accounts() as connection:
                    work(connection)
                return
            except PASSING as error:
                log.warning("account_not_written", turn=turn, error=str(error).strip())
                if turn + 1 < PATIENCE:
                    time.sleep(PAUSE)


@contextmanager
def _kept(ctx: JobContext) -> Iterator[Connection]:
    """A transaction of the accounts before a call: without the database, nothing is asked."""
    try:
        with ctx.accounts() as connection:
            yield connection
    except PASSING as error:
        raise database_lost() from error


@contextmanager
def charged(ctx: JobContext) -> Iterator[Charge]:
    """Around a handler's work: it is charged if it succeeds, or, for what was used so far, if it was cancelled.

    A failure costs nothing. A run whose claim is lost leaves everything as it is: somebody else runs the job now.
    """
    charge = Charge(ctx)
    if ctx.job.runs > 1:
        charge.lose()
    token = _current.set(charge)
    try:
        yield charge
    except (JobCancelled, Cancel):
        charge.settle()
        raise
    except ClaimLost:
        raise
    except BaseException:
        charge.release()
        raise
    else:
        charge.settle()
    finally:
        _current.reset(token)


def current_charge(ctx: JobContext) -> Charge:
    """The charge around this work. Without one, calls are counted all the same, and settled by the sweep."""
    found = _current.get()
    return found if found is not None else Charge(ctx)


def foresee(session: AnySession, user_id: uuid.UUID, tokens: int) -> None:
    """Raise what ``Charge.require`` would raise for plan and credit now, and reserve nothing. Commits."""
    if not current_settings().billing:
        return
    connection = driver_connection(session)
    plans.check_plan(connection, user_id)
    credits.open_account(connection, user_id)
    credits.settle_stale(connection, user_id)
    available = credits.balance_of(connection, user_id)
    session.commit()
    if tokens > available:
        raise InsufficientTokens(tokens, available)
