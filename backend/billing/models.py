"""Rows of the money side. Tokens are counted as providers count them; money is micro-dollars (millionths of a US dollar)."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Identity,
    Index,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Model, uuid7

ENTRY_KINDS = ("sign_up_grant", "staff_grant", "purchase", "reservation", "release", "use")
RENEWALS = ("none", "monthly", "yearly")
PERIODS = ("day", "month")


class AiOperation(Model):
    """One call of a model, or one answer from a cache. Written before the call, completed after it.

    ``success`` is NULL while the call runs; a worker that dies leaves it so until the sweep calls it lost. ``billable``: the
    person pays for its tokens. No foreign key to the job: jobs are pruned after days, the ledger stays.
    """

    __tablename__ = "ai_operation"
    __table_args__ = (
        CheckConstraint("tokens_in >= 0 AND tokens_out >= 0 AND cost >= 0 AND saved >= 0", name="amounts"),
        Index("ix_ai_operation_user_id", "user_id", "at"),
        Index("ix_ai_operation_open", "at", postgresql_where=text("success IS NULL")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid7)
    at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)
    user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id", ondelete="SET NULL"))
    job_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    operation: Mapped[str] = mapped_column(Text)  # what it was for: the job's type
    module: Mapped[str] = mapped_column(Text)  # the part of the application that asked, and for what: “ai.flowchart”
    provider: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    tokens_in: Mapped[int] = mapped_column(server_default=text("0"))
    tokens_out: Mapped[int] = mapped_column(server_default=text("0"))
    estimated: Mapped[bool] = mapped_column(server_default=text("false"))  # the provider did not say; counted by length
    cost: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    saved: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))  # what a cached answer would have cost
    latency_ms: Mapped[int | None]
    cached: Mapped[bool] = mapped_column(server_default=text("false"))
    billable: Mapped[bool] = mapped_column(server_default=text("false"))
    success: Mapped[bool | None]
    error_code: Mapped[str | None] = mapped_column(Text)


class CreditAccount(Model):
    """Somebody's tokens. ``balance`` is the sum of the entries, kept by a trigger (``migrations/credit_ledger.sql``)."""

    __tablename__ = "credit_account"
    __table_args__ = (CheckConstraint("balance >= 0", name="balance"),)

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id", ondelete="CASCADE"), primary_key=True)
    balance: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    opened_at: Mapped[datetime] = mapped_column(server_default=func.now())
    low_noticed_at: Mapped[datetime | None]  # told that little is left; forgotten when there is more again


class CreditEntry(Model):
    """A change of a balance, never changed itself. ``key`` names its cause: the same cause is booked once."""

    __tablename__ = "credit_entry"
    __table_args__ = (
        UniqueConstraint("user_id", "key"),
        Index("ix_credit_entry_user_id", "user_id", "id"),
        CheckConstraint(
            "kind IN ('sign_up_grant', 'staff_grant', 'purchase', 'reservation', 'release', 'use')", name="kind"
        ),
        CheckConstraint("(kind IN ('reservation', 'use')) = (amount < 0) AND amount <> 0", name="sign"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("credit_account.user_id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(Text)
    amount: Mapped[int] = mapped_column(BigInteger)
    key: Mapped[str] = mapped_column(Text)
    job_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    actor_id: Mapped[uuid.UUID | None]  # the staff who granted it
    note: Mapped[str | None] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class CreditHold(Model):
    """What is reserved for a job that is not settled yet. Gone with its settlement or release."""

    __tablename__ = "credit_hold"
    __table_args__ = (CheckConstraint("tokens > 0", name="tokens"),)

    job_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("credit_account.user_id", ondelete="CASCADE"), index=True)
    tokens: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(server_default=func.now())


class Plan(Model):
    """Somebody's subscription. Past its end AI jobs stop, unless it renews itself. Without a plan the credits decide alone."""

    __tablename__ = "plan"
    __table_args__ = (
        CheckConstraint("renewal IN ('none', 'monthly', 'yearly')", name="renewal"),
        CheckConstraint("ends_at > starts_at", name="period"),
        CheckConstraint("renewal = 'none' OR ends_at IS NOT NULL", name="renews"),
    )

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    renewal: Mapped[str] = mapped_column(Text, server_default="none")
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class Budget(Model):
    """A budget that staff have set, instead of the one in the settings. ``who`` as in ``Spending``; ``amount`` NULL: no limit."""

    __tablename__ = "budget"
    __table_args__ = (
        CheckConstraint("period IN ('day', 'month')", name="period"),
        CheckConstraint("amount >= 0", name="amount"),
    )

    who: Mapped[str] = mapped_column(Text, primary_key=True)
    period: Mapped[str] = mapped_column(Text, primary_key=True)
    amount: Mapped[int | None] = mapped_column(BigInteger)


class Spending(Model):
    """What was spent in a day or month (UTC), by the installation (``who`` is "all") or by a person (``who`` is the id)."""

    __tablename__ = "spending"

    who: Mapped[str] = mapped_column(Text, primary_key=True)
    period: Mapped[str] = mapped_column(Text, primary_key=True)
    begins_on: Mapped[date] = mapped_column(Date, primary_key=True)
    cost: Mapped[int] = mapped_column(BigInteger)
    warned_at: Mapped[datetime | None]  # that most of the budget is gone
