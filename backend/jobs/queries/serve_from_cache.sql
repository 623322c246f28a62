-- A job that was just queued gets the stored result of an equal one. No row: there is none, or it is too old.
WITH job AS (
    UPDATE ai_job SET
        status = 'completed',
        runnable = true,
        cached = true,
        cache_key = entry.key,
        result_data = entry.result,
        progress = 100,
        last_seq = last_seq + 1,
        completed_at = clock_timestamp()
    FROM ai_result_cache AS entry
    WHERE ai_job.id = %(id)s AND ai_job.status = 'queued' AND entry.key = %(key)s AND entry.expires_at > now()
    RETURNING ai_job.*, entry.took
),

event AS (
    INSERT INTO ai_job_event (job_id, seq, type, status, progress, data)
    SELECT id, last_seq, 'completed', 'completed', 100, '{"cached": true}' FROM job
),

used AS (
    INSERT INTO ai_cache_use (job_type, kind, saved) SELECT job_type, 'hit', took FROM job
)

SELECT
    id, user_id, canvas_id, job_type, queue, priority, status, summary, request_data, progress, progress_message,
    error_code, error_message, attempt, max_attempts, runs, rescues, last_seq, run_at, expires_at, cancel_requested_at,
    created_at, started_at, completed_at, parent_id, tags, correlation_id,
    pg_notify('job_event', id || ':' || last_seq) AS hint
FROM job
