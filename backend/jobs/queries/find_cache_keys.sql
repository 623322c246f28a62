-- Queued jobs whose results can be cached, with their keys; by key, so that two transactions meet in the same order.
SELECT
    id, user_id, canvas_id, job_type, queue, priority, status, summary, request_data, progress, progress_message,
    error_code, error_message, attempt, max_attempts, runs, rescues, last_seq, run_at, expires_at, cancel_requested_at,
    created_at, started_at, completed_at, parent_id, tags, correlation_id, cache_key
FROM ai_job
WHERE id = ANY (%(ids)s::uuid[]) AND status = 'queued' AND cache_key IS NOT NULL
ORDER BY cache_key, id
