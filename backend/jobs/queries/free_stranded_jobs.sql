-- Those who wait for a run that is gone, or that was stopped before they came, run by themselves.
WITH stranded AS MATERIALIZED (
    SELECT follower.id
    FROM ai_job AS follower
    LEFT JOIN ai_job AS flight ON flight.id = substr(follower.blocked_on, 8)::uuid
    WHERE follower.flight_seq IS NOT NULL AND follower.status IN ('queued', 'processing')
        AND (
            flight.id IS NULL
            OR (
                flight.status = 'cancelled' AND flight.cancel_requested_at IS NOT NULL
                AND follower.cancel_requested_at IS NULL
            )
        )
    LIMIT %(limit)s
    FOR NO KEY UPDATE OF follower SKIP LOCKED
),

job AS (
    UPDATE ai_job SET
        -- Nothing runs for one who was asked to stop and lost his run.
        status = CASE WHEN cancel_requested_at IS NULL THEN 'queued' ELSE 'cancelled' END,
        completed_at = CASE WHEN cancel_requested_at IS NOT NULL THEN clock_timestamp() END,
        runnable = true,
        blocked_on = NULL,
        flight_seq = NULL,
        wait_reason = NULL,
        run_at = NULL,
        attempt = 0,
        progress = 0,
        progress_message = NULL,
        error_code = NULL,
        error_message = NULL,
        started_at = NULL,
        last_seq = last_seq + 1
    WHERE id = ANY (ARRAY(SELECT id FROM stranded))
    RETURNING id, queue, status, last_seq
),

event AS (
    INSERT INTO ai_job_event (job_id, seq, type, status, progress, data)
    SELECT id, last_seq, CASE WHEN status = 'queued' THEN 'retrying' ELSE status END, status, 0, '{"reason": "run_lost"}'
    FROM job
),

hint AS MATERIALIZED (
    SELECT pg_notify('job_ready', queue) FROM job WHERE status = 'queued' GROUP BY queue
)

SELECT
    count(*),
    CASE WHEN count(*) > 0 THEN pg_notify('job_event', CASE WHEN count(*) > 150 THEN '*' ELSE string_agg(id || ':' || last_seq, ',') END) END,
    (SELECT count(*) FROM hint)
FROM job
