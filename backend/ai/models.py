"""Rows of the AI layer: what a job is about to draw, kept until it has been drawn."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Model


class AiDraft(Model):
    """The finished elements of one job, in the batches in which they go to the canvas.

    Saved before the first batch, so that a job that runs again after a crash neither asks (and pays) a model again nor
    draws anything twice: it goes on with batch number ``written``. Empty of batches once all are on the canvas; the
    row goes with its job.
    """

    __tablename__ = "ai_draft"

    job_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ai_job.id", ondelete="CASCADE"), primary_key=True)
    result: Mapped[dict[str, Any]] = mapped_column(JSONB)
    batches: Mapped[list[list[dict[str, Any]]]] = mapped_column(JSONB)
    written: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
