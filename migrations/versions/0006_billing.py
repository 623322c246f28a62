"""the ledger of model calls, credits, plans and budgets"""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

LEDGER = Path(__file__).parent.parent / "credit_ledger.sql"
NOW = sa.text("now()")
TABLES = ("spending", "budget", "plan", "credit_hold", "credit_entry", "credit_account", "ai_operation")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _make_operations()
    _make_credits()
    _make_plans_and_budgets()
    op.execute(LEDGER.read_text(encoding="utf-8"))


def _make_operations() -> None:
    op.create_table(
        "ai_operation",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", MOMENT, server_default=NOW, nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("module", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.Column("tokens_in", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("tokens_out", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("estimated", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("cost", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("saved", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("latency_ms", sa.Integer(), nullable=True),
        sa.Column("cached", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("billable", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("success", sa.Boolean(), nullable=True),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "tokens_in >= 0 AND tokens_out >= 0 AND cost >= 0 AND saved >= 0", name=op.f("ck_ai_operation_amounts")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["app_user.id"], name=op.f("fk_ai_operation_user_id_app_user"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ai_operation")),
    )
    op.create_index("ix_ai_operation_at", "ai_operation", ["at"])
    op.create_index("ix_ai_operation_job_id", "ai_operation", ["job_id"])
    op.create_index("ix_ai_operation_user_id", "ai_operation", ["user_id", "at"])
    op.create_index("ix_ai_operation_open", "ai_operation", ["at"], postgresql_where=sa.text("success IS NULL"))


def _make_credits() -> None:
    op.create_table(
        "credit_account",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("balance", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("opened_at", MOMENT, server_default=NOW, nullable=False),
        sa.Column("low_noticed_at", MOMENT, nullable=True),
        sa.CheckConstraint("balance >= 0", name=op.f("ck_credit_account_balance")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["app_user.id"], name=op.f("fk_credit_account_user_id_app_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_credit_account")),
    )
    op.create_table(
        "credit_entry",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("at", MOMENT, server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.CheckConstraint(
            "kind IN ('sign_up_grant', 'staff_grant', 'purchase', 'reservation', 'release', 'use')",
            name=op.f("ck_credit_entry_kind"),
        ),
        sa.CheckConstraint(
            "(kind IN ('reservation', 'use')) = (amount < 0) AND amount <> 0", name=op.f("ck_credit_entry_sign")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["credit_account.user_id"],
            name=op.f("fk_credit_entry_user_id_credit_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credit_entry")),
        sa.UniqueConstraint("user_id", "key", name=op.f("uq_credit_entry_user_id")),
    )
    op.create_index("ix_credit_entry_job_id", "credit_entry", ["job_id"])
    op.create_table(
        "credit_hold",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("tokens", sa.BigInteger(), nullable=False),
        sa.Column("at", MOMENT, server_default=NOW, nullable=False),
        sa.CheckConstraint("tokens > 0", name=op.f("ck_credit_hold_tokens")),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["credit_account.user_id"],
            name=op.f("fk_credit_hold_user_id_credit_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_credit_hold")),
    )
    op.create_index("ix_credit_hold_user_id", "credit_hold", ["user_id"])


def _make_plans_and_budgets() -> None:
    op.create_table(
        "plan",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=True),
        sa.Column("renewal", sa.Text(), server_default="none", nullable=False),
        sa.Column("updated_at", MOMENT, server_default=NOW, nullable=False),
        sa.CheckConstraint("renewal IN ('none', 'monthly', 'yearly')", name=op.f("ck_plan_renewal")),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_plan_period")),
        sa.CheckConstraint("renewal = 'none' OR ends_at IS NOT NULL", name=op.f("ck_plan_renews")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["app_user.id"], name=op.f("fk_plan_user_id_app_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_plan")),
    )
    op.create_table(
        "budget",
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("period IN ('day', 'month')", name=op.f("ck_budget_period")),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_budget_amount")),
        sa.PrimaryKeyConstraint("who", "period", name=op.f("pk_budget")),
    )
    op.create_table(
        "spending",
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("begins_on", sa.Date(), nullable=False),
        sa.Column("cost", sa.BigInteger(), nullable=False),
        sa.Column("warned_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("who", "period", "begins_on", name=op.f("pk_spending")),
    )


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    op.execute("DROP FUNCTION book_credit_entry()")
    op.execute("DROP FUNCTION keep_credit_entry()")
