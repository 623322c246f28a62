"""Rows that outlive the jobs they count, and who did which duty last."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Double, SmallInteger, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Model


class AiJobRollup(Model):
    """How many jobs ended in one minute (``span`` 60) or hour (3600), of one queue and type, in one way."""

    __tablename__ = "ai_job_rollup"

    span: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)  # seconds
    at: Mapped[datetime] = mapped_column(primary_key=True)  # where the span begins
    queue: Mapped[str] = mapped_column(Text, primary_key=True)
    job_type: Mapped[str] = mapped_column(Text, primary_key=True)
    status: Mapped[str] = mapped_column(Text, primary_key=True)
    error_code: Mapped[str] = mapped_column(Text, primary_key=True, server_default="")  # of failures, else empty
    jobs: Mapped[int] = mapped_column(BigInteger)
    attempts: Mapped[int] = mapped_column(BigInteger)
    rescues: Mapped[int] = mapped_column(BigInteger)
    ran: Mapped[int] = mapped_column(BigInteger)  # jobs that a run ended: those of the two sums
    wait_seconds: Mapped[float] = mapped_column(Double)  # from when it could have started to when it did
    run_seconds: Mapped[float] = mapped_column(Double)  # of the last run


class AiJobRollupTime(Model):
    """How many of these jobs waited, or ran, for how long: a histogram whose buckets grow by the root of two."""

    __tablename__ = "ai_job_rollup_time"

    span: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(primary_key=True)
    queue: Mapped[str] = mapped_column(Text, primary_key=True)
    job_type: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text, primary_key=True)  # wait, run
    bucket: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)  # 2 ** (bucket / 2) ms
    jobs: Mapped[int] = mapped_column(BigInteger)


class AiJobGauge(Model):
    """How many jobs waited and ran in a queue at one minute: what no count of ended jobs can tell."""

    __tablename__ = "ai_job_gauge"

    at: Mapped[datetime] = mapped_column(primary_key=True)
    queue: Mapped[str] = mapped_column(Text, primary_key=True)
    waiting: Mapped[int]
    running: Mapped[int]


class AiJobDuty(Model):
    """Something that one worker at a time does for all; whoever finds it due takes the next turn."""

    __tablename__ = "ai_job_duty"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    taken_at: Mapped[datetime] = mapped_column(server_default=text("'-infinity'"))
    mark: Mapped[datetime] = mapped_column(server_default=text("'-infinity'"))  # how far it has come
