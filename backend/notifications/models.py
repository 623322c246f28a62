"""Rows of notices, and of what each person wants to be told."""

from __future__ import annotations

import uuid
from datetime import datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Model

KINDS = ("job_completed", "job_failed", "job_cancelled")


class Notice(Model):
    """Something that a person was told. ``cause`` is the one thing that happened: it is never told twice.

    No foreign keys to job and canvas: a notice outlives both, and their deletion must not look for it.
    """

    __tablename__ = "notice"
    __table_args__ = (
        Index("uq_notice_cause", "user_id", "cause", unique=True),
        Index("ix_notice_user", "user_id", "created_at", "id"),
        Index("ix_notice_unread", "user_id", "created_at", postgresql_where=text("read_at IS NULL")),
        Index("ix_notice_created", "created_at"),  # for the feed, and for retention
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=text("gen_random_uuid()"))
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id", ondelete="CASCADE"))
    cause: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)  # one of KINDS
    title: Mapped[str] = mapped_column(Text)
    body: Mapped[str | None] = mapped_column(Text)
    job_id: Mapped[uuid.UUID | None]
    canvas_id: Mapped[uuid.UUID | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    read_at: Mapped[datetime | None]


class NoticeSetting(Model):
    """What a person wants to be told, and how; whoever has no row has the defaults.

    ``changed_at`` moves with every change, of what was read too: by it, all pages of the person learn that they are behind.
    """

    __tablename__ = "notice_setting"
    __table_args__ = (
        CheckConstraint("(quiet_from IS NULL) = (quiet_to IS NULL)", name="quiet"),
        Index("ix_notice_setting_changed", "changed_at"),
    )

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id", ondelete="CASCADE"), primary_key=True)
    muted: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))  # kinds that are not wanted
    toast: Mapped[bool] = mapped_column(server_default=text("true"))
    browser: Mapped[bool] = mapped_column(server_default=text("true"))
    sound: Mapped[bool] = mapped_column(server_default=text("false"))
    quiet_from: Mapped[time | None]  # by the clock of whoever is told
    quiet_to: Mapped[time | None]
    changed_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
