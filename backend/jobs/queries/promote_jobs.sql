-- Makes jobs runnable whose time has come. One that has never run is stamped now, as if it were enqueued now; one that
-- waited for a retry keeps its place. "due_in" is the time until the next one in seconds:
-- a moment only, if one was passed over because somebody has its row.
WITH due AS MATERIALIZED (
    SELECT id, queue, user_id, priority, runs, virtual_time, sort_key, run_at FROM ai_job
    WHERE status = 'queued' AND NOT runnable AND blocked_on IS NULL AND run_at <= now()
    ORDER BY run_at LIMIT %(limit)s
    FOR NO KEY UPDATE SKIP LOCKED
),

-- One CTE for all of them: a join of two lists of 500, without a hash join, would compare 250,000 pairs.
stamp AS MATERIALIZED (
    SELECT
        id,
        virtual_time - sort_key AS ahead,
        CASE WHEN runs > 0 THEN virtual_time ELSE
            next_virtual_time(
                queue, user_id, priority, virtual_time - sort_key,
                row_number() OVER (PARTITION BY queue, user_id, priority, runs > 0 ORDER BY run_at, id)
            )
        END AS virtual_time
    FROM due
),

job AS (
    UPDATE ai_job SET
        runnable = true,
        wait_reason = NULL,
        virtual_time = stamp.virtual_time,
        sort_key = stamp.virtual_time - stamp.ahead
    FROM stamp
    WHERE ai_job.id = stamp.id
    RETURNING ai_job.queue
),

hint AS MATERIALIZED (
    SELECT pg_notify('job_ready', queue) FROM job GROUP BY queue
)

SELECT
    (SELECT count(*) FROM job) AS promoted,
    (SELECT count(*) FROM hint) AS hints,
    CASE
        WHEN (SELECT count(*) FROM (SELECT FROM ai_job WHERE status = 'queued' AND NOT runnable AND blocked_on IS NULL AND run_at <= now() LIMIT %(limit)s) AS every)
            > (SELECT count(*) FROM due) THEN 0.05
        ELSE (
            SELECT extract(epoch FROM run_at - clock_timestamp())::float8 FROM ai_job
            WHERE status = 'queued' AND NOT runnable AND blocked_on IS NULL AND run_at > now()
            ORDER BY run_at LIMIT 1
        )
    END AS due_in
