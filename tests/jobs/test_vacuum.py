"""Vacuum watch: what holds vacuum back is named, with its process id."""

from __future__ import annotations

from typing import Any

import psycopg
from structlog.testing import capture_logs

from backend.jobs import store
from backend.jobs.upkeep import vacuum
from backend.jobs.upkeep.vacuum import HELD_SECONDS, WATCH_INTERVAL, VacuumWatch, find_holders, find_table_sizes
from tests.jobs.engine import Engine


def idle_in_transaction(engine: Engine) -> psycopg.Connection[Any]:
    """A forgotten session: it has a snapshot and does nothing."""
    session = engine.connect(application_name="forgotten script")
    session.autocommit = False
    begin(session)
    return session


def begin(session: psycopg.Connection[Any]) -> None:
    """A transaction that has a snapshot."""
    session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    session.execute("SELECT count(*) FROM ai_job")


def test_the_watch_looks_often_enough_to_name_a_holder_within_thirty_seconds() -> None:
    assert HELD_SECONDS + 2 * WATCH_INTERVAL <= 30


def test_a_forgotten_transaction_is_named_with_its_process_until_it_ends(engine: Engine) -> None:
    session = idle_in_transaction(engine)
    pid = session.info.backend_pid
    assert find_holders(engine.connection) == []  # a moment old: nothing to say yet
    (holder,) = find_holders(engine.connection, seconds=0)
    assert (holder.pid, holder.name, holder.kind) == (pid, "forgotten script", "idle transaction")
    assert holder.query_start is not None
    assert "SELECT count(*) FROM ai_job" in (holder.query or "")
    assert f"process {pid} “forgotten script”" in holder.sentence()
    dead = engine.enqueue().id
    engine.connection.execute("DELETE FROM ai_job WHERE id = %s", (dead,))
    assert not cleaned(engine)  # it does hold vacuum back
    session.rollback()
    assert find_holders(engine.connection, seconds=0) == []
    assert cleaned(engine)


def cleaned(engine: Engine) -> bool:
    """Whether vacuum can remove every dead row of ai_job."""
    notices: list[str] = []
    engine.connection.add_notice_handler(lambda notice: notices.append(notice.message_primary or ""))
    engine.connection.execute("VACUUM (VERBOSE, PROCESS_TOAST false) ai_job")
    return any("0 are dead but not yet removable" in text for text in notices)


def test_a_transaction_that_only_wrote_is_a_holder_too(engine: Engine) -> None:
    session = engine.connect()
    session.autocommit = False
    session.execute("UPDATE app_user SET name = 'Other'")
    (holder,) = find_holders(engine.connection, seconds=0)
    assert holder.pid == session.info.backend_pid


def test_slots_standbys_and_prepared_transactions_are_named_too(engine: Engine) -> None:
    """They need a server set up for them: here the views are stood in for by tables with the same columns."""
    connection = engine.connect()
    connection.execute("CREATE SCHEMA fake")
    connection.execute(
        "CREATE VIEW fake.pg_replication_slots AS SELECT slot_name, NULL::int AS active_pid, false AS active, xmin "
        "FROM (VALUES ('left_behind', '3'::xid), ('unused', NULL)) AS slot (slot_name, xmin)"
    )
    connection.execute(
        "CREATE VIEW fake.pg_stat_replication AS SELECT 77 AS pid, 'standby' AS application_name, 'someone' AS usename, "
        "'streaming' AS state, pg_snapshot_xmin(pg_current_snapshot())::xid AS backend_xmin"
    )
    connection.execute(
        "CREATE VIEW fake.pg_prepared_xacts AS SELECT 'half_done' AS gid, 'someone' AS owner, "
        "current_database() AS database, now() - interval '1 hour' AS prepared, '4'::xid AS transaction"
    )
    connection.execute("SET search_path = fake, pg_catalog, public")
    found = {holder.name: holder for holder in find_holders(connection)}
    assert set(found) == {"left_behind", "half_done"}  # the standby has just reported
    assert found["left_behind"].kind == "replication slot"
    assert (found["half_done"].kind, found["half_done"].pid) == ("prepared transaction", None)


def test_a_session_that_listens_is_no_holder_while_it_is_told_something(engine: Engine) -> None:
    """For that moment it has a snapshot, and looks as if it had been in a transaction since its last statement."""
    connection = engine.connect()
    connection.execute("CREATE SCHEMA fake")
    connection.execute(
        "CREATE VIEW fake.pg_stat_activity AS SELECT current_database() AS datname, 77 AS pid, name AS application_name, "
        "'someone' AS usename, state, now() - interval '1 hour' AS xact_start, '3'::xid AS backend_xmin, "
        "NULL::xid AS backend_xid, now() AS query_start, 'LISTEN job_ready' AS query, 'client backend' AS backend_type "
        "FROM (VALUES ('listener', 'idle'), ('script', 'idle in transaction')) AS session (name, state)"
    )
    connection.execute("SET search_path = fake, pg_catalog, public")
    assert [holder.name for holder in find_holders(connection)] == ["script"]


def test_one_worker_logs_a_holder_once_and_again_when_it_comes_back(engine: Engine, monkeypatch: Any) -> None:
    monkeypatch.setattr(vacuum, "HELD_SECONDS", 0.0)
    monkeypatch.setattr(vacuum, "WATCH_INTERVAL", 0.0)
    monkeypatch.setattr(vacuum.find_holders, "__kwdefaults__", {"seconds": 0.0})
    session = idle_in_transaction(engine)
    watch = VacuumWatch()
    with capture_logs() as logs:
        watch(engine.connection)
        watch(engine.connection)
    (line,) = logs
    assert (line["event"], line["pid"], line["log_level"]) == ("vacuum_held", session.info.backend_pid, "warning")
    session.rollback()
    session.execute("SELECT count(*) FROM ai_job")
    with capture_logs() as logs:
        watch(engine.connection)
    assert logs == []  # read committed and idle: holds nothing
    session.rollback()
    begin(session)
    with capture_logs() as logs:
        watch(engine.connection)
        watch(engine.connection)
    assert [line["pid"] for line in logs] == [session.info.backend_pid], "it has come back"


def test_of_two_workers_one_looks(engine: Engine, monkeypatch: Any) -> None:
    looked: list[int] = []

    def look(_connection: store.Connection) -> list[vacuum.Holder]:
        looked.append(1)
        return []

    monkeypatch.setattr(vacuum, "find_holders", look)
    VacuumWatch()(engine.connection)
    VacuumWatch()(engine.connection)
    assert len(looked) == 1


def test_sizes_and_dead_rows_of_the_engine_s_tables_are_known(engine: Engine) -> None:
    tables = {row.table: row for row in find_table_sizes(engine.connection)}
    assert {"ai_job", "ai_job_event", "ai_job_attempt", "ai_worker"} <= set(tables)
    assert tables["ai_job"].index_bytes > 0
