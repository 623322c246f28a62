-- A job that has not started is cancelled at once.
WITH job AS (
    UPDATE ai_job SET
        status = 'cancelled',
        runnable = true,
        blocked_on = NULL,
        flight_seq = NULL,
        error_code = NULL,
        error_message = NULL,
        progress_message = NULL,
        last_seq = last_seq + 1,
        completed_at = clock_timestamp()
    WHERE id = %(id)s AND status = 'queued'
    RETURNING id, last_seq, progress
),

event AS (
    INSERT INTO ai_job_event (job_id, seq, type, status, progress, data)
    SELECT id, last_seq, 'cancelled', 'cancelled', progress, '{"reason": "cancelled by request"}' FROM job
)

SELECT id, pg_notify('job_event', id || ':' || last_seq) FROM job
