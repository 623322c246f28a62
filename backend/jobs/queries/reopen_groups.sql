-- Groups that have failed or were cancelled wait for their children again.
WITH job AS (
    UPDATE ai_job SET
        status = 'queued',
        runnable = false,
        blocked_on = 'jobs',
        wait_reason = NULL,
        progress = 0,
        progress_message = NULL,
        result_data = NULL,
        error_code = NULL,
        error_message = NULL,
        started_at = NULL,
        completed_at = NULL,
        last_seq = last_seq + 1
    WHERE id = ANY (%(ids)s) AND status IN ('failed', 'cancelled')
    RETURNING id, last_seq
),

opened AS (
    INSERT INTO ai_job_group (job_id) SELECT id FROM job ON CONFLICT DO NOTHING
),

event AS (
    INSERT INTO ai_job_event (job_id, seq, type, status, progress, data)
    SELECT id, last_seq, 'retrying', 'queued', 0, '{"reason": "by hand"}' FROM job
)

SELECT pg_notify('job_event', string_agg(id || ':' || last_seq, ',')) FROM (SELECT * FROM job LIMIT 150) AS told HAVING count(*) > 0
