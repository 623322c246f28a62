"""versions of canvases"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

NOW = sa.text("now()")


def upgrade() -> None:
    op.add_column("canvas", sa.Column("versioned_at", sa.DateTime(timezone=True), server_default=NOW, nullable=True))
    op.create_table(
        "canvas_version",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("canvas_id", sa.Uuid(), nullable=False),
        sa.Column("canvas_version", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("about", sa.Text(), nullable=True),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("element_count", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("preview", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("elements", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=NOW, nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("cause IN ('hand', 'edit', 'job', 'restore')", name=op.f("ck_canvas_version_cause")),
        sa.CheckConstraint("(name IS NULL) = (expires_at IS NOT NULL)", name=op.f("ck_canvas_version_named_stay")),
        sa.ForeignKeyConstraint(
            ["canvas_id"], ["canvas.id"], name=op.f("fk_canvas_version_canvas_id_canvas"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["app_user.id"], name=op.f("fk_canvas_version_author_id_app_user"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canvas_version")),
    )
    # Deflated before it comes here: a second compression would only cost time.
    op.execute("ALTER TABLE canvas_version ALTER COLUMN elements SET STORAGE EXTERNAL")
    op.create_index("ix_canvas_version_canvas", "canvas_version", ["canvas_id", "created_at", "id"])
    op.create_index(op.f("ix_canvas_version_author_id"), "canvas_version", ["author_id"])
    op.create_index(
        "ix_canvas_version_expires",
        "canvas_version",
        ["expires_at"],
        postgresql_where=sa.text("expires_at IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_table("canvas_version")
    op.drop_column("canvas", "versioned_at")
