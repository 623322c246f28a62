-- Fails queued jobs that may not be run any more. "due_in" is the time until the next one in seconds: a moment
-- only, if one was passed over because somebody has its row.
WITH late AS MATERIALIZED (
    SELECT id FROM ai_job
    WHERE status = 'queued' AND expires_at <= now()
    ORDER BY expires_at LIMIT %(limit)s
    FOR NO KEY UPDATE SKIP LOCKED
),

job AS (
    UPDATE ai_job SET
        status = 'failed',
        runnable = true,
        blocked_on = NULL,
        flight_seq = NULL,
        error_code = 'expired',
        error_message = 'The job was not started before it expired.',
        progress_message = NULL,
        last_seq = last_seq + 1,
        completed_at = clock_timestamp()
    WHERE id = ANY (ARRAY(SELECT id FROM late))
    RETURNING id, last_seq, progress, error_code, error_message
),

event AS (
    INSERT INTO ai_job_event (job_id, seq, type, status, progress, message, data)
    SELECT
        id, last_seq, 'failed', 'failed', progress, error_message,
        jsonb_build_object('error', jsonb_build_object('code', error_code, 'message', error_message))
    FROM job
)

SELECT
    (SELECT count(*) FROM job) AS expired,
    CASE
        WHEN (SELECT count(*) FROM (SELECT FROM ai_job WHERE status = 'queued' AND expires_at <= now() LIMIT %(limit)s) AS every)
            > (SELECT count(*) FROM late) THEN 0.05
        ELSE (
            SELECT extract(epoch FROM expires_at - clock_timestamp())::float8 FROM ai_job
            WHERE status = 'queued' AND expires_at > now()
            ORDER BY expires_at LIMIT 1
        )
    END AS due_in,
    (
        SELECT pg_notify('job_event', CASE WHEN count(*) > 150 THEN '*' ELSE string_agg(id || ':' || last_seq, ',') END)
        FROM job HAVING count(*) > 0
    ) AS hint
