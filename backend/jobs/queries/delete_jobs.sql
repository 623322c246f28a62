-- Deletes the records of finished jobs (a trigger deletes what is theirs); those whose end still has to be dealt with stay.
WITH finished AS MATERIALIZED (
    SELECT id FROM ai_job
    WHERE id = ANY (%(ids)s::uuid[]) AND status IN ('completed', 'failed', 'cancelled')
        AND NOT EXISTS (SELECT FROM ai_job_follow_up WHERE job_id = ai_job.id)
    ORDER BY id
    FOR UPDATE
),

job AS (
    DELETE FROM ai_job WHERE id = ANY (ARRAY(SELECT id FROM finished)) RETURNING id
)

SELECT coalesce(array_agg(id), '{}') FROM job
