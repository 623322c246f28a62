-- Queued jobs get another priority: their share of the queue stays as it was stamped, only the offset changes.
WITH waiting AS MATERIALIZED (
    SELECT id, priority FROM ai_job
    WHERE id = ANY (%(ids)s::uuid[]) AND status = 'queued'
    ORDER BY id
    FOR NO KEY UPDATE
),

job AS (
    UPDATE ai_job SET priority = %(priority)s, sort_key = virtual_time - %(offset)s, last_seq = last_seq + 1
    WHERE id = ANY (ARRAY(SELECT id FROM waiting WHERE priority <> %(priority)s)) AND status = 'queued'
    RETURNING id, queue, last_seq, progress, progress_message
),

event AS (
    INSERT INTO ai_job_event (job_id, seq, type, status, progress, message, data)
    SELECT id, last_seq, 'queued', 'queued', progress, progress_message, jsonb_build_object('priority', %(priority)s::text)
    FROM job
),

hint AS MATERIALIZED (
    SELECT pg_notify('job_event', CASE WHEN count(*) > 150 THEN '*' ELSE string_agg(id || ':' || last_seq, ',') END)
    FROM job HAVING count(*) > 0
)

SELECT coalesce((SELECT array_agg(id) FROM waiting), '{}'), (SELECT count(*) FROM hint)
