-- The job that the user made with this idempotency key, and the hash of what was asked for then.
SELECT
    id, user_id, canvas_id, job_type, queue, priority, status, summary, request_data, progress, progress_message,
    error_code, error_message, attempt, max_attempts, runs, rescues, last_seq, run_at, expires_at, cancel_requested_at,
    created_at, started_at, completed_at, parent_id, tags, correlation_id, idempotency_hash
FROM ai_job
WHERE user_id = %(user_id)s AND idempotency_key = %(idempotency_key)s
