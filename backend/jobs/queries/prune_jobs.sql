-- Deletes a batch of finished jobs that are older than their retention, with everything that is theirs.
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

event AS (
    DELETE FROM ai_job_event WHERE job_id = ANY (ARRAY(SELECT id FROM old))
),

attempt AS (
    DELETE FROM ai_job_attempt WHERE job_id = ANY (ARRAY(SELECT id FROM old))
),

step AS (
    DELETE FROM ai_job_step WHERE job_id = ANY (ARRAY(SELECT id FROM old))
),

dependency AS (
    DELETE FROM ai_job_dependency WHERE job_id = ANY (ARRAY(SELECT id FROM old))
),

open_group AS (
    DELETE FROM ai_job_group WHERE job_id = ANY (ARRAY(SELECT id FROM old))
),

job AS (
    DELETE FROM ai_job WHERE id = ANY (ARRAY(SELECT id FROM old)) RETURNING id
)

SELECT count(*) FROM job
