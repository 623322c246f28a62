-- How queues stand. Counts are bounded: of ready jobs by a limit, of running ones by the threads that there are.
WITH known AS MATERIALIZED (
    SELECT name FROM unnest(%(names)s::text[]) AS name
),

running AS MATERIALIZED (
    SELECT queue, count(*) AS jobs FROM ai_job WHERE worker_id IS NOT NULL AND status = 'processing' GROUP BY queue
)

SELECT
    known.name, job_queue.paused_at, job_queue.paused_by, job_queue.reason,
    (
        SELECT count(*) FROM (
            SELECT FROM ai_job WHERE queue = known.name AND status = 'queued' AND runnable LIMIT %(count_limit)s
        ) AS ready
    ) AS ready,
    coalesce((SELECT jobs FROM running WHERE running.queue = known.name), 0) AS running,
    (
        SELECT count(*) FROM ai_worker
        WHERE stopped_at IS NULL AND heartbeat_at > now() - %(silence)s * interval '1 second'
            AND (queues IS NULL OR known.name = ANY (queues))
    ) AS workers
FROM known
LEFT JOIN job_queue ON job_queue.name = known.name
ORDER BY known.name
