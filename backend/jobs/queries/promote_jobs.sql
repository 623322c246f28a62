-- Makes jobs runnable whose time has come. One that has never run is stamped now, as if it were enqueued now; one that
-- waited for a retry keeps its place. "due_in" is the time until the next one in seconds.
WITH due AS MATERIALIZED (
    SELECT id, queue, user_id, priority, runs, virtual_time, sort_key, run_at FROM ai_job
    WHERE status = 'queued' AND NOT runnable AND blocked_on IS NULL AND run_at <= now()
    ORDER BY run_at LIMIT %(limit)s
    FOR NO KEY UPDATE SKIP LOCKED
),

stamp AS MATERIALIZED (
    SELECT
        id,
        greatest(
            coalesce(
                (
                    SELECT virtual_time FROM ai_job
                    WHERE queue = due.queue AND status = 'queued' AND runnable
                    ORDER BY sort_key, id LIMIT 1
                ),
                (extract(epoch FROM now()) * 1000000)::bigint
            ),
            (
                SELECT virtual_time FROM ai_job
                WHERE queue = due.queue AND user_id = due.user_id AND priority = due.priority
                    AND status = 'queued' AND runnable
                ORDER BY virtual_time DESC LIMIT 1
            ) + 1000000
        ) + 1000000 * (row_number() OVER (PARTITION BY queue, user_id, priority ORDER BY run_at, id) - 1) AS virtual_time
    FROM due
    WHERE runs = 0
),

job AS (
    UPDATE ai_job SET
        runnable = true,
        wait_reason = NULL,
        virtual_time = coalesce(stamp.virtual_time, due.virtual_time),
        sort_key = coalesce(stamp.virtual_time, due.virtual_time) - (due.virtual_time - due.sort_key)
    FROM due
    LEFT JOIN stamp USING (id)
    WHERE ai_job.id = due.id
    RETURNING ai_job.queue
),

hint AS MATERIALIZED (
    SELECT pg_notify('job_ready', queue) FROM job GROUP BY queue
)

SELECT
    (SELECT count(*) FROM job) AS promoted,
    (SELECT count(*) FROM hint) AS hints,
    (
        SELECT extract(epoch FROM run_at - clock_timestamp())::float8 FROM ai_job
        WHERE status = 'queued' AND NOT runnable AND blocked_on IS NULL AND run_at > now()
        ORDER BY run_at LIMIT 1
    ) AS due_in
