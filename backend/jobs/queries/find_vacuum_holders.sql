-- What keeps vacuum from removing dead rows: an old snapshot or transaction, a replication slot, a standby's feedback, a
-- prepared transaction. A session of a role that we may not look into shows no times: there its age in transactions counts.
SELECT * FROM (
    SELECT
        CASE WHEN state LIKE 'idle in transaction%%' THEN 'idle transaction' ELSE 'transaction' END AS kind,
        pid, application_name AS name, usename::text AS role, state,
        extract(epoch FROM clock_timestamp() - xact_start)::float8 AS seconds,
        greatest(age(backend_xmin), age(backend_xid)) AS transactions, query_start, left(query, 200) AS query
    FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type <> 'autovacuum worker'
        AND (backend_xmin IS NOT NULL OR backend_xid IS NOT NULL)
        -- A listener that is told something has a snapshot for that moment, and the time of its last statement as its start.
        AND state IS DISTINCT FROM 'idle'
        AND (
            xact_start < clock_timestamp() - %(seconds)s * interval '1 second'
            OR (xact_start IS NULL AND greatest(age(backend_xmin), age(backend_xid)) > %(transactions)s)
        )
    UNION ALL
    SELECT
        'prepared transaction', NULL, gid, owner::text, 'prepared',
        extract(epoch FROM clock_timestamp() - prepared), age(transaction), prepared, NULL
    FROM pg_prepared_xacts
    WHERE database = current_database() AND prepared < clock_timestamp() - %(seconds)s * interval '1 second'
    UNION ALL
    SELECT
        'replication slot', active_pid, slot_name::text, NULL, CASE WHEN active THEN 'active' ELSE 'inactive' END,
        NULL, age(xmin), NULL, NULL
    FROM pg_replication_slots
    WHERE xmin IS NOT NULL AND (NOT active OR age(xmin) > %(transactions)s)
    UNION ALL
    SELECT
        'standby', pid, application_name, usename::text, state, NULL, age(backend_xmin), NULL, NULL
    FROM pg_stat_replication
    WHERE age(backend_xmin) > %(transactions)s
) AS holder
ORDER BY transactions DESC
