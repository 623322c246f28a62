-- Failed and cancelled jobs are queued again by hand, with all their attempts before them and a place as if enqueued now.
-- What needs a job that has not ended waits for it again. Left out is what an equal unique job stands in the way of (the first
-- of several equal ones goes), what has ended a moment ago, with its follow-up still to be done, and what by its policy would
-- not be run, because a job that it needs did not complete.
WITH ended AS MATERIALIZED (
    SELECT id, queue, user_id, priority, unique_key FROM ai_job
    WHERE id = ANY (%(ids)s::uuid[]) AND status IN ('failed', 'cancelled')
    ORDER BY id
    FOR NO KEY UPDATE
),

chosen AS MATERIALIZED (
    SELECT *, (%(offsets)s::jsonb ->> priority)::bigint AS ahead, row_number() OVER (PARTITION BY queue, user_id, priority ORDER BY id) AS place
    FROM (SELECT *, row_number() OVER (PARTITION BY coalesce(unique_key, id::text) ORDER BY id) AS alike FROM ended) AS ended
    WHERE alike = 1
        AND NOT EXISTS (
            SELECT FROM ai_job AS other
            WHERE other.unique_key = ended.unique_key AND other.unique_key IS NOT NULL
                AND other.status = ANY (other.unique_states) AND other.id <> ended.id
        )
        AND NOT EXISTS (SELECT FROM ai_job_follow_up WHERE job_id = ended.id)
        AND NOT EXISTS (
            SELECT FROM ai_job_dependency
            WHERE job_id = ended.id AND on_failure = 'cancel' AND outcome IN ('failed', 'cancelled')
        )
),

stamp AS MATERIALIZED (
    SELECT
        id,
        ahead,
        next_virtual_time(queue, user_id, priority, ahead, place) AS virtual_time
    FROM chosen
),

job AS (
    UPDATE ai_job SET
        status = 'queued',
        runnable = NOT EXISTS (SELECT FROM ai_job_dependency WHERE job_id = stamp.id AND outcome IS NULL),
        blocked_on = CASE WHEN EXISTS (SELECT FROM ai_job_dependency WHERE job_id = stamp.id AND outcome IS NULL) THEN 'jobs' END,
        flight_seq = NULL,
        cached = false,
        wait_reason = NULL,
        run_at = NULL,
        expires_at = CASE WHEN expires_at > now() THEN expires_at END,
        virtual_time = stamp.virtual_time,
        sort_key = stamp.virtual_time - stamp.ahead,
        attempt = 0,
        rescues = 0,
        progress = 0,
        progress_message = NULL,
        result_data = NULL,
        error_code = NULL,
        error_message = NULL,
        cancel_requested_at = NULL,
        started_at = NULL,
        completed_at = NULL,
        last_seq = last_seq + 1
    FROM stamp
    WHERE ai_job.id = stamp.id AND status IN ('failed', 'cancelled')
    RETURNING ai_job.id, queue, last_seq, cache_key
),

event AS (
    INSERT INTO ai_job_event (job_id, seq, type, status, progress, data)
    SELECT id, last_seq, 'retrying', 'queued', 0, '{"reason": "by hand"}' FROM job
),

hint AS MATERIALIZED (
    SELECT pg_notify('job_ready', queue) FROM job GROUP BY queue
)

SELECT
    coalesce(array_agg(id), '{}'),
    coalesce(array_agg(id) FILTER (WHERE cache_key IS NOT NULL), '{}'),
    CASE WHEN count(*) > 0 THEN pg_notify('job_event', CASE WHEN count(*) > 150 THEN '*' ELSE string_agg(id || ':' || last_seq, ',') END) END,
    (SELECT count(*) FROM hint)
FROM job
