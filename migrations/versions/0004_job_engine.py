"""job engine: what a queued job waits for, and who waits for its end"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

CLOCK_ALONE = "status = 'queued' AND NOT runnable AND blocked_on IS NULL"

# In the transaction that ends the job, whichever statement that is: what follows from the end cannot be forgotten.
NOTE_END = """
CREATE FUNCTION note_followed_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO ai_job_follow_up (job_id) VALUES (NEW.id)
        ON CONFLICT (job_id) DO UPDATE SET noted_at = excluded.noted_at; -- nobody takes it before this end is committed
    PERFORM pg_notify('job_later', NEW.queue);
    RETURN NULL;
END
$$
"""
ON_END = """
CREATE TRIGGER followed_end AFTER UPDATE ON ai_job FOR EACH ROW
WHEN (NEW.followed AND OLD.completed_at IS NULL AND NEW.completed_at IS NOT NULL)
EXECUTE FUNCTION note_followed_end()
"""

# What belongs to a job goes with it, whichever statement deletes it (a cascade from its owner included). Once a statement,
# and only on deletes: nothing that a worker writes meets it. The arrays keep it on the indexes, however many jobs go.
FORGET = """
CREATE FUNCTION forget_deleted_jobs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM ai_job_event WHERE job_id = ANY (ARRAY(SELECT id FROM gone));
    DELETE FROM ai_job_attempt WHERE job_id = ANY (ARRAY(SELECT id FROM gone));
    DELETE FROM ai_job_step WHERE job_id = ANY (ARRAY(SELECT id FROM gone));
    DELETE FROM ai_job_dependency WHERE job_id = ANY (ARRAY(SELECT id FROM gone));
    DELETE FROM ai_job_group WHERE job_id = ANY (ARRAY(SELECT id FROM gone));
    DELETE FROM ai_job_follow_up WHERE job_id = ANY (ARRAY(SELECT id FROM gone));
    RETURN NULL;
