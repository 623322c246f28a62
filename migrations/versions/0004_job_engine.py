"""job engine: what a queued job waits for, and who waits for its end"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

CLOCK_ALONE = "status = 'queued' AND NOT runnable AND blocked_on IS NULL"

# In the transaction that ends the job, whichever statement that is: what follows from the end cannot be forgotten.
NOTE_END = """
CREATE FUNCTION note_followed_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ai_job_follow_up (job_id) VALUES (NEW.id) ON CONFLICT DO NOTHING;
    PERFORM pg_notify('job_later', NEW.queue);
    RETURN NULL;
END
$$
"""
ON_END = """
CREATE TRIGGER followed_end AFTER UPDATE ON ai_job FOR EACH ROW
WHEN (NEW.followed AND OLD.completed_at IS NULL AND NEW.completed_at IS NOT NULL)
EXECUTE FUNCTION note_followed_end()
"""


def upgrade() -> None:
    op.add_column("ai_job", sa.Column("blocked_on", sa.Text(), nullable=True))
    op.add_column("ai_job", sa.Column("wait_reason", sa.Text(), nullable=True))
    op.add_column("ai_job", sa.Column("followed", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.drop_constraint(op.f("ck_ai_job_waiting"), "ai_job")
    op.create_check_constraint(
        op.f("ck_ai_job_waiting"), "ai_job", "runnable OR run_at IS NOT NULL OR blocked_on IS NOT NULL"
    )
    op.drop_index("ix_ai_job_waiting", table_name="ai_job")
    op.create_index("ix_ai_job_waiting", "ai_job", ["run_at"], postgresql_where=sa.text(CLOCK_ALONE))
    op.create_index(
        "ix_ai_job_blocked",
        "ai_job",
        ["blocked_on", "sort_key", "id"],
        postgresql_where=sa.text("status = 'queued' AND blocked_on IS NOT NULL"),
    )
    op.create_table(
        "ai_job_follow_up",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_ai_job_follow_up")),
    )
    op.execute(NOTE_END)
    op.execute(ON_END)
    _make_flow_tables()


def _make_flow_tables() -> None:
    """Steps, and jobs that wait for jobs. Without foreign keys, as all that belongs to jobs: retention deletes by job."""
    op.create_table(
        "ai_job_step",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("result", postgresql.JSONB(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("job_id", "name", name=op.f("pk_ai_job_step")),
    )
    op.create_table(
        "ai_job_dependency",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("needs_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("on_failure", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.CheckConstraint("on_failure IN ('cancel', 'run')", name=op.f("ck_ai_job_dependency_on_failure")),
        sa.CheckConstraint(
            "outcome IN ('completed', 'failed', 'cancelled')", name=op.f("ck_ai_job_dependency_outcome")
        ),
        sa.PrimaryKeyConstraint("job_id", "needs_id", name=op.f("pk_ai_job_dependency")),
    )
    op.create_index("ix_ai_job_dependency_needs", "ai_job_dependency", ["needs_id"])
    op.create_index(
        "ix_ai_job_dependency_open", "ai_job_dependency", ["job_id"], postgresql_where=sa.text("outcome IS NULL")
    )
    op.create_table(
        "ai_job_group",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column(
            "counted_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column(
            "written_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_ai_job_group")),
    )


def downgrade() -> None:
    op.drop_table("ai_job_group")
    op.drop_table("ai_job_dependency")
    op.drop_table("ai_job_step")
    op.execute("DROP TRIGGER followed_end ON ai_job")
    op.execute("DROP FUNCTION note_followed_end")
    op.drop_table("ai_job_follow_up")
    op.drop_index("ix_ai_job_blocked", table_name="ai_job")
    op.drop_index("ix_ai_job_waiting", table_name="ai_job")
    op.drop_constraint(op.f("ck_ai_job_waiting"), "ai_job")
    # What waits for something that the older version does not know can only be run.
    op.execute("UPDATE ai_job SET runnable = true WHERE NOT runnable AND run_at IS NULL")
    op.create_check_constraint(op.f("ck_ai_job_waiting"), "ai_job", "runnable OR run_at IS NOT NULL")
    op.create_index(
        "ix_ai_job_waiting", "ai_job", ["run_at"], postgresql_where=sa.text("status = 'queued' AND NOT runnable")
    )
    op.drop_column("ai_job", "followed")
    op.drop_column("ai_job", "wait_reason")
    op.drop_column("ai_job", "blocked_on")
