-- The histograms of wait and run since a time, by queue and type.
SELECT queue, job_type, kind, bucket, sum(jobs)::bigint AS jobs
FROM ai_job_rollup_time
WHERE (span = 60 AND at >= %(since)s) OR (span = 3600 AND at >= date_trunc('hour', %(since)s, 'UTC'))
GROUP BY 1, 2, 3, 4
ORDER BY 1, 2, 3, 4
