"""Rows of the providers that staff add, and of how the embedded model stands on each machine."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, Double, Index, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Model, uuid7


class AiProvider(Model):
    """One model of an OpenAI-compatible endpoint. Prices are US dollars per million tokens; a rate of None is no limit."""

    __tablename__ = "ai_provider"
    __table_args__ = (Index("uq_ai_provider_name", text("lower(name)"), unique=True),)

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid7)
    name: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    base_url: Mapped[str] = mapped_column(Text)
    model: Mapped[str] = mapped_column(Text)
    sealed_key: Mapped[str | None] = mapped_column(Text)  # never leaves the server; None: the endpoint wants no key
    key_hint: Mapped[str | None] = mapped_column(Text)  # its last characters
    price_in: Mapped[float] = mapped_column(Double, server_default=text("0"))
    price_out: Mapped[float] = mapped_column(Double, server_default=text("0"))
    requests_per_minute: Mapped[float | None] = mapped_column(Double)
    tokens_per_minute: Mapped[float | None] = mapped_column(Double)
    timeout: Mapped[float] = mapped_column(Double, server_default=text("120"))
    enabled: Mapped[bool] = mapped_column(server_default=text("true"))
    position: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now(), onupdate=func.now())


class EmbeddedModel(Model):
    """How the embedded model stands on one machine."""

    __tablename__ = "embedded_model"

    machine: Mapped[str] = mapped_column(Text, primary_key=True)
    state: Mapped[str] = mapped_column(Text)  # off, waiting, fetching, verifying, ready, failed
    model: Mapped[str | None] = mapped_column(Text)
    bytes_done: Mapped[int] = mapped_column(BigInteger)
    bytes_total: Mapped[int] = mapped_column(BigInteger)
    message: Mapped[str | None] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
