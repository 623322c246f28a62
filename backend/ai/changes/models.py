"""Rows of the changes that jobs made."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Model


class AiChange(Model):
    """All that one job did to its canvas: ``open`` until somebody decides, then ``kept`` or ``undone``."""

    __tablename__ = "ai_change"
    __table_args__ = (
        CheckConstraint("status IN ('open', 'kept', 'undone')", name="status"),
        Index("ix_ai_change_canvas", "canvas_id", "job_id"),
    )

    job_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ai_job.id", ondelete="CASCADE"), primary_key=True)
    canvas_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("canvas.id", ondelete="CASCADE"))
    status: Mapped[str] = mapped_column(Text, server_default=text("'open'"))
    spared: Mapped[list[str]] = mapped_column(JSONB, server_default=text("'[]'"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    decided_at: Mapped[datetime | None]


class AiChangedElement(Model):
    """One element that a job made or changed: what it was before (null: not there), and the version the job left it in.

    ``after`` is what it was when the change was undone, for doing it again.
    """

    __tablename__ = "ai_changed_element"

    job_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ai_change.job_id", ondelete="CASCADE"), primary_key=True)
    element_id: Mapped[str] = mapped_column(Text, primary_key=True)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    version: Mapped[int] = mapped_column(BigInteger)
