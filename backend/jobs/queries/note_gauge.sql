-- Notes how many jobs wait and run in each queue at this minute, counted up to "bound". Hours stay for a month, minutes two days.
WITH waiting AS (
    SELECT known.queue, (
        SELECT count(*) FROM (
            SELECT FROM ai_job WHERE queue = known.queue AND status = 'queued' AND runnable LIMIT %(bound)s
        ) AS ready
    ) AS jobs
    FROM unnest(%(queues)s::text[]) AS known (queue)
    UNION ALL
    SELECT queue, count(*) FROM (
        SELECT queue FROM ai_job WHERE status = 'queued' AND blocked_on IS NOT NULL LIMIT %(bound)s
    ) AS blocked GROUP BY queue
),

running AS (
    SELECT queue, count(*) AS jobs FROM ai_job WHERE worker_id IS NOT NULL AND status = 'processing' GROUP BY queue
),

old AS (
    DELETE FROM ai_job_gauge
    WHERE at < now() - interval '35 days' OR (at < now() - interval '2 days' AND extract(minute FROM at) <> 0)
)

INSERT INTO ai_job_gauge (at, queue, waiting, running)
SELECT date_trunc('minute', clock_timestamp()), queue, sum(waiting), sum(running)
FROM (
    SELECT queue, jobs AS waiting, 0 AS running FROM waiting
    UNION ALL
    SELECT queue, 0, jobs FROM running
) AS counted
GROUP BY queue
ON CONFLICT (at, queue) DO UPDATE SET waiting = excluded.waiting, running = excluded.running
