"""Forecasts that were made, and what came of them."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import Double, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Model


class AiJobForecast(Model):
    """What was foretold of one waiting job: seconds until its start, before calibration. Scored once it has started."""

    __tablename__ = "ai_job_forecast"
    __table_args__ = (Index("ix_ai_job_forecast_queue", "queue", "scored_at"),)

    job_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    queue: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime]
    low: Mapped[float] = mapped_column(Double)
    middle: Mapped[float] = mapped_column(Double)
    high: Mapped[float] = mapped_column(Double)
    score: Mapped[float | None] = mapped_column(Double)  # see calibration.py
    scored_at: Mapped[datetime | None]
