-- How many jobs of its queue come before each of these, counted up to "most": one walk along the front of each line for all of them.
WITH asked AS MATERIALIZED (
    SELECT id, queue, sort_key FROM ai_job WHERE id = ANY (%(ids)s::uuid[])
),

passed AS (
    SELECT queue, sort_key, id, 0 AS jobs FROM asked
    UNION ALL
    SELECT known.queue, front.sort_key, front.id, 1
    FROM (SELECT DISTINCT queue FROM asked) AS known
    CROSS JOIN LATERAL (
        SELECT sort_key, id FROM ai_job
        WHERE queue = known.queue AND status = 'queued' AND runnable
        ORDER BY sort_key, id LIMIT %(most)s
    ) AS front
)

SELECT id, ahead FROM (
    -- An asked job that can be claimed is there twice, and does not come before itself.
    SELECT
        id, jobs,
        (sum(jobs) OVER (PARTITION BY queue ORDER BY sort_key, id, jobs ROWS UNBOUNDED PRECEDING))::int AS ahead
    FROM passed
) AS counted
WHERE jobs = 0
