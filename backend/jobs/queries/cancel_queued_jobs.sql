-- Jobs that have not started are cancelled at once. Locked in the order of their ids, as by everybody who locks several.
WITH waiting AS MATERIALIZED (
    SELECT id FROM ai_job
    WHERE id = ANY (%(ids)s::uuid[]) AND status = 'queued'
    ORDER BY id
    FOR NO KEY UPDATE
),

job AS (
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
    WHERE id = ANY (ARRAY(SELECT id FROM waiting)) AND status = 'queued'
    RETURNING id, last_seq, progress
),

event AS (
    INSERT INTO ai_job_event (job_id, seq, type, status, progress, data)
    SELECT id, last_seq, 'cancelled', 'cancelled', progress, '{"reason": "cancelled by request"}' FROM job
)

SELECT
    coalesce(array_agg(id), '{}'),
    CASE WHEN count(*) > 0 THEN pg_notify('job_event', CASE WHEN count(*) > 150 THEN '*' ELSE string_agg(id || ':' || last_seq, ',') END) END
FROM job
