-- The queues in which something can be claimed: one look into the index for each.
WITH RECURSIVE name AS (
    (SELECT queue FROM ai_job WHERE status = 'queued' AND runnable ORDER BY queue LIMIT 1)
    UNION ALL
    SELECT (
        SELECT queue FROM ai_job WHERE status = 'queued' AND runnable AND ai_job.queue > name.queue ORDER BY queue LIMIT 1
    )
    FROM name WHERE name.queue IS NOT NULL
)

SELECT queue FROM name WHERE queue IS NOT NULL
