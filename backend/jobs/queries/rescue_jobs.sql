-- Gives back the jobs of workers that are gone, without spending an attempt. Gone is
--   a worker whose advisory lock is free although it held one, and who has missed its heartbeat, or
--   a lease that ran out (the only sign where the lock cannot be had: a pooler, a cut network).
-- After a restart of Postgres all locks are free and leases old: every worker gets one lease's time to come back.
-- A job that was asked to stop ends as cancelled; one that was rescued too often is taken for the killer: poison.
-- From the second rescue on it waits a little, at random, so that the killer and its neighbours come apart.
WITH holder AS MATERIALIZED (
    SELECT objid::bigint AS worker_id FROM pg_locks
    WHERE locktype = 'advisory' AND classid = %(lock_class)s AND objsubid = 2 AND granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
),

orphan AS MATERIALIZED (
    SELECT
        ai_job.id,
        ai_job.worker_id,
        CASE
            WHEN cancel_requested_at IS NOT NULL THEN 'cancelled'
            WHEN rescues + 1 >= %(poison_rescues)s THEN 'failed'
            ELSE 'queued'
        END AS final,
        least(rescues, 3) * 2 * random() AS pause
    FROM ai_job
    LEFT JOIN ai_worker ON ai_worker.id = ai_job.worker_id
    WHERE ai_job.worker_id IS NOT NULL
        AND ai_job.status = 'processing'
        AND ai_job.claim_token <> ALL (%(held_tokens)s::uuid[])
        AND clock_timestamp() > pg_postmaster_start_time() + %(lease)s * interval '1 second'
        AND (
            lease_until < clock_timestamp()
            OR (
                ai_worker.holds_lock
                AND ai_worker.heartbeat_at < clock_timestamp() - %(silence)s * interval '1 second'
                AND NOT EXISTS (SELECT FROM holder WHERE holder.worker_id = ai_job.worker_id)
            )
        )
    ORDER BY ai_job.id
    LIMIT %(limit)s
    FOR NO KEY UPDATE OF ai_job SKIP LOCKED
),

job AS (
    UPDATE ai_job SET
        status = final,
        runnable = final <> 'queued' OR pause = 0,
        run_at = CASE WHEN final = 'queued' THEN clock_timestamp() + pause * interval '1 second' ELSE run_at END,
        wait_reason = CASE WHEN final = 'queued' AND pause > 0 THEN 'rescued' END,
        attempt = CASE WHEN final = 'queued' THEN attempt - 1 ELSE attempt END,
        rescues = rescues + 1,
        progress = CASE WHEN final = 'queued' THEN 0 ELSE progress END,
        progress_message = CASE WHEN final = 'queued' THEN 'Starting again after its worker was lost' END,
        error_code = CASE WHEN final = 'failed' THEN 'poison' END,
        error_message = CASE WHEN final = 'failed' THEN 'The job was stopped: its worker process died each time it ran.' END,
        claim_token = NULL,
        worker_id = NULL,
        lease_until = NULL,
        last_seq = last_seq + 1,
        completed_at = CASE WHEN final <> 'queued' THEN clock_timestamp() END
    FROM orphan
    WHERE ai_job.id = orphan.id AND ai_job.status = 'processing'
    RETURNING
        ai_job.id, ai_job.status, last_seq, queue, runnable, attempt, runs, started_at, run_at, progress,
        progress_message, error_code, error_message, orphan.worker_id
),

event AS (
    INSERT INTO ai_job_event (job_id, seq, type, status, progress, message, data)
    SELECT
        id, last_seq, CASE WHEN status = 'queued' THEN 'retrying' ELSE status END, status, progress,
        coalesce(progress_message, error_message),
        jsonb_strip_nulls(jsonb_build_object(
            'reason', CASE WHEN status <> 'failed' THEN 'rescued' END,
            'run_at', CASE WHEN status = 'queued' AND NOT runnable THEN run_at END,
            'error', CASE WHEN status = 'failed' THEN jsonb_build_object('code', error_code, 'message', error_message) END
        ))
    FROM job
),

attempt AS (
    INSERT INTO ai_job_attempt (
        job_id, run, attempt, worker_id, started_at, outcome, error_code, error_message, next_run_at
    )
    SELECT
        id, runs, CASE WHEN status = 'queued' THEN attempt + 1 ELSE attempt END, worker_id, started_at, 'rescued',
        error_code, 'worker ' || worker_id || ' was lost', CASE WHEN status = 'queued' THEN run_at END
    FROM job
),

hint AS MATERIALIZED (
    SELECT pg_notify(CASE WHEN runnable THEN 'job_ready' ELSE 'job_later' END, queue) FROM job WHERE status = 'queued'
)

SELECT
    coalesce(array_agg(id), '{}'),
    CASE WHEN count(*) > 0 THEN pg_notify('job_event', CASE WHEN count(*) > 150 THEN '*' ELSE string_agg(id || ':' || last_seq, ',') END) END,
    (SELECT count(*) FROM hint)
FROM job
