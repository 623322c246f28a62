-- A job that was just queued follows the open run of its key. No row: there is none any more.
WITH flight AS MATERIALIZED (
    SELECT id, max_attempts FROM ai_job
    WHERE hidden AND followed AND cancel_requested_at IS NULL AND status IN ('queued', 'processing', 'completed')
        AND cache_key = %(key)s
),

job AS (
    UPDATE ai_job SET
        blocked_on = 'flight:' || flight.id,
        runnable = false,
        cache_key = %(key)s,
        flight_seq = 1,
        max_attempts = flight.max_attempts
    FROM flight
    WHERE ai_job.id = %(id)s AND ai_job.status = 'queued'
    RETURNING ai_job.job_type, ai_job.queue
),

used AS (
    INSERT INTO ai_cache_use (job_type, kind) SELECT job_type, %(kind)s FROM job
)

SELECT pg_notify('job_later', queue) FROM job
