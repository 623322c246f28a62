"""somebody's entries of credit, the newest first, without reading everybody's"""

from __future__ import annotations

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_credit_entry_user_id", "credit_entry", ["user_id", "id"])


def downgrade() -> None:
    op.drop_index("ix_credit_entry_user_id", table_name="credit_entry")
