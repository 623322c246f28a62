-- Writes finished jobs: row, event, attempt and hint in one statement, if the claim still holds.
WITH done AS MATERIALIZED (
    SELECT * FROM unnest(%(ids)s::uuid[], %(tokens)s::uuid[], %(results)s::text[]) AS done (id, token, result)
),

job AS (
    UPDATE ai_job SET
        status = 'completed',
        result_data = done.result::jsonb,
        progress = 100,
        progress_message = CASE WHEN progress = 100 THEN progress_message END,
        error_code = NULL,
        error_message = NULL,
        cancel_requested_at = CASE WHEN hidden THEN cancel_requested_at END, -- given up: another flight may have its key
        claim_token = NULL,
        worker_id = NULL,
        lease_until = NULL,
        last_seq = last_seq + 1,
        completed_at = clock_timestamp()
    FROM done
    WHERE ai_job.id = done.id AND ai_job.status = 'processing' AND ai_job.claim_token = done.token
    RETURNING ai_job.id, last_seq, attempt, runs, started_at, progress_message
),

event AS (
    INSERT INTO ai_job_event (job_id, seq, type, status, progress, message)
    SELECT id, last_seq, 'completed', 'completed', 100, progress_message FROM job
),

attempt AS (
    INSERT INTO ai_job_attempt (job_id, run, attempt, worker_id, started_at, outcome)
    SELECT id, runs, attempt, %(worker_id)s, started_at, 'completed' FROM job
)

SELECT
    count(*),
    CASE WHEN NOT %(lead)s THEN array_agg(id) END AS ids,
    CASE WHEN NOT %(lead)s THEN array_agg(last_seq) END AS seqs,
    CASE WHEN %(lead)s AND count(*) > 0 THEN pg_notify('job_event', CASE WHEN count(*) > 150 THEN '*' ELSE string_agg(id || ':' || last_seq, ',') END) END AS hint
FROM job
