-- How one person's jobs came and went by spans of "step" seconds since "first": changes of how many wait and run (span -1: what
-- was there before), failures, and the median wait of what started. From the last "bound" jobs.
-- BETWEEN and the order are those of ix_ai_job_user: with “=” the planner would walk over the newer jobs of all others.
WITH mine AS MATERIALIZED (
    SELECT status, greatest(created_at, run_at) AS entered_at, started_at, completed_at
    FROM ai_job WHERE user_id BETWEEN %(user_id)s AND %(user_id)s AND NOT hidden ORDER BY user_id DESC, id DESC LIMIT %(bound)s
),

change AS (
    SELECT entered_at AS at, 1 AS waiting, 0 AS running, 0 AS failed, NULL::float8 AS wait FROM mine
    UNION ALL
    SELECT coalesce(started_at, completed_at), -1, 0, 0, NULL FROM mine
    UNION ALL
    SELECT started_at, 0, 1, 0, CASE WHEN started_at >= entered_at THEN date_part('epoch', started_at - entered_at) END FROM mine
    UNION ALL
    SELECT completed_at, 0, CASE WHEN started_at IS NULL THEN 0 ELSE -1 END, CASE WHEN status = 'failed' THEN 1 ELSE 0 END, NULL
    FROM mine
)

SELECT
    greatest(-1, floor(date_part('epoch', at - %(first)s::timestamptz) / %(step)s))::int AS span,
    sum(waiting)::int AS waiting, sum(running)::int AS running, sum(failed)::int AS failed,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY wait) AS wait
FROM change
WHERE at IS NOT NULL
GROUP BY 1 ORDER BY 1
