"""Rows of the versions of canvases."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, LargeBinary, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Model, uuid7


class CanvasVersion(Model):
    """What was on a canvas at one moment, without deleted elements.

    ``cause`` is ``hand``, or what was about to change the canvas: an ``edit``, a ``job``, the ``restore`` of another
    version. ``canvas_version`` is the canvas's count of merges then: equal numbers are equal contents. ``elements`` is a
    JSON list, deflated; ``preview`` the few of them that are seen in small. What has a name stays, all else expires.
    """

    __tablename__ = "canvas_version"
    __table_args__ = (
        CheckConstraint("cause IN ('hand', 'edit', 'job', 'restore')", name="cause"),
        CheckConstraint("(name IS NULL) = (expires_at IS NOT NULL)", name="named_stay"),
        Index("ix_canvas_version_canvas", "canvas_id", "created_at", "id"),
        Index("ix_canvas_version_expires", "expires_at", postgresql_where=text("expires_at IS NOT NULL")),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid7)
    canvas_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("canvas.id", ondelete="CASCADE"))
    canvas_version: Mapped[int] = mapped_column(BigInteger)
    cause: Mapped[str] = mapped_column(Text)
    name: Mapped[str | None] = mapped_column(Text)
    about: Mapped[str | None] = mapped_column(Text)  # the job's title, or which version was restored
    author_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("app_user.id", ondelete="SET NULL"), index=True)
    job_id: Mapped[uuid.UUID | None]  # no foreign key: jobs are pruned earlier
    element_count: Mapped[int] = mapped_column(Integer)
    size: Mapped[int] = mapped_column(Integer)  # bytes of ``elements``
    preview: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    elements: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    expires_at: Mapped[datetime | None]
