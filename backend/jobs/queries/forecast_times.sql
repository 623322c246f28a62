-- The histograms of run times since a time, of the types that are asked about.
SELECT job_type, bucket, sum(jobs)::int AS jobs
FROM ai_job_rollup_time
WHERE span = %(span)s AND at >= %(since)s AND kind = 'run' AND job_type = ANY (%(job_types)s::text[])
GROUP BY job_type, bucket
