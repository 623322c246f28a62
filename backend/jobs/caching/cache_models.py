"""Rows of the result cache."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Double, ForeignKey, Identity, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Model


class AiResultCache(Model):
    """What a completed run gave, for whoever asks the same until ``expires_at``. ``user_id`` NULL: for everybody."""

    __tablename__ = "ai_result_cache"

    key: Mapped[str] = mapped_column(Text, primary_key=True)
    job_type: Mapped[str] = mapped_column(Text, index=True)
    user_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id", ondelete="CASCADE"), index=True)
    canvas_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("canvas.id", ondelete="CASCADE"), index=True)
    result: Mapped[dict[str, Any]] = mapped_column(JSONB)
    bytes: Mapped[int]
    took: Mapped[float | None] = mapped_column(Double)  # seconds that the run took
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime] = mapped_column(index=True)


class AiCacheUse(Model):
    """One job was served by the cache, made a run, or shared one. Only added, so that no counter is a hot row."""

    __tablename__ = "ai_cache_use"
    __table_args__ = (CheckConstraint("kind IN ('hit', 'miss', 'shared')", name="kind"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    job_type: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    saved: Mapped[float | None] = mapped_column(Double)  # seconds that the stored run took, of a hit
    at: Mapped[datetime] = mapped_column(server_default=func.now())


class AiCacheHour(Model):
    """How the jobs of a type used the cache within an hour."""

    __tablename__ = "ai_cache_hour"

    hour: Mapped[datetime] = mapped_column(primary_key=True)
    job_type: Mapped[str] = mapped_column(Text, primary_key=True)
    hits: Mapped[int] = mapped_column(BigInteger)
    misses: Mapped[int] = mapped_column(BigInteger)
    shared: Mapped[int] = mapped_column(BigInteger)
    saved: Mapped[float] = mapped_column(Double)  # seconds
