-- Adds a job with its first event. No row comes back if the user has used the idempotency key before, or if an equal
-- unique job stands in the way. Windows are cut by now(), so that find_unique_job in the same transaction means the same one.
-- The stamp is next_virtual_time's (migrations/job_place.sql).
WITH stamp AS MATERIALIZED (
    SELECT next_virtual_time(%(queue)s, %(user_id)s, %(priority)s, %(offset)s, 1) AS virtual_time
),

job AS (
    INSERT INTO ai_job (
        id, user_id, canvas_id, job_type, queue, priority, virtual_time, sort_key, runnable, run_at, wait_reason, expires_at,
        limit_key, summary, request_data, max_attempts, idempotency_key, idempotency_hash, parent_id, tags, correlation_id,
        unique_key, unique_states
    )
    SELECT
        %(id)s, %(user_id)s, %(canvas_id)s, %(job_type)s, %(queue)s, %(priority)s,
        virtual_time, virtual_time - %(offset)s, %(run_at)s::timestamptz IS NULL, %(run_at)s,
        CASE WHEN %(run_at)s::timestamptz IS NOT NULL THEN 'scheduled' END, %(expires_at)s,
        %(limit_key)s, %(summary)s, %(request)s::jsonb, %(max_attempts)s, %(idempotency_key)s, %(idempotency_hash)s, %(parent_id)s,
        %(tags)s, %(correlation_id)s,
        %(unique_hash)s::text || coalesce(':' || floor(extract(epoch FROM now()) / %(unique_window)s::float8)::bigint, ''), %(unique_states)s::text[]
    FROM stamp
    ON CONFLICT DO NOTHING
    RETURNING id, created_at
),

event AS (
    INSERT INTO ai_job_event (job_id, seq, type, status, progress)
    SELECT id, 1, 'queued', 'queued', 0 FROM job
)

SELECT
    created_at,
    CASE WHEN %(lead_ready)s THEN pg_notify(%(ready_channel)s, %(ready_payload)s) END AS ready_hint,
    CASE WHEN %(lead_event)s THEN pg_notify('job_event', id || ':1') END AS event_hint
FROM job
