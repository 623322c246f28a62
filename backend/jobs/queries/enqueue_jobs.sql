-- Adds many jobs of one user, task and priority, each with its first event and the place that it would get one by one.
WITH stamp AS MATERIALIZED (
    SELECT
        next_virtual_time(%(queue)s, %(user_id)s, %(priority)s, %(offset)s, 1) AS first,
        next_virtual_time(%(queue)s, %(user_id)s, %(priority)s, %(offset)s, 2) AS second
),

new AS (
    SELECT
        id, request, summary, limit_key,
        CASE WHEN place = 1 THEN first ELSE second + (place - 2) * 1000000 END AS virtual_time
    FROM
        stamp,
        unnest(
            %(ids)s::uuid[], %(requests)s::text[], %(summaries)s::text[], %(limit_keys)s::text[]
        ) WITH ORDINALITY AS given (id, request, summary, limit_key, place)
),

job AS (
    INSERT INTO ai_job (
        id, user_id, canvas_id, job_type, queue, priority, virtual_time, sort_key, runnable, run_at, wait_reason, expires_at,
        limit_key, summary, request_data, max_attempts, parent_id, tags, correlation_id
    )
    SELECT
        id, %(user_id)s, %(canvas_id)s, %(job_type)s, %(queue)s, %(priority)s, virtual_time, virtual_time - %(offset)s,
        %(run_at)s::timestamptz IS NULL, %(run_at)s,
        CASE WHEN %(run_at)s::timestamptz IS NOT NULL THEN 'scheduled' END, %(expires_at)s,
        limit_key, summary, request::jsonb, %(max_attempts)s, %(parent_id)s, %(tags)s, %(correlation_id)s
    FROM new
    RETURNING id
),

event AS (
    INSERT INTO ai_job_event (job_id, seq, type, status, progress)
    SELECT id, 1, 'queued', 'queued', 0 FROM job
)

SELECT
    count(*),
    CASE WHEN %(lead_ready)s THEN pg_notify(%(ready_channel)s, %(queue)s) END AS ready_hint,
    CASE WHEN %(lead_event)s THEN pg_notify('job_event', CASE WHEN count(*) > 150 THEN '*' ELSE string_agg(id || ':1', ',') END) END AS event_hint
FROM job
