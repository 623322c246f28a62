-- What each worker runs now. For a run that several wait for, the first of them stands: nobody can look at the run itself.
SELECT
    worker_id, coalesce(follower.id, job.id) AS job_id, job.job_type, job.queue, job.summary, job.progress, job.progress_message,
    job.started_at, coalesce(follower.user_id, job.user_id) AS user_id
FROM ai_job AS job
LEFT JOIN LATERAL (
    SELECT id, user_id FROM ai_job
    WHERE job.hidden AND blocked_on = 'flight:' || job.id AND flight_seq IS NOT NULL
    ORDER BY id LIMIT 1
) AS follower ON true
WHERE worker_id = ANY (%(workers)s::int[]) AND job.status = 'processing'
ORDER BY worker_id, job.started_at
LIMIT %(most)s
