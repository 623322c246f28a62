-- Adds many jobs of one user, task and priority, each with its first event. The stamp is that of enqueue_job.sql,
-- read once and advanced by one second of virtual time from job to job.
WITH stamp AS MATERIALIZED (
    SELECT greatest(
        coalesce(
            (
                SELECT virtual_time FROM ai_job
                WHERE queue = %(queue)s AND status = 'queued' AND runnable
                ORDER BY sort_key, id LIMIT 1
            ),
            (extract(epoch FROM statement_timestamp()) * 1000000)::bigint
        ),
        (
            SELECT virtual_time FROM ai_job
            WHERE queue = %(queue)s AND user_id = %(user_id)s AND priority = %(priority)s
                AND status = 'queued' AND runnable
            ORDER BY virtual_time DESC LIMIT 1
        ) + 1000000
    ) AS virtual_time
),

job AS (
    INSERT INTO ai_job (
        id, user_id, canvas_id, job_type, queue, priority, virtual_time, sort_key, runnable, run_at, wait_reason, expires_at,
        limit_key, summary, request_data, max_attempts, idempotency_key, idempotency_hash, parent_id, tags, correlation_id
    )
    SELECT
        new.id, %(user_id)s, %(canvas_id)s, %(job_type)s, %(queue)s, %(priority)s,
        virtual_time + (place - 1) * 1000000, virtual_time + (place - 1) * 1000000 - %(offset)s,
        %(run_at)s::timestamptz IS NULL, %(run_at)s,
        CASE WHEN %(run_at)s::timestamptz IS NOT NULL THEN 'scheduled' END, %(expires_at)s,
        new.limit_key, new.summary, new.request::jsonb, %(max_attempts)s, new.key,
        CASE WHEN new.key IS NOT NULL THEN %(idempotency_hash)s END, %(parent_id)s, %(tags)s, %(correlation_id)s
    FROM
        stamp,
        unnest(
            %(ids)s::uuid[], %(requests)s::text[], %(summaries)s::text[], %(limit_keys)s::text[], %(idempotency_keys)s::text[]
        ) WITH ORDINALITY AS new (id, request, summary, limit_key, key, place)
    RETURNING id
),

event AS (
    INSERT INTO ai_job_event (job_id, seq, type, status, progress)
    SELECT id, 1, 'queued', 'queued', 0 FROM job
)

SELECT
    count(*),
    CASE WHEN %(lead_ready)s THEN pg_notify(%(ready_channel)s, %(ready_payload)s) END AS ready_hint,
    CASE WHEN %(lead_event)s THEN pg_notify('job_event', CASE WHEN count(*) > 150 THEN '*' ELSE string_agg(id || ':1', ',') END) END AS event_hint
FROM job
