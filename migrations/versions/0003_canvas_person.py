"""who has a canvas open"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "canvas_person",
        sa.Column("canvas_id", sa.Uuid(), nullable=False),
        sa.Column("sid", sa.Text(), nullable=False),
        sa.Column("process", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_guest", sa.Boolean(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("canvas_id", "sid", name=op.f("pk_canvas_person")),
        prefixes=["UNLOGGED"],
    )
    op.create_index(op.f("ix_canvas_person_seen_at"), "canvas_person", ["seen_at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_canvas_person_seen_at"), table_name="canvas_person")
    op.drop_table("canvas_person")
