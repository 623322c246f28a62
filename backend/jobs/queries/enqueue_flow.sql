-- Adds the jobs of a chain or group with their first events and what each needs.
-- A job that needs others, and a group, is blocked. Every other one waits for its time, which is now as a rule: the
-- timekeeper stamps it then, so that ten thousand at once take the same fair places as one after the other.
WITH new AS MATERIALIZED (
    SELECT * FROM unnest(
        %(ids)s::uuid[], %(parent_ids)s::uuid[], %(canvas_ids)s::uuid[], %(job_types)s::text[], %(queues)s::text[],
        %(priorities)s::text[], %(offsets)s::bigint[], %(run_ats)s::timestamptz[], %(expires_ats)s::timestamptz[],
        %(summaries)s::text[], %(requests)s::text[], %(max_attempts)s::smallint[], %(tags)s::text[],
        %(correlation_ids)s::text[], %(idempotency_keys)s::text[], %(idempotency_hashes)s::text[],
        %(limit_keys)s::text[], %(blocked)s::boolean[], %(followed)s::boolean[]
    ) AS new (
        id, parent_id, canvas_id, job_type, queue, priority, shift, run_at, expires_at, summary, request, max_attempts,
        tags, correlation_id, idempotency_key, idempotency_hash, limit_key, blocked, followed
    )
),

job AS (
    INSERT INTO ai_job (
        id, user_id, parent_id, canvas_id, job_type, queue, priority, virtual_time, sort_key, runnable, run_at,
        wait_reason, blocked_on, followed, expires_at, summary, request_data, max_attempts, tags, correlation_id,
        idempotency_key, idempotency_hash, limit_key
    )
    SELECT
        id, %(user_id)s, parent_id, canvas_id, job_type, queue, priority, stamp.now, stamp.now - shift, false,
        CASE WHEN blocked THEN run_at ELSE coalesce(run_at, statement_timestamp()) END,
        CASE WHEN run_at IS NOT NULL THEN 'scheduled' END,
        CASE WHEN blocked THEN 'jobs' END,
        followed, expires_at, summary, request::jsonb, max_attempts,
        ARRAY(SELECT jsonb_array_elements_text(tags::jsonb)), correlation_id, idempotency_key, idempotency_hash, limit_key
    FROM new
    CROSS JOIN (SELECT (extract(epoch FROM statement_timestamp()) * 1000000)::bigint AS now) AS stamp
    RETURNING *
),

event AS (
    INSERT INTO ai_job_event (job_id, seq, type, status, progress)
    SELECT id, 1, 'queued', 'queued', 0 FROM job
),

dependency AS (
    INSERT INTO ai_job_dependency (job_id, needs_id, position, on_failure)
    SELECT * FROM unnest(%(dependents)s::uuid[], %(needs)s::uuid[], %(positions)s::int[], %(policies)s::text[])
),

opened AS (
    INSERT INTO ai_job_group (job_id) SELECT * FROM unnest(%(groups)s::uuid[])
),

hint AS MATERIALIZED (
    SELECT
        pg_notify('job_later', min(queue)),
        pg_notify('job_event', CASE WHEN count(*) > 150 THEN '*' ELSE string_agg(id || ':1', ',') END)
    FROM job
)

SELECT
    id, user_id, canvas_id, job_type, queue, priority, status, summary, request_data, progress, progress_message,
    error_code, error_message, attempt, max_attempts, runs, rescues, last_seq, run_at, expires_at, cancel_requested_at,
    created_at, started_at, completed_at, parent_id, tags, correlation_id, (SELECT count(*) FROM hint) AS hints
FROM job
