-- Stores progress of running jobs and says of each whether it was written, shall stop, or is lost.
-- A row that is locked (a handler's own transaction is open) is skipped, not waited for: it is neither written nor lost.
WITH report AS MATERIALIZED (
    SELECT * FROM unnest(%(ids)s::uuid[], %(tokens)s::uuid[], %(progresses)s::smallint[], %(messages)s::text[])
        AS report (id, token, progress, message)
),

held AS MATERIALIZED (
    SELECT report.*
    FROM report
    JOIN ai_job USING (id)
    WHERE ai_job.status = 'processing' AND ai_job.claim_token = report.token
    FOR NO KEY UPDATE OF ai_job SKIP LOCKED
),

job AS (
    -- A report may be older than the partial result that was written meanwhile: a bar never goes back.
    UPDATE ai_job SET
        progress = greatest(ai_job.progress, held.progress),
        progress_message = CASE WHEN held.progress >= ai_job.progress THEN held.message ELSE progress_message END,
        last_seq = last_seq + 1
    FROM held
    WHERE ai_job.id = held.id
    RETURNING ai_job.id, last_seq, ai_job.progress, progress_message, cancel_requested_at
),

event AS (
    INSERT INTO ai_job_event (job_id, seq, type, status, progress, message)
    SELECT id, last_seq, 'progress', 'processing', progress, progress_message FROM job
),

hint AS MATERIALIZED (
    SELECT CASE WHEN %(lead)s THEN pg_notify('job_event', CASE WHEN count(*) > 150 THEN '*' ELSE string_agg(id || ':' || last_seq, ',') END) END
    FROM job HAVING count(*) > 0
)

SELECT
    report.id,
    job.last_seq,
    job.cancel_requested_at IS NOT NULL AS cancelled,
    NOT EXISTS (
        SELECT FROM ai_job WHERE ai_job.id = report.id AND status = 'processing' AND claim_token = report.token
    ) AS lost,
    (SELECT count(*) FROM hint) AS hints
FROM report
LEFT JOIN job USING (id)
