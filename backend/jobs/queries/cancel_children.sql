-- Cancels the children of groups, and those of groups among them: waiting ones at once, running ones are asked to stop.
-- Locked in the order of their ids, as by everybody who locks several.
WITH RECURSIVE family AS (
    SELECT id, job_type FROM ai_job WHERE parent_id = ANY (%(ids)s::uuid[])
    UNION
    SELECT ai_job.id, ai_job.job_type
    FROM family
    JOIN ai_job ON ai_job.parent_id = family.id
    WHERE family.job_type = %(group_type)s
),

member AS MATERIALIZED (
    SELECT id, status FROM ai_job
    WHERE id = ANY (ARRAY(SELECT id FROM family))
        AND (status = 'queued' OR (status = 'processing' AND cancel_requested_at IS NULL))
    ORDER BY id
    FOR NO KEY UPDATE
),

job AS (
    UPDATE ai_job SET
        status = 'cancelled',
        runnable = true,
        blocked_on = NULL,
        wait_reason = NULL,
        error_code = NULL,
        error_message = NULL,
        progress_message = NULL,
        last_seq = last_seq + 1,
        completed_at = clock_timestamp()
    WHERE id = ANY (ARRAY(SELECT id FROM member WHERE status = 'queued')) AND status = 'queued'
    RETURNING id, last_seq, progress
),

asked AS (
    UPDATE ai_job SET cancel_requested_at = clock_timestamp()
    WHERE id = ANY (ARRAY(SELECT id FROM member WHERE status = 'processing')) AND status = 'processing'
    RETURNING id
),

event AS (
    INSERT INTO ai_job_event (job_id, seq, type, status, progress, data)
    SELECT id, last_seq, 'cancelled', 'cancelled', progress, '{"reason": "its group was cancelled"}' FROM job
)

SELECT
    (SELECT count(*) FROM job) AS cancelled,
    (SELECT count(pg_notify('job_cancel', id::text)) FROM asked) AS asked,
    (
        SELECT pg_notify('job_event', CASE WHEN count(*) > 150 THEN '*' ELSE string_agg(id || ':' || last_seq, ',') END)
        FROM job HAVING count(*) > 0
    ) AS hint
