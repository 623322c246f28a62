"""how far the changes of a job are while a model is still writing them"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ai_draft", sa.Column("changes", JSONB(), nullable=True))


def downgrade() -> None:
    op.drop_column("ai_draft", "changes")
