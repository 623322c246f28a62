"""sessions that were signed out, and counters of attempts"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ended_session",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ended_session")),
    )
    op.create_index("ix_ended_session_expires_at", "ended_session", ["expires_at"])
    # Unlogged: losing the counters in a crash costs an attacker's few free attempts, not a commit for each attempt.
    op.execute(
        "CREATE UNLOGGED TABLE rate_limit (key text PRIMARY KEY, hits integer NOT NULL, expires_at timestamptz NOT NULL)"
    )
    op.execute("CREATE INDEX ix_rate_limit_expires_at ON rate_limit (expires_at)")


def downgrade() -> None:
    op.execute("DROP TABLE rate_limit")
    op.drop_index("ix_ended_session_expires_at", table_name="ended_session")
    op.drop_table("ended_session")
