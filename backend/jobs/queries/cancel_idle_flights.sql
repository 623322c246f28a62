-- A run that nobody waits for any more: one that has not begun never does, one that has is asked to stop.
WITH idle AS MATERIALIZED (
    SELECT id, status FROM ai_job
    WHERE hidden AND followed AND status IN ('queued', 'processing') AND cancel_requested_at IS NULL
        AND NOT EXISTS (
            SELECT FROM ai_job AS follower
            WHERE follower.blocked_on = 'flight:' || ai_job.id AND follower.flight_seq IS NOT NULL
                AND follower.status IN ('queued', 'processing') AND follower.cancel_requested_at IS NULL
        )
    LIMIT %(limit)s
    FOR NO KEY UPDATE SKIP LOCKED
),

job AS (
    UPDATE ai_job SET
        status = CASE WHEN idle.status = 'queued' THEN 'cancelled' ELSE ai_job.status END,
        runnable = true,
        blocked_on = NULL,
        cancel_requested_at = clock_timestamp(),
        last_seq = CASE WHEN idle.status = 'queued' THEN ai_job.last_seq + 1 ELSE ai_job.last_seq END,
        completed_at = CASE WHEN idle.status = 'queued' THEN clock_timestamp() END
    FROM idle
    WHERE ai_job.id = idle.id AND ai_job.status = idle.status
    RETURNING ai_job.id, ai_job.status, last_seq, progress
),

event AS (
    INSERT INTO ai_job_event (job_id, seq, type, status, progress, data)
    SELECT id, last_seq, 'cancelled', 'cancelled', progress, '{"reason": "nobody waits for it"}' FROM job
    WHERE status = 'cancelled'
)

SELECT pg_notify('job_cancel', id::text) FROM job WHERE status = 'processing'
