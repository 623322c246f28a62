-- A run for all who ask the same: a hidden copy of the first one's job. No row comes back if such a run is open already;
-- a transaction that is about to open one is waited for.
WITH job AS (
    INSERT INTO ai_job (
        id, user_id, canvas_id, job_type, queue, priority, virtual_time, sort_key, summary, request_data, max_attempts,
        limit_key, tags, correlation_id, cache_key, hidden, followed
    )
    SELECT
        %(flight_id)s, user_id, canvas_id, job_type, queue, priority, virtual_time, sort_key, summary, request_data,
        max_attempts, limit_key, tags, correlation_id, %(key)s, true, true
    FROM ai_job WHERE id = %(id)s
    ON CONFLICT DO NOTHING
    RETURNING id
),

-- Steps that earlier runs of the first one have finished, before it was queued again by hand, are not done again.
step AS (
    INSERT INTO ai_job_step (job_id, name, ordinal, result, started_at, ended_at)
    SELECT job.id, name, ordinal, result, started_at, ended_at FROM job JOIN ai_job_step ON job_id = %(id)s
)

INSERT INTO ai_job_event (job_id, seq, type, status, progress)
SELECT id, 1, 'queued', 'queued', 0 FROM job
RETURNING job_id
