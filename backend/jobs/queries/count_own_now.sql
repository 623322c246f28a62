-- How one person's jobs stand now, from the last "bound" of them, and how many workers live.
-- BETWEEN and the order are those of ix_ai_job_user: with “=” the planner would walk over the newer jobs of all others.
SELECT
    count(*) FILTER (WHERE status = 'processing') AS running,
    count(*) FILTER (WHERE status = 'queued') AS waiting,
    count(*) FILTER (WHERE status = 'failed' AND completed_at >= %(day)s) AS failed,
    count(*) AS looked,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY date_part('epoch', started_at - greatest(created_at, run_at)))
        FILTER (WHERE started_at >= %(since)s AND started_at >= greatest(created_at, run_at)) AS wait,
    (SELECT count(*) FROM ai_worker WHERE stopped_at IS NULL AND heartbeat_at > now() - %(silence)s * interval '1 second') AS workers
FROM (
    SELECT status, created_at, run_at, started_at, completed_at
    FROM ai_job WHERE user_id BETWEEN %(user_id)s AND %(user_id)s AND NOT hidden ORDER BY user_id DESC, id DESC LIMIT %(bound)s
) AS mine
