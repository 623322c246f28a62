"""What keeps queued jobs from being claimed: paused queues, limits, circuits of providers. The engine asks its statements."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, CheckConstraint, Double, Identity, Index, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Model

SCOPES = ("queue", "user", "type", "key")
EACH = "*"  # as a limit's key: every queue, user, … has this limit for itself


class JobQueue(Model):
    """What was said about a queue. One without a row is not paused."""

    __tablename__ = "job_queue"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    paused_at: Mapped[datetime | None]
    paused_by: Mapped[uuid.UUID | None]
    reason: Mapped[str | None] = mapped_column(Text)


class JobLimit(Model):
    """A rule: at most ``slots`` jobs with this queue, user, type or key at the same time, over all workers."""

    __tablename__ = "job_limit"
    __table_args__ = (
        CheckConstraint("scope IN ('queue', 'user', 'type', 'key')", name="scope"),
        CheckConstraint("slots >= 1", name="slots"),
    )

    scope: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    slots: Mapped[int]
    source: Mapped[str] = mapped_column(Text)  # settings, task, staff: a later one does not undo what staff said
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class JobSlot(Model):
    """A place under a limit, held by a claim or free. An ``extra`` one is beyond the limit and vanishes with its claim."""

    __tablename__ = "job_slot"
    __table_args__ = (
        CheckConstraint("(job_id IS NULL) = (claim_token IS NULL)", name="holder"),
        CheckConstraint("NOT extra OR job_id IS NOT NULL", name="extra"),
        Index("ix_job_slot_name", "name"),
        Index("ix_job_slot_job", "job_id", postgresql_where=text("job_id IS NOT NULL")),
        {"postgresql_with": {"fillfactor": "50"}},
    )

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    name: Mapped[str] = mapped_column(Text)  # scope:value
    job_id: Mapped[uuid.UUID | None]
    claim_token: Mapped[uuid.UUID | None]
    extra: Mapped[bool] = mapped_column(server_default=text("false"))


class ProviderCircuit(Model):
    """Whether a provider may be asked. One without a row may."""

    __tablename__ = "provider_circuit"
    __table_args__ = (CheckConstraint("state IN ('closed', 'open', 'half_open')", name="state"),)

    provider: Mapped[str] = mapped_column(Text, primary_key=True)
    state: Mapped[str] = mapped_column(Text, server_default="closed")
    open_until: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(server_default=text("0"))  # outages in a row
    reason: Mapped[str | None] = mapped_column(Text)
    probe_job: Mapped[uuid.UUID | None]
    probe_token: Mapped[uuid.UUID | None]
    budget: Mapped[int | None]  # calls that a window has room for, as refusals have taught; None: no limit is known
    window_longest: Mapped[timedelta | None]  # what a window of the provider can be at most, and at least
    window_shortest: Mapped[timedelta | None]
    forget_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ProviderCall(Model):
    """A call to a provider whose circuit has a budget, for as long as another may fall into the same window."""

    __tablename__ = "provider_call"
    __table_args__ = (Index("ix_provider_call_provider", "provider"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    provider: Mapped[str] = mapped_column(Text)
    job_id: Mapped[uuid.UUID]
    token: Mapped[uuid.UUID]
    asked_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    answered_at: Mapped[datetime | None]


class ProviderLead(Model):
    """The one call that is on its way to a provider whose limits nobody knows: neither answered nor refused so far.

    After many answers without a refusal the provider is trusted for a while, and any number may be on their way.
    """

    __tablename__ = "provider_lead"

    provider: Mapped[str] = mapped_column(Text, primary_key=True)
    job_id: Mapped[uuid.UUID | None]  # None: the lead is free
    token: Mapped[uuid.UUID | None]
    since: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    answered: Mapped[int] = mapped_column(server_default=text("0"))
    counted_since: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    trusted_until: Mapped[datetime | None]


class ProviderRate(Model):
    """How often a provider may be asked, by whoever configured it, and what is left of that now. One without a row: any time."""

    __tablename__ = "provider_rate"
    __table_args__ = (CheckConstraint("calls_per_minute > 0 AND tokens_per_minute > 0", name="positive"),)

    provider: Mapped[str] = mapped_column(Text, primary_key=True)
    calls_per_minute: Mapped[float | None] = mapped_column(Double)
    tokens_per_minute: Mapped[float | None] = mapped_column(Double)
    calls: Mapped[float | None] = mapped_column(Double)  # left at filled_at
    tokens: Mapped[float | None] = mapped_column(
        Double
    )  # likewise; below zero after a call that was larger than expected
    filled_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
