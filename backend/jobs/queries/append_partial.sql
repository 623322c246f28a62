-- Appends a partial result's event inside a handler's transaction.
WITH job AS (
    UPDATE ai_job SET
        progress = coalesce(%(progress)s, progress),
        progress_message = coalesce(%(message)s, progress_message),
        last_seq = last_seq + 1
    WHERE id = %(id)s AND status = 'processing' AND claim_token = %(token)s
    RETURNING id, last_seq, progress, progress_message
)

INSERT INTO ai_job_event (job_id, seq, type, status, progress, message, data)
SELECT id, last_seq, 'partial', 'processing', progress, progress_message, %(data)s::jsonb FROM job
RETURNING seq
