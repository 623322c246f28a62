"""providers that staff add, and how the embedded model stands"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ai_provider",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("base_url", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("sealed_key", sa.Text(), nullable=True),
        sa.Column("key_hint", sa.Text(), nullable=True),
        sa.Column("price_in", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column("price_out", sa.Double(), server_default=sa.text("0"), nullable=False),
        sa.Column("requests_per_minute", sa.Double(), nullable=True),
        sa.Column("tokens_per_minute", sa.Double(), nullable=True),
        sa.Column("timeout", sa.Double(), server_default=sa.text("120"), nullable=False),
        sa.Column("enabled", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ai_provider")),
    )
    op.create_index("uq_ai_provider_name", "ai_provider", [sa.text("lower(name)")], unique=True)
    op.create_table(
        "embedded_model",
        sa.Column("machine", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=True),
        sa.Column("bytes_done", sa.BigInteger(), nullable=False),
        sa.Column("bytes_total", sa.BigInteger(), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("machine", name=op.f("pk_embedded_model")),
    )


def downgrade() -> None:
    op.drop_table("embedded_model")
    op.drop_index("uq_ai_provider_name", "ai_provider")
    op.drop_table("ai_provider")
