"""initial"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ai_job_attempt",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("run", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("attempt", sa.SmallInteger(), nullable=False),
        sa.Column("worker_id", sa.Integer(), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("traceback", sa.Text(), nullable=True),
        sa.Column("next_run_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("job_id", "run", name=op.f("pk_ai_job_attempt")),
    )
    op.create_table(
        "ai_job_event",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("progress", sa.SmallInteger(), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.PrimaryKeyConstraint("job_id", "seq", name=op.f("pk_ai_job_event")),
    )
    op.create_table(
        "ai_worker",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("queues", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("concurrency", sa.SmallInteger(), nullable=False),
        sa.Column("holds_lock", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("stopped_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ai_worker")),
    )
    op.create_table(
        "app_user",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), server_default="user", nullable=False),
        sa.Column("is_guest", sa.Boolean(), server_default="false", nullable=False),
        sa.Column("session_version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("suspended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("role IN ('user', 'staff_readonly', 'staff')", name=op.f("ck_app_user_role")),
        sa.CheckConstraint(
            "is_guest OR (email IS NOT NULL AND password_hash IS NOT NULL)", name=op.f("ck_app_user_credentials")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_app_user")),
    )
    op.create_index("uq_app_user_email", "app_user", [sa.literal_column("lower(email)")], unique=True)
    op.create_table(
        "api_token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["app_user.id"], name=op.f("fk_api_token_user_id_app_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_token_token_hash")),
    )
    op.create_index(op.f("ix_api_token_user_id"), "api_token", ["user_id"], unique=False)
    op.create_table(
        "canvas",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["app_user.id"], name=op.f("fk_canvas_owner_id_app_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canvas")),
    )
    op.create_index("ix_canvas_owner_updated", "canvas", ["owner_id", "updated_at"], unique=False)
    op.create_table(
        "ai_job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("canvas_id", sa.Uuid(), nullable=True),
        sa.Column("job_type", sa.Text(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("priority", sa.Text(), server_default="normal", nullable=False),
        sa.Column("status", sa.Text(), server_default="queued", nullable=False),
        sa.Column("virtual_time", sa.BigInteger(), nullable=False),
        sa.Column("sort_key", sa.BigInteger(), nullable=False),
        sa.Column("runnable", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("request_data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("result_data", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("progress", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("progress_message", sa.Text(), nullable=True),
        sa.Column("last_seq", sa.Integer(), server_default="1", nullable=False),
        sa.Column("attempt", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("max_attempts", sa.SmallInteger(), nullable=False),
        sa.Column("runs", sa.Integer(), server_default="0", nullable=False),
        sa.Column("rescues", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("claim_token", sa.Uuid(), nullable=True),
        sa.Column("worker_id", sa.Integer(), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("idempotency_key", sa.Text(), nullable=True),
        sa.Column("idempotency_hash", sa.Text(), nullable=True),
        sa.Column("cache_key", sa.Text(), nullable=True),
        sa.Column("parent_id", sa.Uuid(), nullable=True),
        sa.Column("tags", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("correlation_id", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(status = 'processing') = (claim_token IS NOT NULL) AND (status = 'processing') = (lease_until IS NOT NULL) AND (status = 'processing') = (worker_id IS NOT NULL)",
            name=op.f("ck_ai_job_claim"),
        ),
        sa.CheckConstraint(
            "(status IN ('completed', 'failed', 'cancelled')) = (completed_at IS NOT NULL)",
            name=op.f("ck_ai_job_finished"),
        ),
        sa.CheckConstraint("priority IN ('low', 'normal', 'high', 'urgent')", name=op.f("ck_ai_job_priority")),
        sa.CheckConstraint(
            "status IN ('queued', 'processing', 'completed', 'failed', 'cancelled')", name=op.f("ck_ai_job_status")
        ),
        sa.CheckConstraint(
            "attempt >= 0 AND max_attempts >= 1 AND attempt <= max_attempts", name=op.f("ck_ai_job_attempts")
        ),
        sa.CheckConstraint("progress BETWEEN 0 AND 100", name=op.f("ck_ai_job_progress")),
        sa.CheckConstraint("runnable OR run_at IS NOT NULL", name=op.f("ck_ai_job_waiting")),
        sa.CheckConstraint("status <> 'queued' OR cancel_requested_at IS NULL", name=op.f("ck_ai_job_cancel")),
        sa.ForeignKeyConstraint(
            ["canvas_id"], ["canvas.id"], name=op.f("fk_ai_job_canvas_id_canvas"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["app_user.id"], name=op.f("fk_ai_job_user_id_app_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ai_job")),
        postgresql_with={"fillfactor": "85"},
    )
    op.create_index(
        "ix_ai_job_canvas",
        "ai_job",
        ["canvas_id", "id"],
        unique=False,
        postgresql_where=sa.text("canvas_id IS NOT NULL"),
    )
    op.create_index(
        "ix_ai_job_expiry",
        "ai_job",
        ["expires_at"],
        unique=False,
        postgresql_where=sa.text("status = 'queued' AND expires_at IS NOT NULL"),
    )
    op.create_index(
        "ix_ai_job_fair",
        "ai_job",
        ["queue", "user_id", "priority", "virtual_time"],
        unique=False,
        postgresql_where=sa.text("status = 'queued' AND runnable"),
    )
    op.create_index(
        "ix_ai_job_finished",
        "ai_job",
        ["completed_at"],
        unique=False,
        postgresql_where=sa.text("status IN ('completed', 'failed', 'cancelled')"),
    )
    op.create_index(
        "ix_ai_job_parent", "ai_job", ["parent_id"], unique=False, postgresql_where=sa.text("parent_id IS NOT NULL")
    )
    op.create_index(
        "ix_ai_job_ready",
        "ai_job",
        ["queue", "sort_key", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'queued' AND runnable"),
    )
    op.create_index("ix_ai_job_user", "ai_job", ["user_id", "id"], unique=False)
    op.create_index(
        "ix_ai_job_waiting",
        "ai_job",
        ["run_at"],
        unique=False,
        postgresql_where=sa.text("status = 'queued' AND NOT runnable"),
    )
    op.create_index(
        "ix_ai_job_worker", "ai_job", ["worker_id"], unique=False, postgresql_where=sa.text("worker_id IS NOT NULL")
    )
    op.create_index(
        "uq_ai_job_idempotency",
        "ai_job",
        ["user_id", "idempotency_key"],
        unique=True,
        postgresql_where=sa.text("idempotency_key IS NOT NULL"),
    )
    op.create_table(
        "canvas_element",
        sa.Column("canvas_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.Column("version_nonce", sa.BigInteger(), nullable=False),
        sa.Column("is_deleted", sa.Boolean(), nullable=False),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("canvas_version", sa.BigInteger(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["canvas_id"], ["canvas.id"], name=op.f("fk_canvas_element_canvas_id_canvas"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("canvas_id", "id", name=op.f("pk_canvas_element")),
    )
    op.create_index("ix_canvas_element_version", "canvas_element", ["canvas_id", "canvas_version"], unique=False)
    op.create_table(
        "ai_draft",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("result", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("batches", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("written", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["ai_job.id"], name=op.f("fk_ai_draft_job_id_ai_job"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_ai_draft")),
    )


def downgrade() -> None:
    op.drop_table("ai_draft")
    op.drop_index("ix_canvas_element_version", table_name="canvas_element")
    op.drop_table("canvas_element")
    op.drop_index("uq_ai_job_idempotency", table_name="ai_job", postgresql_where=sa.text("idempotency_key IS NOT NULL"))
    op.drop_index("ix_ai_job_worker", table_name="ai_job", postgresql_where=sa.text("worker_id IS NOT NULL"))
    op.drop_index(
        "ix_ai_job_waiting", table_name="ai_job", postgresql_where=sa.text("status = 'queued' AND NOT runnable")
    )
    op.drop_index("ix_ai_job_user", table_name="ai_job")
    op.drop_index("ix_ai_job_ready", table_name="ai_job", postgresql_where=sa.text("status = 'queued' AND runnable"))
    op.drop_index("ix_ai_job_parent", table_name="ai_job", postgresql_where=sa.text("parent_id IS NOT NULL"))
    op.drop_index(
        "ix_ai_job_finished",
        table_name="ai_job",
        postgresql_where=sa.text("status IN ('completed', 'failed', 'cancelled')"),
    )
    op.drop_index("ix_ai_job_fair", table_name="ai_job", postgresql_where=sa.text("status = 'queued' AND runnable"))
    op.drop_index(
        "ix_ai_job_expiry",
        table_name="ai_job",
        postgresql_where=sa.text("status = 'queued' AND expires_at IS NOT NULL"),
    )
    op.drop_index("ix_ai_job_canvas", table_name="ai_job", postgresql_where=sa.text("canvas_id IS NOT NULL"))
    op.drop_table("ai_job")
    op.drop_index("ix_canvas_owner_updated", table_name="canvas")
    op.drop_table("canvas")
    op.drop_index(op.f("ix_api_token_user_id"), table_name="api_token")
    op.drop_table("api_token")
    op.drop_index("uq_app_user_email", table_name="app_user")
    op.drop_table("app_user")
    op.drop_table("ai_worker")
    op.drop_table("ai_job_event")
    op.drop_table("ai_job_attempt")
