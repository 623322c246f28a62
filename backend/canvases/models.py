"""Rows of canvases and of their elements."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Text, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Model, uuid7


class Canvas(Model):
    """A canvas. ``version`` counts the merges that changed it; deleted ones keep their row until they are purged.

    ``told`` counts what people on it are told besides its elements, for web processes that do not hear it.
    ``versioned_at`` is when a version of it was last kept, None: something was drawn since that is worth one.
    """

    __tablename__ = "canvas"
    __table_args__ = (Index("ix_canvas_owner_updated", "owner_id", "updated_at"),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid7)
    owner_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    told: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    versioned_at: Mapped[datetime | None] = mapped_column(server_default=func.now())
    deleted_at: Mapped[datetime | None]


class CanvasElement(Model):
    """One Excalidraw element, whole in ``data``; the columns beside it are what the merge and the feed need.

    ``canvas_version`` is the canvas's version at which this element last won a merge.
    """

    __tablename__ = "canvas_element"
    __table_args__ = (Index("ix_canvas_element_version", "canvas_id", "canvas_version"),)

    canvas_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("canvas.id", ondelete="CASCADE"), primary_key=True)
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)
    version_nonce: Mapped[int] = mapped_column(BigInteger)
    is_deleted: Mapped[bool] = mapped_column(default=False)
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    canvas_version: Mapped[int] = mapped_column(BigInteger)
    job_id: Mapped[uuid.UUID | None]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class CanvasPerson(Model):
    """A connection that has a canvas open, in whichever web process. Unlogged: after a crash nobody is connected.

    ``seen_at`` is renewed by the process that holds the connection, while it lives.
    """

    __tablename__ = "canvas_person"
    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

    canvas_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    sid: Mapped[str] = mapped_column(Text, primary_key=True)
    process: Mapped[str] = mapped_column(Text)
    user_id: Mapped[uuid.UUID]
    name: Mapped[str] = mapped_column(Text)
    is_guest: Mapped[bool]
    joined_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    seen_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)
