"""what the job dashboard reads: the history's search, gauges of queues, forecasts; the audit of actions"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# What a job is found by: words for people ('simple': any language, nothing is stemmed), and facets, which begin with "=" and so are
# never met by a word. Punctuation becomes space, or "create_canvas" and "a-b.c" would be words of their own. Texts are cut: a
# document may have a megabyte, a request has no such limit.
DOCUMENT = r"""
CREATE FUNCTION job_document(
    job_type text, summary text, request jsonb, error_message text, progress_message text, tags text[], facets text[]
) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_to_tsvector(facets) || to_tsvector('simple', translate(
        left(concat_ws(' ',
            job_type, summary, left(error_message, 5000), progress_message, array_to_string(tags, ' '),
            (SELECT string_agg(left(value, 10000), ' ') FROM jsonb_each_text(
                CASE jsonb_typeof(request) WHEN 'object' THEN request ELSE '{}' END
            ))
        ), 30000),
        '_-./\:@,;=+&#%''"()[]{}<>|', '                          '
    ))
$$
"""
FACETS = """
CREATE FUNCTION job_facets(
    user_id uuid, status text, job_type text, queue text, priority text, error_code text, tags text[]
) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT array_remove(ARRAY[
        '=user:' || user_id, '=status:' || status, '=type:' || job_type, '=queue:' || queue, '=priority:' || priority,
        '=error:' || error_code
    ] || ARRAY(SELECT '=tag:' || tag FROM unnest(tags) AS tag), NULL)
$$
"""
FORGET = """
CREATE OR REPLACE FUNCTION forget_deleted_jobs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM ai_job_event WHERE job_id = ANY (ARRAY(SELECT id FROM gone));
    DELETE FROM ai_job_attempt WHERE job_id = ANY (ARRAY(SELECT id FROM gone));
    DELETE FROM ai_job_step WHERE job_id = ANY (ARRAY(SELECT id FROM gone));
    DELETE FROM ai_job_dependency WHERE job_id = ANY (ARRAY(SELECT id FROM gone));
    DELETE FROM ai_job_group WHERE job_id = ANY (ARRAY(SELECT id FROM gone));
    DELETE FROM ai_job_follow_up WHERE job_id = ANY (ARRAY(SELECT id FROM gone));{more}
    RETURN NULL;
END
$$
"""
ALSO = "\n    DELETE FROM ai_job_search WHERE job_id = ANY (ARRAY(SELECT id FROM gone));"
STORAGE = "autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.05"


def upgrade() -> None:
    op.execute(DOCUMENT)
    op.execute(FACETS)
    op.create_table(
        "ai_job_search",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("document", postgresql.TSVECTOR(), nullable=False),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_ai_job_search")),
    )
    op.create_index("ix_ai_job_search_document", "ai_job_search", ["document"], postgresql_using="gin")
    op.execute(f"ALTER TABLE ai_job_search SET ({STORAGE})")
    op.execute(FORGET.replace("{more}", ALSO))
    op.create_table(
        "ai_job_gauge",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("running", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("at", "queue", name=op.f("pk_ai_job_gauge")),
    )
    op.create_table(
        "ai_job_forecast",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("low", sa.Double(), nullable=False),
        sa.Column("middle", sa.Double(), nullable=False),
        sa.Column("high", sa.Double(), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.Column("scored_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_ai_job_forecast")),
    )
    op.create_index("ix_ai_job_forecast_queue", "ai_job_forecast", ["queue", "scored_at"])
    op.create_table(
        "audit_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("actor_role", sa.Text(), nullable=False),
        sa.Column("via", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("target_type", sa.Text(), nullable=False),
        sa.Column("targets", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("details", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_entry")),
    )
    op.create_index("ix_audit_entry_actor", "audit_entry", ["actor_id", "id"])
    op.create_index("ix_audit_entry_action", "audit_entry", ["action", "id"])
    op.create_index("ix_audit_entry_targets", "audit_entry", ["targets"], postgresql_using="gin")
    op.execute("INSERT INTO ai_job_duty (name) VALUES ('index_history'), ('gauge'), ('forecast')")


def downgrade() -> None:
    op.execute("DELETE FROM ai_job_duty WHERE name IN ('index_history', 'gauge', 'forecast')")
    op.drop_table("audit_entry")
    op.drop_table("ai_job_forecast")
    op.drop_table("ai_job_gauge")
    op.execute(FORGET.replace("{more}", ""))
    op.drop_table("ai_job_search")
    op.execute("DROP FUNCTION job_facets")
    op.execute("DROP FUNCTION job_document")
