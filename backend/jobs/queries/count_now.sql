-- How many jobs run and wait now, each kind counted up to "bound" (what can be claimed: of each queue), how many have failed since
-- the rollups last counted, and how many workers live.
SELECT
    (SELECT count(*) FROM ai_job WHERE worker_id IS NOT NULL AND status = 'processing' AND NOT hidden) AS running,
    (
        SELECT coalesce(sum(jobs), 0)::bigint FROM (
            SELECT (
                SELECT count(*) FROM (
                    SELECT FROM ai_job WHERE queue = known.queue AND status = 'queued' AND runnable LIMIT %(bound)s
                ) AS ready
            ) AS jobs
            FROM unnest(%(queues)s::text[]) AS known (queue)
        ) AS each
    ) AS ready,
    (
        SELECT count(*) FROM (
            SELECT FROM ai_job WHERE status = 'queued' AND NOT runnable AND blocked_on IS NULL LIMIT %(bound)s
        ) AS delayed
    ) AS delayed,
    (
        SELECT count(*) FROM (
            SELECT FROM ai_job WHERE status = 'queued' AND blocked_on IS NOT NULL LIMIT %(bound)s
        ) AS blocked
    ) AS blocked,
    (
        SELECT count(*) FROM (
            SELECT FROM ai_job
            WHERE status IN ('completed', 'failed', 'cancelled') AND status = 'failed' AND NOT hidden
                AND completed_at > greatest(%(since)s::timestamptz, (SELECT mark FROM ai_job_duty WHERE name = 'roll_up'))
            LIMIT %(bound)s
        ) AS failed
    ) AS failed,
    (SELECT count(*) FROM ai_worker WHERE stopped_at IS NULL AND heartbeat_at > now() - %(silence)s * interval '1 second') AS workers
