-- Some who wait for a run with others go. The last one does not: asked to stop, he waits for the run's end, which the idle
-- run is asked for too. Left out is who follows no run, or was asked before.
WITH going AS MATERIALIZED (
    SELECT id, blocked_on, queue FROM ai_job
    WHERE id = ANY (%(ids)s::uuid[]) AND flight_seq IS NOT NULL AND status = 'processing' AND cancel_requested_at IS NULL
    ORDER BY id
    FOR NO KEY UPDATE
),

me AS MATERIALIZED (
    SELECT
        id,
        row_number() OVER (PARTITION BY blocked_on ORDER BY id DESC) > 1 OR EXISTS (
            SELECT FROM ai_job AS other
            WHERE other.blocked_on = going.blocked_on AND other.flight_seq IS NOT NULL
                AND other.id <> ALL (ARRAY(SELECT id FROM going))
                AND other.status IN ('queued', 'processing') AND other.cancel_requested_at IS NULL
        ) AS in_company
    FROM going
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
),

hint AS MATERIALIZED (
    SELECT pg_notify('job_later', queue) FROM job GROUP BY queue
)

SELECT
    coalesce(array_agg(id), '{}'),
    CASE WHEN count(*) > 0 THEN pg_notify('job_event', CASE WHEN count(*) > 150 THEN '*' ELSE string_agg(id || ':' || last_seq, ',') END) END,
    (SELECT count(*) FROM hint)
FROM job
