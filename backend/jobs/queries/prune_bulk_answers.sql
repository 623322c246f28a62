-- Forgets answers to requests for many jobs that are older than any job is kept.
DELETE FROM ai_job_bulk WHERE (user_id, idempotency_key) IN (
    SELECT user_id, idempotency_key FROM ai_job_bulk
    WHERE created_at < now() - %(days)s * interval '1 day'
    LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
)
