-- Queued jobs get another priority; their share of the queue stays as it was stamped. A higher one moves them by the offset as
-- far as new jobs of it would come: the first of a person overtakes, the others take their turn, and none loses its place.
-- A lower one moves them back by the difference. What waits for its time is placed when that has come (promote_jobs).
WITH waiting AS MATERIALIZED (
    SELECT
        id, queue, user_id, priority, virtual_time, sort_key,
        NOT runnable AND runs = 0 AND (blocked_on IS NULL OR blocked_on = 'jobs') AS unplaced
    FROM ai_job
    WHERE id = ANY (%(ids)s::uuid[]) AND status = 'queued'
    ORDER BY id
    FOR NO KEY UPDATE
),

changing AS MATERIALIZED (
    SELECT
        *,
        (%(offsets)s::jsonb ->> priority)::bigint AS old_offset,
        row_number() OVER (PARTITION BY queue, user_id, unplaced ORDER BY sort_key, id) AS place
    FROM waiting WHERE priority <> %(priority)s
),

lane AS MATERIALIZED (
    SELECT
        queue, user_id,
        next_virtual_time(queue, user_id, %(priority)s, %(offset)s, 1) AS first,
        next_virtual_time(queue, user_id, %(priority)s, %(offset)s, 2) AS second
    FROM changing WHERE NOT unplaced GROUP BY queue, user_id
),

placed AS MATERIALIZED (
    SELECT
        changing.id,
        CASE
            WHEN unplaced THEN virtual_time - %(offset)s
            WHEN %(offset)s < old_offset THEN greatest(sort_key, virtual_time - %(offset)s)
            WHEN %(offset)s <= 0 THEN virtual_time - %(offset)s
            ELSE least(
                sort_key,
                greatest(virtual_time, CASE WHEN place = 1 THEN first ELSE second + (place - 2) * 1000000 END) - %(offset)s
            )
        END AS sort_key
    FROM changing LEFT JOIN lane USING (queue, user_id)
),

job AS (
    UPDATE ai_job SET priority = %(priority)s, sort_key = placed.sort_key, last_seq = last_seq + 1
    FROM placed
    WHERE ai_job.id = placed.id AND status = 'queued'
    RETURNING ai_job.id, queue, last_seq, progress, progress_message
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
