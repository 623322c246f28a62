-- Somebody who waits for a run with others goes. The last one does not: asked to stop, he waits for the run's end,
-- which the idle run is asked for too. No row: the job follows no run, or was asked before.
WITH me AS MATERIALIZED (
    SELECT
        id, blocked_on, queue,
        EXISTS (
            SELECT FROM ai_job AS other
            WHERE other.blocked_on = ai_job.blocked_on AND other.flight_seq IS NOT NULL AND other.id <> ai_job.id
                AND other.status IN ('queued', 'processing') AND other.cancel_requested_at IS NULL
        ) AS in_company
    FROM ai_job
    WHERE id = %(id)s AND flight_seq IS NOT NULL AND status = 'processing' AND cancel_requested_at IS NULL
    FOR NO KEY UPDATE
),

job AS (
    UPDATE ai_job SET
        status = CASE WHEN in_company THEN 'cancelled' ELSE status END,
        runnable = in_company,
        blocked_on = CASE WHEN in_company THEN NULL ELSE ai_job.blocked_on END,
        flight_seq = CASE WHEN in_company THEN NULL ELSE flight_seq END,
        progress_message = CASE WHEN in_company THEN NULL ELSE progress_message END,
        cancel_requested_at = clock_timestamp(),
        last_seq = CASE WHEN in_company THEN last_seq + 1 ELSE last_seq END,
        completed_at = CASE WHEN in_company THEN clock_timestamp() END
    FROM me
    WHERE ai_job.id = me.id AND ai_job.status = 'processing'
    RETURNING ai_job.id, ai_job.queue, ai_job.status, last_seq, progress
),

event AS (
    INSERT INTO ai_job_event (job_id, seq, type, status, progress, data)
    SELECT id, last_seq, 'cancelled', 'cancelled', progress, '{"reason": "cancelled by request"}' FROM job
    WHERE status = 'cancelled'
)

SELECT id, pg_notify('job_event', id || ':' || last_seq), pg_notify('job_later', queue) FROM job
