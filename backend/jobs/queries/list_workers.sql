-- Worker processes, the latest first, with what each holds and whether its lock is held.
SELECT
    ai_worker.*,
    CASE
        WHEN stopped_at IS NOT NULL THEN 'stopped'
        WHEN heartbeat_at > clock_timestamp() - %(silence)s * interval '1 second' THEN 'live'
        ELSE 'silent'
    END AS state,
    extract(epoch FROM clock_timestamp() - heartbeat_at)::float8 AS silent_seconds,
    EXISTS (
        SELECT FROM pg_locks
        WHERE locktype = 'advisory' AND classid = %(lock_class)s AND objid = ai_worker.id AND objsubid = 2 AND granted
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    ) AS lock_held,
    held.jobs, held.job_ids, held.oldest
FROM ai_worker
CROSS JOIN LATERAL (
    SELECT count(*) AS jobs, (array_agg(id ORDER BY started_at) FILTER (WHERE id IS NOT NULL))[:20] AS job_ids, min(started_at) AS oldest
    FROM (
        -- For a run that several wait for the first of them stands: nobody can look at the run itself.
        SELECT
            CASE WHEN hidden THEN (
                SELECT follower.id FROM ai_job AS follower
                WHERE follower.blocked_on = 'flight:' || ai_job.id AND follower.flight_seq IS NOT NULL
                ORDER BY follower.id LIMIT 1
            ) ELSE id END AS id,
            started_at
        FROM ai_job WHERE worker_id = ai_worker.id AND status = 'processing' LIMIT 1000
    ) AS job
) AS held
WHERE %(all)s OR stopped_at IS NULL OR held.jobs > 0
ORDER BY id DESC LIMIT 200
