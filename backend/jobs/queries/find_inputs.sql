-- How the jobs ended that a job needs, with their results, in order. A group stands for its children.
WITH need AS MATERIALIZED (
    SELECT needs_id, outcome, position, ai_job.job_type, ai_job.result_data
    FROM ai_job_dependency
    LEFT JOIN ai_job ON ai_job.id = needs_id
    WHERE job_id = %(id)s
),

input AS (
    SELECT position, 0 AS place, needs_id, outcome, job_type, result_data
    FROM need
    WHERE job_type IS DISTINCT FROM %(group_type)s
    UNION ALL
    SELECT need.position, child.position, child.needs_id, child.outcome, ai_job.job_type, ai_job.result_data
    FROM need
    JOIN ai_job_dependency AS child ON child.job_id = need.needs_id
    LEFT JOIN ai_job ON ai_job.id = child.needs_id
    WHERE need.job_type = %(group_type)s
)

SELECT needs_id, job_type, outcome, result_data FROM input ORDER BY position, place
