-- The job that stands in the way of an equal one, if it still does.
SELECT
    id, user_id, canvas_id, job_type, queue, priority, status, summary, request_data, progress, progress_message,
    error_code, error_message, attempt, max_attempts, runs, rescues, last_seq, run_at, expires_at, cancel_requested_at,
    created_at, started_at, completed_at, parent_id, tags, correlation_id
FROM ai_job
WHERE unique_key = %(unique_hash)s::text || coalesce(':' || floor(extract(epoch FROM now()) / %(unique_window)s::float8)::bigint, '')
    AND unique_key IS NOT NULL AND status = ANY (unique_states)
