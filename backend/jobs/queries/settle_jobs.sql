-- Writes every ending but success (failed, cancelled, back to the queue), if the claim still holds.
-- One that waits for a provider is blocked on it: the clock alone does not bring it back.
-- A job that was asked to stop does not go back to the queue: it ends as cancelled.
WITH ending AS MATERIALIZED (
    SELECT * FROM unnest(
        %(ids)s::uuid[], %(tokens)s::uuid[], %(statuses)s::text[], %(outcomes)s::text[], %(messages)s::text[],
        %(reasons)s::text[], %(pauses)s::float8[], %(spends)s::boolean[], %(error_codes)s::text[],
        %(error_messages)s::text[], %(details)s::text[], %(tracebacks)s::text[]
    ) AS ending (
        id, token, status, outcome, message, reason, pause, spends, error_code, error_message, detail, traceback
    )
),

held AS MATERIALIZED (
    SELECT
        ending.*,
        CASE WHEN ending.status = 'queued' AND ai_job.cancel_requested_at IS NOT NULL THEN 'cancelled' ELSE ending.status END AS final
    FROM ending
    JOIN ai_job USING (id)
    WHERE ai_job.status = 'processing' AND ai_job.claim_token = ending.token
    ORDER BY ai_job.id -- as by everybody who locks several
    FOR NO KEY UPDATE OF ai_job
),

job AS (
    UPDATE ai_job SET
        status = held.final,
        runnable = held.final <> 'queued' OR held.pause = 0,
        run_at = CASE WHEN held.final = 'queued' THEN clock_timestamp() + held.pause * interval '1 second' ELSE run_at END,
        wait_reason = CASE WHEN held.final = 'queued' AND held.pause > 0 THEN held.reason END,
        blocked_on = CASE WHEN held.final = 'queued' AND held.pause > 0 AND held.reason LIKE 'provider:%%' THEN held.reason END,
        attempt = CASE WHEN held.spends THEN attempt ELSE attempt - 1 END,
        progress = CASE WHEN held.final = 'queued' THEN 0 ELSE progress END,
        progress_message = CASE WHEN held.final = held.status THEN held.message END, -- not what would have come after a retry
        error_code = CASE WHEN held.final <> 'cancelled' THEN held.error_code END,
        error_message = CASE WHEN held.final <> 'cancelled' THEN held.error_message END,
        claim_token = NULL,
        worker_id = NULL,
        lease_until = NULL,
        last_seq = last_seq + 1,
        completed_at = CASE WHEN held.final <> 'queued' THEN clock_timestamp() END
    FROM held
    WHERE ai_job.id = held.id AND ai_job.status = 'processing' AND ai_job.claim_token = held.token
    RETURNING
        ai_job.id, ai_job.status, last_seq, queue, runnable, attempt, runs, started_at, run_at, progress,
        progress_message, held.spends, held.outcome, held.reason, ai_job.error_code, ai_job.error_message,
        held.detail, held.traceback
),

event AS (
    INSERT INTO ai_job_event (job_id, seq, type, status, progress, message, data)
    SELECT
        id, last_seq, CASE WHEN status = 'queued' THEN 'retrying' ELSE status END, status, progress, progress_message,
        jsonb_strip_nulls(jsonb_build_object(
            'reason', CASE WHEN status <> 'failed' THEN reason END,
            'run_at', CASE WHEN status = 'queued' AND NOT runnable THEN run_at END,
            'error', CASE WHEN error_code IS NOT NULL THEN jsonb_build_object('code', error_code, 'message', error_message) END
        ))
    FROM job
),

attempt AS (
    INSERT INTO ai_job_attempt (
        job_id, run, attempt, worker_id, started_at, outcome, error_code, error_message, traceback, next_run_at
    )
    SELECT
        id, runs, CASE WHEN spends THEN attempt ELSE attempt + 1 END, %(worker_id)s, started_at,
        CASE WHEN status = 'cancelled' THEN 'cancelled' ELSE outcome END,
        error_code, coalesce(detail, error_message), traceback, CASE WHEN status = 'queued' THEN run_at END
    FROM job
),

hint AS MATERIALIZED (
    SELECT pg_notify(CASE WHEN runnable THEN 'job_ready' ELSE 'job_later' END, queue) FROM job WHERE status = 'queued'
)

SELECT
    array_agg(id),
    array_agg(last_seq),
    CASE WHEN %(lead)s AND count(*) > 0 THEN pg_notify('job_event', CASE WHEN count(*) > 150 THEN '*' ELSE string_agg(id || ':' || last_seq, ',') END) END AS hint,
    (SELECT count(*) FROM hint) AS hints
FROM job
