"""Rows of the AI layer: what a job is about to draw, kept until it has been drawn."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Model


class AiDraft(Model):
    """The finished elements of one job, in the batches in which they go to the canvas.

    Saved before the first batch, so that a job that runs again after a crash neither asks (and pays) a model again nor
    draws anything twice: it goes on with batch number ``written``. Empty of batches once all are on the canvas; the
    row goes with its job.
    While a model is still writing there is no result: ``origin`` is the place of the drawing, ``drawn`` the versions of the
    elements that are on the canvas already, ``changes`` what was asked about and which operations are made.
    """

    __tablename__ = "ai_draft"

    job_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("ai_job.id", ondelete="CASCADE"), primary_key=True)
    result: Mapped[dict[str, Any]] = mapped_column(JSONB)
    batches: Mapped[list[list[dict[str, Any]]]] = mapped_column(JSONB)
    written: Mapped[int] = mapped_column(server_default=text("0"))
    origin: Mapped[list[float] | None] = mapped_column(JSONB(none_as_null=True))
    drawn: Mapped[dict[str, int]] = mapped_column(JSONB, server_default=text("'{}'"))
    changes: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class AiAnswer(Model):
    """What a model answers to one question, shared by all jobs that ask the same, as far as it has come.

    ``key`` is the hash of the question. The job that asks is known by its claim: once that is over, another one may go on.
    """

    __tablename__ = "ai_answer"

    key: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    answer: Mapped[str] = mapped_column(Text, server_default=text("''"))
    job_id: Mapped[uuid.UUID | None]
    claim_token: Mapped[uuid.UUID | None]
    provider: Mapped[str | None] = mapped_column(Text)
    model: Mapped[str | None] = mapped_column(Text)
    taken_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)
    done_at: Mapped[datetime | None]
