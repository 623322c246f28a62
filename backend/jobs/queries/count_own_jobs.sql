-- How one person's jobs stand and ended, from the last "bound" of them; ends before "since" are left out.
-- BETWEEN and the order are those of ix_ai_job_user: with “=” the planner would walk over the newer jobs of all others.
WITH mine AS MATERIALIZED (
    -- Without request and result: those may be megabytes.
    SELECT
        status, runnable, blocked_on, queue, job_type, error_code, completed_at, created_at, run_at, attempt, rescues
    FROM ai_job WHERE user_id BETWEEN %(user_id)s AND %(user_id)s AND NOT hidden ORDER BY user_id DESC, id DESC LIMIT %(bound)s
)

SELECT
    CASE
        WHEN status <> 'queued' THEN status
        WHEN blocked_on IS NOT NULL THEN 'blocked'
        WHEN runnable THEN 'ready'
        ELSE 'delayed'
    END AS state,
    queue, job_type, CASE WHEN status = 'failed' THEN coalesce(error_code, '') ELSE '' END AS error_code,
    date_trunc('hour', completed_at, 'UTC') AS hour, count(*) AS jobs, sum(attempt)::bigint AS attempts,
    sum(rescues)::bigint AS rescues, min(greatest(created_at, run_at)) AS oldest
FROM mine
WHERE completed_at IS NULL OR completed_at >= %(since)s
GROUP BY 1, 2, 3, 4, 5
ORDER BY 1, 2, 3, 4, 5