END
$$
"""
ON_DELETE = """
CREATE TRIGGER deleted_jobs AFTER DELETE ON ai_job REFERENCING OLD TABLE AS gone FOR EACH STATEMENT
EXECUTE FUNCTION forget_deleted_jobs()
"""

# Rows that change or come and go by the thousand: cleaned after a few per cent, not after a fifth of a table that history
# makes large. Event and attempt rows are only added, so that vacuum has little to do there until retention deletes.
OFTEN = "autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_limit = 2000"
ADDED = "autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05"
FEW = "autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200, fillfactor = 50"
STORAGE = {
    "ai_job": f"{OFTEN}, autovacuum_vacuum_threshold = 2000, autovacuum_analyze_scale_factor = 0.02",
    "ai_job_event": f"{OFTEN}, {ADDED}, autovacuum_vacuum_threshold = 10000",
    "ai_job_attempt": f"{OFTEN}, {ADDED}, autovacuum_vacuum_threshold = 10000",
    "ai_job_follow_up": "autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000",
    "ai_job_rollup": "autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, fillfactor = 70",
    "ai_job_rollup_time": "autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, fillfactor = 70",
    "ai_job_step": f"{OFTEN}, {ADDED}, autovacuum_vacuum_threshold = 10000",
    "ai_job_dependency": f"{OFTEN}, autovacuum_vacuum_threshold = 2000",
    "ai_job_group": FEW,
    "ai_job_duty": FEW,
    "ai_worker": FEW,
    "job_slot": FEW,
}


def _store(table: str, options: str) -> None:
    op.execute(f"ALTER TABLE {table} SET ({options})")


def _forget_storage(table: str, options: str) -> None:
    names = ", ".join(option.split("=")[0].strip() for option in options.split(","))
    op.execute(f"ALTER TABLE {table} RESET ({names})")


def _rollup_key() -> list[sa.Column[Any]]:
    return [
        sa.Column("span", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("job_type", sa.Text(), nullable=False),
    ]


def _create_rollups() -> None:
    names = [column.name for column in _rollup_key()]
    op.create_table(
        "ai_job_rollup",
        *_rollup_key(),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("error_code", sa.Text(), server_default="", nullable=False),
        sa.Column("jobs", sa.BigInteger(), nullable=False),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("rescues", sa.BigInteger(), nullable=False),
        sa.Column("ran", sa.BigInteger(), nullable=False),
        sa.Column("wait_seconds", sa.Double(), nullable=False),
        sa.Column("run_seconds", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint(*names, "status", "error_code", name=op.f("pk_ai_job_rollup")),
    )
    op.create_table(
        "ai_job_rollup_time",
        *_rollup_key(),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("bucket", sa.SmallInteger(), nullable=False),
        sa.Column("jobs", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint(*names, "kind", "bucket", name=op.f("pk_ai_job_rollup_time")),
    )
    op.create_table(
        "ai_job_duty",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), server_default=sa.text("'-infinity'"), nullable=False),
        sa.Column("mark", sa.DateTime(timezone=True), server_default=sa.text("'-infinity'"), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_ai_job_duty")),
    )
    op.execute("INSERT INTO ai_job_duty (name) VALUES ('roll_up'), ('sweep'), ('watch_vacuum')")


LIMITS = Path(__file__).parent.parent / "job_limits.sql"
PLACE = Path(__file__).parent.parent / "job_place.sql"
LIMIT_FUNCTIONS = (
    "give_back_job_slots()",
    "tend_job_limits()",
    "park_limited_jobs(uuid[], text[], text[])",
    "let_limited_jobs_go(text, integer)",
    "fit_job_slots(text)",
    "job_limit_slots(text)",
    "job_limits_of(text, text, uuid, text)",
    "job_limit_lock(text)",
)


def _make_limits() -> None:
    op.add_column("ai_job", sa.Column("limit_key", sa.Text(), nullable=True))
    op.add_column("ai_job", sa.Column("limit_names", postgresql.ARRAY(sa.Text()), nullable=True))
    now = sa.text("now()")
    op.create_table(
        "job_queue",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paused_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_job_queue")),
    )
    op.create_table(
        "job_limit",
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.CheckConstraint("scope IN ('queue', 'user', 'type', 'key')", name=op.f("ck_job_limit_scope")),
        sa.CheckConstraint("slots >= 1", name=op.f("ck_job_limit_slots")),
        sa.PrimaryKeyConstraint("scope", "key", name=op.f("pk_job_limit")),
    )
    op.create_table(
        "job_slot",
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("claim_token", sa.Uuid(), nullable=True),
        sa.Column("extra", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.CheckConstraint("(job_id IS NULL) = (claim_token IS NULL)", name=op.f("ck_job_slot_holder")),
        sa.CheckConstraint("NOT extra OR job_id IS NOT NULL", name=op.f("ck_job_slot_extra")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_slot")),
        postgresql_with={"fillfactor": "50"},
    )
    op.create_index("ix_job_slot_name", "job_slot", ["name"])
    op.create_index("ix_job_slot_job", "job_slot", ["job_id"], postgresql_where=sa.text("job_id IS NOT NULL"))
    op.create_index(
        "ix_ai_job_parked",
        "ai_job",
        ["queue", "user_id", "priority", "virtual_time"],
        postgresql_where=sa.text("status = 'queued' AND blocked_on LIKE 'limit:%'"),
    )
    op.create_index(
        "ix_ai_job_parked_head",
        "ai_job",
        ["queue", "sort_key", "id"],
        postgresql_where=sa.text("status = 'queued' AND blocked_on LIKE 'limit:%'"),
    )
    op.execute(LIMITS.read_text(encoding="utf-8"))


CIRCUITS = Path(__file__).parent.parent / "provider_circuits.sql"
CIRCUIT_FUNCTIONS = (
    "tend_provider_circuits()",
    "note_provider(text, uuid, uuid, text, double precision, text, integer)",
    "let_provider_jobs_go(text)",
    "ask_provider(text, uuid, uuid)",
    "forget_provider(text)",
    "provider_room(text)",
    "provider_calls(text, interval)",
)


def _make_circuits() -> None:
    op.create_table(
        "provider_circuit",
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="closed", nullable=False),
        sa.Column("open_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("probe_job", sa.Uuid(), nullable=True),
        sa.Column("probe_token", sa.Uuid(), nullable=True),
        sa.Column("budget", sa.Integer(), nullable=True),
        sa.Column("window_longest", sa.Interval(), nullable=True),
        sa.Column("window_shortest", sa.Interval(), nullable=True),
        sa.Column("forget_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.CheckConstraint("state IN ('closed', 'open', 'half_open')", name=op.f("ck_provider_circuit_state")),
        sa.PrimaryKeyConstraint("provider", name=op.f("pk_provider_circuit")),
    )
    op.create_table(
        "provider_call",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("token", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_call")),
    )
    op.create_index("ix_provider_call_provider", "provider_call", ["provider"])
    op.execute(CIRCUITS.read_text(encoding="utf-8"))


def _drop_circuits() -> None:
    for function in CIRCUIT_FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    op.drop_table("provider_call")
    op.drop_table("provider_circuit")


def _drop_limits() -> None:
    op.execute("DROP TRIGGER claim_ended ON ai_job")
    op.execute("DROP TRIGGER claimed_deleted ON ai_job")
    for function in LIMIT_FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    op.drop_index("ix_ai_job_parked_head", table_name="ai_job")
    op.drop_index("ix_ai_job_parked", table_name="ai_job")
    for table in ("job_slot", "job_limit", "job_queue"):
        op.drop_table(table)
    op.drop_column("ai_job", "limit_names")
    op.drop_column("ai_job", "limit_key")


def upgrade() -> None:
    op.add_column("ai_job", sa.Column("blocked_on", sa.Text(collation="C"), nullable=True))
    op.add_column("ai_job", sa.Column("wait_reason", sa.Text(), nullable=True))
    op.add_column("ai_job", sa.Column("followed", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.drop_constraint(op.f("ck_ai_job_waiting"), "ai_job")
    op.create_check_constraint(
        op.f("ck_ai_job_waiting"), "ai_job", "runnable OR run_at IS NOT NULL OR blocked_on IS NOT NULL"
    )
    op.drop_index("ix_ai_job_waiting", table_name="ai_job")
    op.create_index("ix_ai_job_waiting", "ai_job", ["run_at"], postgresql_where=sa.text(CLOCK_ALONE))
    op.create_index(
        "ix_ai_job_blocked",
        "ai_job",
        ["blocked_on", "sort_key", "id"],
        postgresql_where=sa.text("status = 'queued' AND blocked_on IS NOT NULL"),
    )
    op.create_table(
        "ai_job_follow_up",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("noted_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_ai_job_follow_up")),
    )
    op.execute(NOTE_END)
    op.execute(ON_END)
    op.execute(PLACE.read_text(encoding="utf-8"))
    op.add_column("ai_worker", sa.Column("mode", sa.Text(), server_default="listening", nullable=False))
    op.add_column("ai_worker", sa.Column("abandoned", sa.SmallInteger(), server_default=sa.text("0"), nullable=False))
    op.create_check_constraint(op.f("ck_ai_worker_mode"), "ai_worker", "mode IN ('listening', 'polling')")
    _make_unique()
    _make_cache()
    _make_flow_tables()
    _make_limits()
    _make_circuits()
    _make_upkeep()


def _make_unique() -> None:
    op.create_table(
        "ai_job_bulk",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("idempotency_hash", sa.Text(), nullable=False),
        sa.Column("answer", postgresql.JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["app_user.id"], name=op.f("fk_ai_job_bulk_user_id_app_user"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "idempotency_key", name=op.f("pk_ai_job_bulk")),
    )
    op.add_column("ai_job", sa.Column("unique_key", sa.Text(), nullable=True))
    op.add_column("ai_job", sa.Column("unique_states", postgresql.ARRAY(sa.Text()), nullable=True))
    op.create_index(
        "uq_ai_job_unique",
        "ai_job",
        ["unique_key"],
        unique=True,
        postgresql_where=sa.text("unique_key IS NOT NULL AND status = ANY (unique_states)"),
    )


CLAIM = " AND ".join(
    f"(status = 'processing'{{}}) = ({column} IS NOT NULL)" for column in ("claim_token", "lease_until", "worker_id")
)


def _make_cache() -> None:
    op.add_column("ai_job", sa.Column("cached", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("ai_job", sa.Column("hidden", sa.Boolean(), server_default=sa.text("false"), nullable=False))
    op.add_column("ai_job", sa.Column("flight_seq", sa.Integer(), nullable=True))
    op.drop_constraint(op.f("ck_ai_job_claim"), "ai_job")
    op.create_check_constraint(op.f("ck_ai_job_claim"), "ai_job", CLAIM.replace("{}", " AND flight_seq IS NULL"))
    op.create_index(
        "uq_ai_job_flight",
        "ai_job",
        ["cache_key"],
        unique=True,
        postgresql_where=sa.text(
            "hidden AND followed AND cancel_requested_at IS NULL AND status IN ('queued', 'processing', 'completed')"
        ),
    )
    op.create_index("ix_ai_job_hidden", "ai_job", ["id"], postgresql_where=sa.text("hidden"))
    op.create_index("ix_ai_job_follower", "ai_job", ["blocked_on"], postgresql_where=sa.text("flight_seq IS NOT NULL"))
    now = sa.text("now()")
    op.create_table(
        "ai_result_cache",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("job_type", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("canvas_id", sa.Uuid(), nullable=True),
        sa.Column("result", postgresql.JSONB(), nullable=False),
        sa.Column("bytes", sa.Integer(), nullable=False),
        sa.Column("took", sa.Double(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["app_user.id"], name=op.f("fk_ai_result_cache_user_id_app_user"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["canvas_id"], ["canvas.id"], name=op.f("fk_ai_result_cache_canvas_id_canvas"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_ai_result_cache")),
    )
    for column in ("expires_at", "job_type", "user_id", "canvas_id"):
        op.create_index(op.f(f"ix_ai_result_cache_{column}"), "ai_result_cache", [column])
    op.create_table(
        "ai_cache_use",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("job_type", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("saved", sa.Double(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.CheckConstraint("kind IN ('hit', 'miss', 'shared')", name=op.f("ck_ai_cache_use_kind")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ai_cache_use")),
    )
    op.create_table(
        "ai_cache_hour",
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("job_type", sa.Text(), nullable=False),
        sa.Column("hits", sa.BigInteger(), nullable=False),
        sa.Column("misses", sa.BigInteger(), nullable=False),
        sa.Column("shared", sa.BigInteger(), nullable=False),
        sa.Column("saved", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("hour", "job_type", name=op.f("pk_ai_cache_hour")),
    )


def _drop_cache() -> None:
    for table in ("ai_cache_hour", "ai_cache_use", "ai_result_cache"):
        op.drop_table(table)
    # The older version knows no runs for others: those who wait for one run by themselves.
    op.execute("DELETE FROM ai_job WHERE hidden")
    op.execute(
        "UPDATE ai_job SET status = 'queued', runnable = true, blocked_on = NULL, flight_seq = NULL, attempt = 0, "
        "cancel_requested_at = NULL WHERE flight_seq IS NOT NULL AND status IN ('queued', 'processing')"
    )
    op.drop_constraint(op.f("ck_ai_job_claim"), "ai_job")
    op.create_check_constraint(op.f("ck_ai_job_claim"), "ai_job", CLAIM.replace("{}", ""))
    for index in ("ix_ai_job_follower", "ix_ai_job_hidden", "uq_ai_job_flight"):
        op.drop_index(index, table_name="ai_job")
    for column in ("flight_seq", "hidden", "cached"):
        op.drop_column("ai_job", column)


def _make_flow_tables() -> None:
    """Steps, and jobs that wait for jobs. Without foreign keys, as all that belongs to jobs: retention deletes by job."""
    op.create_table(
        "ai_job_step",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("result", postgresql.JSONB(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("job_id", "name", name=op.f("pk_ai_job_step")),
    )
    op.create_table(
        "ai_job_dependency",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("needs_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("on_failure", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.CheckConstraint("on_failure IN ('cancel', 'run')", name=op.f("ck_ai_job_dependency_on_failure")),
        sa.CheckConstraint(
            "outcome IN ('completed', 'failed', 'cancelled')", name=op.f("ck_ai_job_dependency_outcome")
        ),
        sa.PrimaryKeyConstraint("job_id", "needs_id", name=op.f("pk_ai_job_dependency")),
    )
    op.create_index("ix_ai_job_dependency_needs", "ai_job_dependency", ["needs_id"])
    op.create_index(
        "ix_ai_job_dependency_open", "ai_job_dependency", ["job_id"], postgresql_where=sa.text("outcome IS NULL")
    )
    op.create_table(
        "ai_job_group",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column(
            "counted_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.Column(
            "written_at", sa.DateTime(timezone=True), server_default=sa.text("clock_timestamp()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_ai_job_group")),
    )


def _make_upkeep() -> None:
    """Counts that outlive jobs, duties, what goes with a deleted job, and how each table is stored and cleaned."""
    for table in ("ai_job_event", "ai_job_attempt"):  # those whose jobs went with their owners, before the trigger
        op.execute(f"DELETE FROM {table} WHERE NOT EXISTS (SELECT FROM ai_job WHERE ai_job.id = job_id)")  # noqa: S608
    op.execute(FORGET)
    op.execute(ON_DELETE)
    _create_rollups()
    for table, options in STORAGE.items():
        _store(table, options)


def downgrade() -> None:
    _drop_cache()
    op.drop_index("uq_ai_job_unique", table_name="ai_job")
    op.drop_column("ai_job", "unique_states")
    op.drop_column("ai_job", "unique_key")
    op.drop_table("ai_job_bulk")
    op.drop_table("ai_job_duty")
    op.drop_table("ai_job_rollup_time")
    op.drop_table("ai_job_rollup")
    for table in ("ai_job", "ai_job_event", "ai_job_attempt", "ai_worker"):
        _forget_storage(table, STORAGE[table])
    op.execute("DROP TRIGGER deleted_jobs ON ai_job")
    op.execute("DROP FUNCTION forget_deleted_jobs")
    _drop_circuits()
    _drop_limits()
    op.drop_table("ai_job_group")
    op.drop_table("ai_job_dependency")
    op.drop_table("ai_job_step")
    op.drop_constraint(op.f("ck_ai_worker_mode"), "ai_worker")
    op.drop_column("ai_worker", "abandoned")
    op.drop_column("ai_worker", "mode")
    op.execute("DROP FUNCTION next_virtual_time")
    op.execute("DROP TRIGGER followed_end ON ai_job")
    op.execute("DROP FUNCTION note_followed_end")
    op.drop_table("ai_job_follow_up")
    op.drop_index("ix_ai_job_blocked", table_name="ai_job")
    op.drop_index("ix_ai_job_waiting", table_name="ai_job")
    op.drop_constraint(op.f("ck_ai_job_waiting"), "ai_job")
    # What waits for something that the older version does not know can only be run.
    op.execute("UPDATE ai_job SET runnable = true WHERE NOT runnable AND run_at IS NULL")
    op.create_check_constraint(op.f("ck_ai_job_waiting"), "ai_job", "runnable OR run_at IS NOT NULL")
    op.create_index(
        "ix_ai_job_waiting", "ai_job", ["run_at"], postgresql_where=sa.text("status = 'queued' AND NOT runnable")
    )
    op.drop_column("ai_job", "followed")
    op.drop_column("ai_job", "wait_reason")
    op.drop_column("ai_job", "blocked_on")
