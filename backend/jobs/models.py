"""Rows of the job engine. The engine's own statements are in ``queries/*.sql``; these classes are for lists and migrations."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, SmallInteger, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from backend.db import Model, uuid7

STATUSES = ("queued", "processing", "completed", "failed", "cancelled")
FINISHED = ("completed", "failed", "cancelled")
PRIORITIES = ("low", "normal", "high", "urgent")


class AiJob(Model):
    """One job. A processing one has a claim token and a lease.

    A queued one with ``runnable`` false waits: for whatever ``blocked_on`` names until that lets it go, else for ``run_at``.
    """

    __tablename__ = "ai_job"
    __table_args__ = (
        # In few words: Postgres reads the tree of each check anew in every statement.
        CheckConstraint("status = ANY ('{queued,processing,completed,failed,cancelled}'::text[])", name="status"),
        CheckConstraint("priority = ANY ('{low,normal,high,urgent}'::text[])", name="priority"),
        CheckConstraint("progress BETWEEN 0 AND 100", name="progress"),
        CheckConstraint("attempt >= 0 AND max_attempts >= 1 AND attempt <= max_attempts", name="attempts"),
        CheckConstraint(
            # One who follows a flight is shown as processing while that runs, and is claimed by nobody.
            "num_nonnulls(claim_token, lease_until, worker_id) = "
            "CASE WHEN (status = 'processing' AND flight_seq IS NULL) THEN 3 ELSE 0 END",
            name="claim",
        ),
        CheckConstraint("(completed_at IS NULL) = (status = ANY ('{queued,processing}'::text[]))", name="finished"),
        CheckConstraint("runnable OR run_at IS NOT NULL OR blocked_on IS NOT NULL", name="waiting"),
        CheckConstraint("status <> 'queued' OR cancel_requested_at IS NULL", name="cancel"),
        Index("ix_ai_job_ready", "queue", "sort_key", "id", postgresql_where=text("status = 'queued' AND runnable")),
        Index(
            "ix_ai_job_waiting",
            "run_at",
            postgresql_where=text("status = 'queued' AND NOT runnable AND blocked_on IS NULL"),
        ),
        Index(
            "ix_ai_job_blocked",
            "blocked_on",
            "sort_key",
            "id",
            postgresql_where=text("status = 'queued' AND blocked_on IS NOT NULL"),
        ),
        Index(
            "ix_ai_job_expiry",
            "expires_at",
            postgresql_where=text("status = 'queued' AND expires_at IS NOT NULL"),
        ),
        Index(
            "ix_ai_job_fair",
            "queue",
            "user_id",
            "priority",
            "virtual_time",
            postgresql_where=text("status = 'queued' AND runnable"),
        ),
        Index(
            "ix_ai_job_parked",
            "queue",
            "user_id",
            "priority",
            "virtual_time",
            postgresql_where=text("status = 'queued' AND blocked_on LIKE 'limit:%'"),
        ),
        Index(
            "ix_ai_job_parked_head",
            "queue",
            "sort_key",
            "id",
            postgresql_where=text("status = 'queued' AND blocked_on LIKE 'limit:%'"),
        ),
        # Not by status, or the planner takes it for small and scans it for every job that a worker writes.
        Index("ix_ai_job_worker", "worker_id", postgresql_where=text("worker_id IS NOT NULL")),
        Index("ix_ai_job_user", "user_id", "id"),
        Index("ix_ai_job_canvas", "canvas_id", "id", postgresql_where=text("canvas_id IS NOT NULL")),
        Index("ix_ai_job_parent", "parent_id", postgresql_where=text("parent_id IS NOT NULL")),
        Index(
            "ix_ai_job_finished",
            "completed_at",
            postgresql_where=text("status IN ('completed', 'failed', 'cancelled')"),
        ),
        Index(
            "uq_ai_job_idempotency",
            "user_id",
            "idempotency_key",
            unique=True,
            postgresql_where=text("idempotency_key IS NOT NULL"),
        ),
        # The row itself says in which states it stands in the way of an equal one: no ending has to rewrite the key.
        Index(
            "uq_ai_job_unique",
            "unique_key",
            unique=True,
            postgresql_where=text("unique_key IS NOT NULL AND status = ANY (unique_states)"),
        ),
        # One run for all who ask the same: open until it has failed, was given up, or its result is stored.
        Index(
            "uq_ai_job_flight",
            "cache_key",
            unique=True,
            postgresql_where=text(
                "hidden AND followed AND cancel_requested_at IS NULL AND status IN ('queued', 'processing', 'completed')"
            ),
        ),
        Index("ix_ai_job_hidden", "id", postgresql_where=text("hidden")),
        Index("ix_ai_job_follower", "blocked_on", postgresql_where=text("flight_seq IS NOT NULL")),
        {"postgresql_with": {"fillfactor": "85"}},
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid7)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id", ondelete="CASCADE"))
    canvas_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("canvas.id", ondelete="SET NULL"))
    job_type: Mapped[str] = mapped_column(Text)
    queue: Mapped[str] = mapped_column(Text)
    priority: Mapped[str] = mapped_column(Text, server_default="normal")
    status: Mapped[str] = mapped_column(Text, server_default="queued")
    # order
    virtual_time: Mapped[int] = mapped_column(BigInteger)  # microseconds; fair share of the user in the queue
    sort_key: Mapped[int] = mapped_column(BigInteger)  # virtual_time less the priority's offset; the one claim order
    runnable: Mapped[bool] = mapped_column(server_default=text("true"))
    run_at: Mapped[datetime | None]
    blocked_on: Mapped[str | None] = mapped_column(Text(collation="C"))  # kind, or kind:name, of what must happen first
    wait_reason: Mapped[str | None] = mapped_column(Text)  # why it waits for run_at: retry, snoozed, …
    expires_at: Mapped[datetime | None]
    limit_key: Mapped[str | None] = mapped_column(Text)  # jobs with the same one may be limited together
    limit_names: Mapped[list[str] | None] = mapped_column(ARRAY(Text))  # limits whose slots the (last) claim took
    # what to do and what came of it
    summary: Mapped[str | None] = mapped_column(Text)  # a short title for people
    request_data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    result_data: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    error_code: Mapped[str | None] = mapped_column(Text)
    error_message: Mapped[str | None] = mapped_column(Text)
    progress: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    progress_message: Mapped[str | None] = mapped_column(Text)
    last_seq: Mapped[int] = mapped_column(server_default="1")
    # running
    attempt: Mapped[int] = mapped_column(SmallInteger, server_default="0")  # attempts spent, the running one included
    max_attempts: Mapped[int] = mapped_column(SmallInteger)
    runs: Mapped[int] = mapped_column(server_default="0")  # claims, rescued and snoozed ones included
    rescues: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    claim_token: Mapped[uuid.UUID | None]
    worker_id: Mapped[int | None]
    lease_until: Mapped[datetime | None]
    cancel_requested_at: Mapped[datetime | None]
    # identity
    idempotency_key: Mapped[str | None] = mapped_column(Text)
    idempotency_hash: Mapped[str | None] = mapped_column(Text)
    unique_key: Mapped[str | None] = mapped_column(Text)
    unique_states: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    cache_key: Mapped[str | None] = mapped_column(Text)
    cached: Mapped[bool] = mapped_column(server_default=text("false"))  # the result was there before the job
    hidden: Mapped[bool] = mapped_column(server_default=text("false"))  # a flight: runs for others, is nobody's job
    flight_seq: Mapped[int | None]  # follows the flight that blocked_on names, and has its events up to this one
    parent_id: Mapped[uuid.UUID | None]
    followed: Mapped[bool] = mapped_column(server_default=text("false"))  # its end is noted in ai_job_follow_up
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    correlation_id: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    started_at: Mapped[datetime | None]
    completed_at: Mapped[datetime | None]


class AiJobEvent(Model):
    """What happened to a job, numbered from 1 without gaps.

    No foreign key: it would cost 17 % of throughput; retention deletes by job.
    """

    __tablename__ = "ai_job_event"

    job_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    type: Mapped[str] = mapped_column(
        Text
    )  # queued, processing, progress, partial, retrying, completed, failed, cancelled
    status: Mapped[str] = mapped_column(Text)
    progress: Mapped[int] = mapped_column(SmallInteger)
    message: Mapped[str | None] = mapped_column(Text)
    data: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class AiJobAttempt(Model):
    """One run of a job, written once, when it ended. A rescued run repeats the number of its attempt under another ``run``."""

    __tablename__ = "ai_job_attempt"

    job_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    run: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    attempt: Mapped[int] = mapped_column(SmallInteger)
    worker_id: Mapped[int | None]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    outcome: Mapped[str] = mapped_column(Text)  # completed, failed, retried, snoozed, cancelled, rescued, released
    error_code: Mapped[str | None] = mapped_column(Text)
    error_message: Mapped[str | None] = mapped_column(Text)
    traceback: Mapped[str | None] = mapped_column(Text)
    next_run_at: Mapped[datetime | None]


class AiJobFollowUp(Model):
    """A followed job has ended, and what follows from that has not been done yet. Written by a trigger at the end."""

    __tablename__ = "ai_job_follow_up"

    job_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    noted_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class AiJobStep(Model):
    """A finished step of a job: what ``ctx.step`` returned, and returns again in every later run."""

    __tablename__ = "ai_job_step"

    job_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    ordinal: Mapped[int]  # from 1, in the order in which the steps began in the run that finished this one
    result: Mapped[Any] = mapped_column(JSONB)
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime]


class AiJobDependency(Model):
    """``job_id`` does not begin before ``needs_id`` has ended. The outcome stays when the needed job is pruned."""

    __tablename__ = "ai_job_dependency"
    __table_args__ = (
        CheckConstraint("on_failure IN ('cancel', 'run')", name="on_failure"),
        CheckConstraint("outcome IN ('completed', 'failed', 'cancelled')", name="outcome"),
        Index("ix_ai_job_dependency_needs", "needs_id"),
        Index("ix_ai_job_dependency_open", "job_id", postgresql_where=text("outcome IS NULL")),
    )

    job_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    needs_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    position: Mapped[int]  # from 0; the order of ctx.inputs()
    on_failure: Mapped[str] = mapped_column(Text)  # what becomes of job_id when needs_id fails or is cancelled
    outcome: Mapped[str | None] = mapped_column(Text)  # None while the needed job has not ended


class AiJobGroup(Model):
    """A group that is still open: its parent job waits for its children."""

    __tablename__ = "ai_job_group"

    job_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    counted_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())  # its progress, last
    written_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())  # an event of it, last


class AiJobBulk(Model):
    """What a request for many jobs was answered, for whoever sends it again with the same idempotency key."""

    __tablename__ = "ai_job_bulk"

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("app_user.id", ondelete="CASCADE"), primary_key=True)
    idempotency_key: Mapped[str] = mapped_column(primary_key=True)
    idempotency_hash: Mapped[str]
    answer: Mapped[list[list[Any]]] = mapped_column(JSONB)  # of each job: id, equal, cached
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class AiWorker(Model):
    """A worker process. While it lives it holds the advisory lock (``WORKER_LOCK_CLASS``, id) on its direct connection."""

    __tablename__ = "ai_worker"
    __table_args__ = (CheckConstraint("mode IN ('listening', 'polling')", name="mode"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    queues: Mapped[list[str] | None] = mapped_column(ARRAY(Text))  # None: every queue
    concurrency: Mapped[int] = mapped_column(SmallInteger)
    holds_lock: Mapped[bool] = mapped_column(server_default=text("false"))
    mode: Mapped[str] = mapped_column(Text, server_default="listening")  # polling: notifications do not arrive
    abandoned: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))  # runs that were given up and go on
    started_at: Mapped[datetime] = mapped_column(server_default=func.now())
    heartbeat_at: Mapped[datetime] = mapped_column(server_default=func.now())
    stopped_at: Mapped[datetime | None]
