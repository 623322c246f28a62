-- Cancels jobs that shall not run because one that they need failed or was cancelled. Their own dependents follow.
WITH doomed AS MATERIALIZED (
    SELECT
        id,
        (
            SELECT format(
                'Not run, because a job that it needs %%s: %%s (%%s)',
                CASE outcome WHEN 'failed' THEN 'failed' ELSE 'was cancelled' END,
                coalesce(needed.summary, needed.job_type, 'removed'),
                needs_id
            )
            FROM ai_job_dependency
            LEFT JOIN ai_job AS needed ON needed.id = needs_id
            WHERE ai_job_dependency.job_id = ai_job.id AND on_failure = 'cancel' AND outcome IN ('failed', 'cancelled')
            ORDER BY position LIMIT 1
        ) AS reason
    FROM ai_job
    WHERE id = ANY (%(ids)s) AND status = 'queued' AND blocked_on = 'jobs'
        AND NOT EXISTS (SELECT FROM ai_job_group WHERE job_id = ai_job.id)
),

job AS (
    UPDATE ai_job SET
        status = 'cancelled',
        runnable = true,
        blocked_on = NULL,
        wait_reason = NULL,
        progress_message = reason,
        last_seq = last_seq + 1,
        completed_at = clock_timestamp()
    FROM doomed
    WHERE ai_job.id = doomed.id AND reason IS NOT NULL AND status = 'queued' AND blocked_on = 'jobs'
    RETURNING ai_job.id, last_seq, progress, reason
),

event AS (
    INSERT INTO ai_job_event (job_id, seq, type, status, progress, message, data)
    SELECT id, last_seq, 'cancelled', 'cancelled', progress, reason, jsonb_build_object('reason', reason) FROM job
)

SELECT pg_notify('job_event', CASE WHEN count(*) > 150 THEN '*' ELSE string_agg(id || ':' || last_seq, ',') END)
FROM job HAVING count(*) > 0
