"""rates of providers"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

RATES = Path(__file__).parent.parent / "provider_rates.sql"
FUNCTIONS = (
    "ask_rated_provider(text, uuid, uuid, double precision, double precision, double precision)",
    "provider_trouble(text)",
    "provider_room(text)",
    "provider_level(provider_rate)",
)


def upgrade() -> None:
    op.create_table(
        "provider_rate",
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("calls_per_minute", sa.Double(), nullable=True),
        sa.Column("tokens_per_minute", sa.Double(), nullable=True),
        sa.Column("calls", sa.Double(), nullable=True),
        sa.Column("tokens", sa.Double(), nullable=True),
        sa.Column("filled_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.CheckConstraint("calls_per_minute > 0 AND tokens_per_minute > 0", name=op.f("ck_provider_rate_positive")),
        sa.PrimaryKeyConstraint("provider", name=op.f("pk_provider_rate")),
    )
    op.execute(
        "ALTER TABLE provider_rate SET (fillfactor = 50, autovacuum_vacuum_threshold = 200, autovacuum_vacuum_scale_factor = 0)"
    )
    op.execute(RATES.read_text(encoding="utf-8"))


def downgrade() -> None:
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    op.execute("ALTER FUNCTION provider_circuit_room(text) RENAME TO provider_room")
    op.drop_table("provider_rate")
