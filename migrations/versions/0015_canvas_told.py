"""how often something was told of a canvas, so that a web process that does not hear finds out"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("canvas", sa.Column("told", sa.BigInteger(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("canvas", "told")
