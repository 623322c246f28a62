-- What waits and what runs, by queue and type. Counts at most "bound" jobs of each queue (of those that are not runnable
-- yet: of all), so that its cost does not grow with the backlog; "oldest" is then that of the jobs that were counted.
WITH RECURSIVE name AS (
    (SELECT queue FROM ai_job WHERE status = 'queued' AND runnable ORDER BY queue LIMIT 1)
    UNION ALL
    SELECT (
        SELECT queue FROM ai_job WHERE status = 'queued' AND runnable AND ai_job.queue > name.queue ORDER BY queue LIMIT 1
    )
    FROM name WHERE name.queue IS NOT NULL
),

live AS (
    SELECT 'ready' AS state, ready.queue, ready.job_type, ready.since
    FROM name
    CROSS JOIN LATERAL (
        SELECT queue, job_type, greatest(created_at, run_at) AS since FROM ai_job
        WHERE queue = name.queue AND status = 'queued' AND runnable
        ORDER BY sort_key, id LIMIT %(bound)s
    ) AS ready
    UNION ALL
    (
        SELECT 'delayed', queue, job_type, created_at FROM ai_job
        WHERE status = 'queued' AND NOT runnable AND blocked_on IS NULL
        ORDER BY run_at LIMIT %(bound)s
    )
    UNION ALL
    (
        SELECT 'blocked', queue, job_type, created_at FROM ai_job
        WHERE status = 'queued' AND blocked_on IS NOT NULL
        ORDER BY blocked_on, sort_key, id LIMIT %(bound)s
    )
    UNION ALL
    (
        SELECT 'processing', queue, job_type, started_at FROM ai_job
        WHERE worker_id IS NOT NULL AND status = 'processing' LIMIT %(bound)s
    )
)

SELECT state, queue, job_type, count(*) AS jobs, min(since) AS oldest
FROM live GROUP BY state, queue, job_type ORDER BY state, queue, job_type
