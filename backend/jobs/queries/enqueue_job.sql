-- Adds a job with its first event. No row comes back if the user has used the idempotency key before, or if an equal
-- unique job stands in the way. Windows are cut by now(), so that find_unique_job in the same transaction means the same one.
-- A line that ends in "-- if x" is left out when there is no x: most jobs have none of it, and each column costs.
-- The stamp is next_virtual_time's (migrations/job_place.sql), reckoned here for the usual case: no priority that goes ahead,
-- nor such a job at the head, and no limits.
WITH stamp AS MATERIALIZED (
    SELECT CASE
        WHEN %(offset)s > 0 OR head.sort_key < head.virtual_time OR EXISTS (SELECT FROM job_limit)
            THEN next_virtual_time(%(queue)s, %(user_id)s, %(priority)s, %(offset)s, 1)
        ELSE greatest(mine.virtual_time + 1000000, head.virtual_time, least(head.sort_key, clock.microseconds))
    END AS virtual_time
    FROM (SELECT (extract(epoch FROM statement_timestamp()) * 1000000)::bigint AS microseconds) AS clock
    LEFT JOIN LATERAL (
        SELECT virtual_time, sort_key FROM ai_job
        WHERE queue = %(queue)s AND status = 'queued' AND runnable
        ORDER BY sort_key, id LIMIT 1
    ) AS head ON true
    LEFT JOIN LATERAL (
        SELECT virtual_time FROM ai_job
        WHERE queue = %(queue)s AND user_id = %(user_id)s AND priority = %(priority)s AND status = 'queued' AND runnable
        ORDER BY virtual_time DESC LIMIT 1
    ) AS mine ON true
),

job AS (
    INSERT INTO ai_job (
        id, user_id, job_type, queue, priority, request_data, max_attempts, virtual_time, sort_key
        , canvas_id -- if canvas_id
        , runnable, run_at, wait_reason -- if run_at
        , expires_at -- if expires_at
        , limit_key -- if limit_key
        , summary -- if summary
        , idempotency_key, idempotency_hash -- if idempotency_key
        , parent_id -- if parent_id
        , tags -- if tags
        , correlation_id -- if correlation_id
        , unique_key, unique_states -- if unique_hash
    )
    SELECT
        %(id)s, %(user_id)s, %(job_type)s, %(queue)s, %(priority)s, %(request)s::jsonb, %(max_attempts)s,
        virtual_time, virtual_time - %(offset)s
        , %(canvas_id)s -- if canvas_id
        , false, %(run_at)s, 'scheduled' -- if run_at
        , %(expires_at)s -- if expires_at
        , %(limit_key)s -- if limit_key
        , %(summary)s -- if summary
        , %(idempotency_key)s, %(idempotency_hash)s -- if idempotency_key
        , %(parent_id)s -- if parent_id
        , %(tags)s -- if tags
        , %(correlation_id)s -- if correlation_id
        , %(unique_hash)s::text || coalesce(':' || floor(extract(epoch FROM now()) / %(unique_window)s::float8)::bigint, ''), %(unique_states)s::text[] -- if unique_hash
    FROM stamp
    ON CONFLICT DO NOTHING -- if once
    RETURNING id, created_at
),

event AS (
    INSERT INTO ai_job_event (job_id, seq, type, status, progress)
    SELECT id, 1, 'queued', 'queued', 0 FROM job
)

SELECT
    created_at
    , pg_notify('job_ready', %(queue)s) -- if lead_ready
    , pg_notify('job_later', %(queue)s) -- if lead_later
    , pg_notify('job_event', id || ':1') -- if lead_event
FROM job
