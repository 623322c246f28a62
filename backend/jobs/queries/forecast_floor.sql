-- Who works: each live worker with what runs on it (a row without a job for one that is idle).
SELECT
    ai_worker.id AS worker_id, ai_worker.queues, ai_worker.concurrency, job.queue, job.job_type, job.limit_names,
    extract(epoch FROM clock_timestamp() - job.started_at)::float8 AS elapsed
FROM ai_worker
LEFT JOIN ai_job AS job ON job.worker_id = ai_worker.id AND job.status = 'processing'
WHERE stopped_at IS NULL AND heartbeat_at > now() - %(silence)s * interval '1 second'
ORDER BY ai_worker.id
