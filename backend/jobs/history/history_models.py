"""The row by which an ended job is found."""

from __future__ import annotations

import uuid

from sqlalchemy import Index
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Model


class AiJobSearch(Model):
    """Words and facets of an ended job, as ``job_document`` makes them. A retried job is found as it last ended, until then."""

    __tablename__ = "ai_job_search"
    __table_args__ = (Index("ix_ai_job_search_document", "document", postgresql_using="gin"),)

    job_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    document: Mapped[str] = mapped_column(TSVECTOR)
