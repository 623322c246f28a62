-- Those who wait for a run see what happens to it: its new events become events of their own, the last progress alone, and
-- their rows say what its row says; its steps are theirs. When it has ended they end likewise, with its attempts. Not so if it was stopped because
-- nobody wanted it, and somebody came a moment later: free_stranded_jobs takes care of him.
-- A batch copies at most %(bytes)s bytes of results and of steps, as they are stored, or those of one job. Rows that are locked wait for the next look.
WITH candidate AS MATERIALIZED (
    SELECT follower.id, flight.id AS flight_id, size.bytes, sum(size.bytes) OVER (ORDER BY flight.id, follower.id) AS total
    FROM ai_job AS flight
    JOIN ai_job AS follower ON follower.blocked_on = 'flight:' || flight.id
    CROSS JOIN LATERAL (
        SELECT
            CASE WHEN flight.completed_at IS NULL THEN 0 ELSE coalesce(pg_column_size(flight.result_data), 0) END
            + coalesce(sum(pg_column_size(run.result)), 0) AS bytes
        FROM ai_job_step AS run
        LEFT JOIN ai_job_step AS own ON own.job_id = follower.id AND own.name = run.name
        WHERE run.job_id = flight.id AND own.ended_at IS DISTINCT FROM run.ended_at
    ) AS size
    WHERE flight.hidden
        AND follower.flight_seq IS NOT NULL AND follower.flight_seq < flight.last_seq
        AND follower.status IN ('queued', 'processing')
        AND NOT (
            flight.status = 'cancelled' AND flight.cancel_requested_at IS NOT NULL AND follower.cancel_requested_at IS NULL
        )
    ORDER BY flight.id, follower.id LIMIT %(limit)s
),

behind AS MATERIALIZED (
    SELECT
        follower.id, follower.last_seq, follower.flight_seq, follower.runs,
        flight.id AS flight_id, flight.last_seq AS upto, flight.completed_at IS NOT NULL AS ended
    FROM candidate
    JOIN ai_job AS follower USING (id)
    JOIN ai_job AS flight ON flight.id = candidate.flight_id
    WHERE candidate.total - candidate.bytes < %(bytes)s
        AND follower.flight_seq IS NOT NULL AND follower.flight_seq < flight.last_seq
        AND follower.status IN ('queued', 'processing')
    FOR NO KEY UPDATE OF follower SKIP LOCKED
),

news AS MATERIALIZED (
    SELECT
        behind.id, behind.last_seq + row_number() OVER (PARTITION BY behind.id ORDER BY event.seq) AS seq,
        event.type, event.status, event.progress, event.message, event.data
    FROM behind
    JOIN ai_job_event AS event ON event.job_id = behind.flight_id AND event.seq > behind.flight_seq AND event.seq <= behind.upto
    WHERE event.type <> 'progress' OR NOT EXISTS (
        SELECT FROM ai_job_event AS later
        WHERE later.job_id = event.job_id AND later.type = 'progress' AND later.seq > event.seq AND later.seq <= behind.upto
    )
),

job AS (
    UPDATE ai_job SET
        -- One who was asked to stop does not go back to the queue; the run will not, either.
        status = CASE
            WHEN flight.status = 'queued' AND ai_job.cancel_requested_at IS NOT NULL THEN ai_job.status ELSE flight.status
        END,
        runnable = behind.ended,
        blocked_on = CASE WHEN NOT behind.ended THEN ai_job.blocked_on END,
        flight_seq = CASE WHEN NOT behind.ended THEN behind.upto END,
        wait_reason = flight.wait_reason,
        run_at = flight.run_at,
        progress = flight.progress,
        progress_message = flight.progress_message,
        result_data = CASE WHEN behind.ended THEN flight.result_data END,
        error_code = flight.error_code,
        error_message = flight.error_message,
        attempt = least(flight.attempt, ai_job.max_attempts),
        runs = CASE WHEN behind.ended THEN ai_job.runs + flight.runs ELSE ai_job.runs END,
        cancel_requested_at = CASE WHEN flight.status <> 'completed' THEN ai_job.cancel_requested_at END,
        started_at = flight.started_at,
        completed_at = CASE WHEN behind.ended THEN clock_timestamp() END,
        last_seq = coalesce((SELECT max(seq) FROM news WHERE news.id = behind.id), ai_job.last_seq)
    FROM behind
    JOIN ai_job AS flight ON flight.id = behind.flight_id
    WHERE ai_job.id = behind.id AND ai_job.status IN ('queued', 'processing')
    RETURNING ai_job.id, ai_job.last_seq
),

event AS (
    INSERT INTO ai_job_event (job_id, seq, type, status, progress, message, data)
    SELECT id, seq, type, status, progress, message, data FROM news
),

step AS (
    INSERT INTO ai_job_step (job_id, name, ordinal, result, started_at, ended_at)
    SELECT behind.id, run.name, run.ordinal, run.result, run.started_at, run.ended_at
    FROM behind
    JOIN ai_job_step AS run ON run.job_id = behind.flight_id
    LEFT JOIN ai_job_step AS own ON own.job_id = behind.id AND own.name = run.name
    WHERE own.ended_at IS DISTINCT FROM run.ended_at
    ON CONFLICT (job_id, name) DO UPDATE SET
        ordinal = excluded.ordinal, result = excluded.result, started_at = excluded.started_at, ended_at = excluded.ended_at
),

attempt AS (
    INSERT INTO ai_job_attempt (
        job_id, run, attempt, worker_id, started_at, ended_at, outcome, error_code, error_message, traceback, next_run_at
    )
    SELECT
        behind.id, behind.runs + run.run, run.attempt, run.worker_id, run.started_at, run.ended_at, run.outcome,
        run.error_code, run.error_message, run.traceback, run.next_run_at
    FROM behind
    JOIN ai_job_attempt AS run ON run.job_id = behind.flight_id
    WHERE behind.ended
)

SELECT
    (SELECT count(*) FROM candidate),
    CASE WHEN count(*) > 0 THEN pg_notify('job_event', CASE WHEN count(*) > 150 THEN '*' ELSE string_agg(id || ':' || last_seq, ',') END) END
FROM job
