-- Up to when every end of a job can be seen: before the oldest transaction that has written something and is still open.
-- Asked in a statement of its own, so that the counting one sees all that was committed by then.
-- A transaction that is held open for ten minutes does not stop the counting; an end that it commits later is not counted.
SELECT greatest(
    least(
        clock_timestamp() - interval '2 seconds',
        (
            SELECT min(xact_start) FROM pg_stat_activity
            WHERE datname = current_database() AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()
        )
    ),
    clock_timestamp() - interval '10 minutes'
)
