"""answers of models while they grow, and what jobs did to canvases"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

JSONB = postgresql.JSONB(astext_type=sa.Text())
NOW = sa.text("now()")


def upgrade() -> None:
    op.add_column("ai_draft", sa.Column("origin", JSONB, nullable=True))
    op.add_column("ai_draft", sa.Column("drawn", JSONB, server_default=sa.text("'{}'"), nullable=False))
    op.create_table(
        "ai_answer",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("answer", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("claim_token", sa.Uuid(), nullable=True),
        sa.Column("provider", sa.Text(), nullable=True),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_ai_answer")),
    )
    op.create_index(op.f("ix_ai_answer_taken_at"), "ai_answer", ["taken_at"])
    op.create_table(
        "ai_change",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("canvas_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'open'"), nullable=False),
        sa.Column("spared", JSONB, server_default=sa.text("'[]'"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("status IN ('open', 'kept', 'undone')", name=op.f("ck_ai_change_status")),
        sa.ForeignKeyConstraint(
            ["canvas_id"], ["canvas.id"], name=op.f("fk_ai_change_canvas_id_canvas"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["job_id"], ["ai_job.id"], name=op.f("fk_ai_change_job_id_ai_job"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_ai_change")),
    )
    op.create_index("ix_ai_change_canvas", "ai_change", ["canvas_id", "job_id"])
    op.create_table(
        "ai_changed_element",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("element_id", sa.Text(), nullable=False),
        sa.Column("before", JSONB, nullable=True),
        sa.Column("after", JSONB, nullable=True),
        sa.Column("version", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"], ["ai_change.job_id"], name=op.f("fk_ai_changed_element_job_id_ai_change"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("job_id", "element_id", name=op.f("pk_ai_changed_element")),
    )


def downgrade() -> None:
    op.drop_table("ai_changed_element")
    op.drop_index("ix_ai_change_canvas", table_name="ai_change")
    op.drop_table("ai_change")
    op.drop_index(op.f("ix_ai_answer_taken_at"), table_name="ai_answer")
    op.drop_table("ai_answer")
    op.drop_column("ai_draft", "drawn")
    op.drop_column("ai_draft", "origin")
