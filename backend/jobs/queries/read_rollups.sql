-- The ends of jobs since a time, by hour, queue, type and outcome. Spans that began before it count whole.
SELECT
    date_bin('1 hour', at, 'epoch') AS hour, queue, job_type, status, error_code, sum(jobs)::bigint AS jobs,
    sum(attempts)::bigint AS attempts, sum(rescues)::bigint AS rescues, sum(ran)::bigint AS ran,
    sum(wait_seconds) AS wait_seconds, sum(run_seconds) AS run_seconds
FROM ai_job_rollup
WHERE (span = 60 AND at >= %(since)s) OR (span = 3600 AND at >= date_trunc('hour', %(since)s, 'UTC'))
GROUP BY 1, 2, 3, 4, 5
ORDER BY 1, 2, 3, 4, 5
