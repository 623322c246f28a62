"""notices: the end of a job becomes one, in the transaction that ends the job"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# The cause names the end by its event: a job that is retried by hand and ends again is news, a rescue that finds it ended is
# not. Who cancels a job knows it; what is told are cancels for another reason, which the event of the end has.
NOTE = """
CREATE FUNCTION note_job_end() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    reason text;
BEGIN
    IF NEW.status = 'cancelled' THEN
        SELECT data ->> 'reason' INTO reason FROM ai_job_event WHERE job_id = NEW.id AND seq = NEW.last_seq;
        IF NEW.cancel_requested_at IS NOT NULL OR reason IS NULL OR reason = 'cancelled by request' THEN
            RETURN NULL;
        END IF;
    END IF;
    INSERT INTO notice (user_id, cause, kind, title, body, job_id, canvas_id)
    SELECT
        NEW.user_id, 'job:' || NEW.id || ':' || NEW.last_seq, 'job_' || NEW.status, NEW.summary,
        CASE NEW.status WHEN 'failed' THEN NEW.error_message WHEN 'cancelled' THEN reason ELSE NEW.progress_message END,
        NEW.id, NEW.canvas_id
    WHERE NOT EXISTS (
        SELECT FROM notice_setting WHERE user_id = NEW.user_id AND 'job_' || NEW.status = ANY (muted)
    )
    ON CONFLICT (user_id, cause) DO NOTHING;
    IF FOUND THEN
        PERFORM pg_notify('notice', NEW.user_id::text);
    END IF;
    RETURN NULL;
END
$$
"""
# What the condition keeps out costs next to nothing: jobs without a title for people, such as those that measure the engine.
ON_END = """
CREATE TRIGGER job_end_noted AFTER UPDATE ON ai_job FOR EACH ROW
WHEN (
    NEW.completed_at IS NOT NULL AND OLD.completed_at IS NULL
    AND NEW.summary IS NOT NULL AND NEW.parent_id IS NULL AND NOT NEW.hidden
)
EXECUTE FUNCTION note_job_end()
"""


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("canvas_id", sa.Uuid(), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["app_user.id"], name=op.f("fk_notice_user_id_app_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
    )
    op.create_index("uq_notice_cause", "notice", ["user_id", "cause"], unique=True)
    op.create_index("ix_notice_user", "notice", ["user_id", "created_at", "id"])
    op.create_index(
        "ix_notice_unread", "notice", ["user_id", "created_at"], postgresql_where=sa.text("read_at IS NULL")
    )
    op.create_index("ix_notice_created", "notice", ["created_at"])
    op.create_table(
        "notice_setting",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("muted", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("toast", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("browser", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("sound", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("quiet_from", sa.Time(), nullable=True),
        sa.Column("quiet_to", sa.Time(), nullable=True),
        sa.Column(
            "changed_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.CheckConstraint("(quiet_from IS NULL) = (quiet_to IS NULL)", name=op.f("ck_notice_setting_quiet")),
        sa.ForeignKeyConstraint(
            ["user_id"], ["app_user.id"], name=op.f("fk_notice_setting_user_id_app_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_notice_setting")),
    )
    op.create_index("ix_notice_setting_changed", "notice_setting", ["changed_at"])
    op.execute(NOTE)
    op.execute(ON_END)


def downgrade() -> None:
    op.execute("DROP TRIGGER job_end_noted ON ai_job")
    op.execute("DROP FUNCTION note_job_end")
    op.drop_table("notice_setting")
    op.drop_table("notice")
