"""the checks of ai_job in fewer words: Postgres reads their trees anew in each statement"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

RUNS = "(status = 'processing' AND flight_seq IS NULL)"
BEFORE = {
    "status": "status IN ('queued', 'processing', 'completed', 'failed', 'cancelled')",
    "priority": "priority IN ('low', 'normal', 'high', 'urgent')",
    "finished": "(status IN ('completed', 'failed', 'cancelled')) = (completed_at IS NOT NULL)",
    "claim": " AND ".join(f"{RUNS} = ({name} IS NOT NULL)" for name in ("claim_token", "lease_until", "worker_id")),
}
AFTER = {
    "status": "status = ANY ('{queued,processing,completed,failed,cancelled}'::text[])",
    "priority": "priority = ANY ('{low,normal,high,urgent}'::text[])",
    "finished": "(completed_at IS NULL) = (status = ANY ('{queued,processing}'::text[]))",
    "claim": f"num_nonnulls(claim_token, lease_until, worker_id) = CASE WHEN {RUNS} THEN 3 ELSE 0 END",
}


def _say(checks: dict[str, str]) -> None:
    """One command, so that the table is read once."""
    changes = [f"DROP CONSTRAINT ck_ai_job_{name}" for name in checks]
    changes += [f"ADD CONSTRAINT ck_ai_job_{name} CHECK ({check})" for name, check in checks.items()]
    op.execute(f"ALTER TABLE ai_job {', '.join(changes)}")


def upgrade() -> None:
    _say(AFTER)


def downgrade() -> None:
    _say(BEFORE)
