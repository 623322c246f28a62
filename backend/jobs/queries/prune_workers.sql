-- Forgets workers that have been gone for a day and hold nothing.
DELETE FROM ai_worker
WHERE heartbeat_at < now() - interval '1 day'
    AND NOT EXISTS (SELECT FROM ai_job WHERE ai_job.worker_id = ai_worker.id)
