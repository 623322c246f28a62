-- The histograms of wait and run by spans of "step" seconds since a time, of one queue or type or of all.
SELECT
    date_bin(%(step)s * interval '1 second', at, 'epoch') AS at, kind, bucket, sum(jobs)::bigint AS jobs
FROM ai_job_rollup_time
WHERE at >= %(since)s AND (span = 60 OR (span = 3600 AND %(step)s >= 3600))
    AND (%(queue)s::text IS NULL OR queue = %(queue)s) AND (%(job_type)s::text IS NULL OR job_type = %(job_type)s)
GROUP BY 1, 2, 3
