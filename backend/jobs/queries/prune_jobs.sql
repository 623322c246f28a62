-- Deletes a batch of finished jobs that are older than their retention; a trigger deletes with them what is theirs.
WITH old AS MATERIALIZED (
    SELECT id FROM ai_job
    WHERE status IN ('completed', 'failed', 'cancelled')
        AND completed_at < now() - %(days)s * interval '1 day'
        AND (status <> 'failed' OR completed_at < now() - %(failed_days)s * interval '1 day')
        -- What follows from its end must be done first, or others would wait for it for ever.
        AND NOT EXISTS (SELECT FROM ai_job_follow_up WHERE job_id = ai_job.id)
    ORDER BY completed_at LIMIT %(limit)s
    FOR UPDATE SKIP LOCKED
),

job AS (
    DELETE FROM ai_job WHERE id = ANY (ARRAY(SELECT id FROM old)) RETURNING id
)

SELECT count(*) FROM job
