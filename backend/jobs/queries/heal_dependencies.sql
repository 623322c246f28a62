-- Jobs that wait for one that is not there any more (somebody deleted the row): it counts as cancelled. And for one that
-- has ended without a note of it, which no statement of ours does: the note is written now.
WITH open_one AS MATERIALIZED (
    SELECT ai_job_dependency.job_id, needs_id, needed.id IS NULL AS missing
    FROM ai_job_dependency
    LEFT JOIN ai_job AS needed ON needed.id = needs_id
    WHERE outcome IS NULL
        AND (needed.id IS NULL OR needed.completed_at < now() - interval '1 minute')
        AND NOT EXISTS (SELECT FROM ai_job_follow_up WHERE ai_job_follow_up.job_id = needs_id)
    LIMIT %(limit)s
),

noted AS (
    INSERT INTO ai_job_follow_up (job_id) SELECT DISTINCT needs_id FROM open_one WHERE NOT missing
    ON CONFLICT DO NOTHING
)

UPDATE ai_job_dependency SET outcome = 'cancelled'
FROM open_one
WHERE missing AND ai_job_dependency.job_id = open_one.job_id AND ai_job_dependency.needs_id = open_one.needs_id
RETURNING ai_job_dependency.job_id
