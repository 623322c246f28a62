"""A job that asks models: stopped with the job, admitted by the provider's circuit, accounted for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from backend.ai.calling import faults
from backend.ai.calling.provider import Asker, CallRecord, ProviderFault
from backend.billing import operations
from backend.billing.budgets import MICRO
from backend.billing.charging import current_charge
from backend.billing.errors import BudgetExceeded
from backend.config import ProviderSettings
from backend.jobs import FinalError, JobContext, ProviderWait, Rate, RetryableError, Use


class JobCaller:
    """The ``Caller`` of one run of a job."""

    def __init__(self, ctx: JobContext) -> None:
        self._ctx = ctx
        self._charge = current_charge(ctx)

    @property
    def asker(self) -> Asker:
        """The job, its owner and its type."""
        job = self._ctx.job
        return Asker(job.job_type, job.user_id, job.id)

    def checkpoint(self) -> None:
        """Raises when the job must stop."""
        self._ctx.checkpoint()

    def on_cancel(self, callback: Callable[[], None]) -> AbstractContextManager[Any]:
        """Within the block ``callback`` runs at once when the job must stop."""
        return self._ctx.on_cancel(callback)

    @contextmanager
    def admitted(self, provider: ProviderSettings, tokens: int) -> Iterator[Use]:
        """Ask within the block, unless money, circuit or rate forbid it; the circuit learns from what comes of it."""
        self._afford(provider, tokens)
        rate = Rate(provider.requests_per_minute, provider.tokens_per_minute)
        try:
            with self._ctx.provider(provider.circuit, rate, tokens) as use:
                self._charge.begin(provider.name, provider.model, tokens)
                try:
                    yield use
                except ProviderFault as fault:
                    raise _signal(fault) from fault
        except ProviderWait as wait:
            outage = _fault_behind(wait.__cause__)
            if outage is not None and outage.retry_after is None:
                # Who found out that it is out has asked, and spends an attempt: or a job would wait for it for ever.
                raise outage from wait
            raise faults.must_wait(wait) from wait
        except (RetryableError, FinalError) as error:
            raise _fault_behind(error) or error from None

    def on_growth(self, record: CallRecord) -> None:
        """Write what a call has come to so far: should this worker die, somebody must know."""
        self._charge.grow(use_of(record))

    def on_call(self, record: CallRecord) -> None:
        """Write the account of a call."""
        use = use_of(record)
        if record.cached:
            self._charge.cached(record.provider, use)
        else:
            self._charge.end(use)

    def _afford(self, provider: ProviderSettings, tokens: int) -> None:
        """Plan and credit end the job when they do not suffice; without a budget, a provider that costs nothing may do it."""
        try:
            self._charge.require(tokens, costs=provider.price_in > 0 or provider.price_out > 0)
        except BudgetExceeded as refusal:
            raise ProviderFault("budget_exceeded", refusal.message) from refusal


def use_of(record: CallRecord) -> operations.Use:
    """The record of a call as the ledger keeps it."""
    cost = round(record.cost * MICRO)
    return operations.Use(
        module=f"ai.{record.operation}",
        model=record.model,
        tokens_in=0 if record.cached else record.tokens_in,
        tokens_out=0 if record.cached else record.tokens_out,
        cost=0 if record.cached else cost,
        saved=cost if record.cached else 0,
        latency_ms=record.latency_ms,
        success=record.success,
        estimated=record.estimated and not record.cached,
        cached=record.cached,
        error_code=record.error,
    )


def _signal(fault: ProviderFault) -> RetryableError | FinalError:
    """The fault as the engine's circuit understands it."""
    if fault.passing:
        return RetryableError(fault.code, fault.sentence, fault.retry_after)
    return FinalError(fault.code, fault.sentence)


def _fault_behind(error: BaseException | None) -> ProviderFault | None:
    """The fault that was turned into a signal by ``_signal``."""
    cause = None if error is None else error.__cause__
    return cause if isinstance(cause, ProviderFault) else None
