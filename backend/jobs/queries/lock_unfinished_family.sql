-- Of a group that has failed or was cancelled: itself, what in it has not completed, and what never ran because of that.
WITH RECURSIVE again AS (
    SELECT id FROM ai_job
    WHERE id = %(id)s AND status IN ('failed', 'cancelled')
        AND NOT EXISTS (SELECT FROM ai_job_follow_up WHERE job_id = ai_job.id) -- it has ended a moment ago
    UNION
    SELECT next.id
    FROM again
    CROSS JOIN LATERAL (
        SELECT child.id
        FROM ai_job AS parent
        JOIN ai_job_dependency ON ai_job_dependency.job_id = parent.id
        JOIN ai_job AS child ON child.id = needs_id
        WHERE parent.id = again.id AND parent.job_type = %(group_type)s AND child.status IN ('failed', 'cancelled')
        UNION ALL
        SELECT dependent.id
        FROM ai_job_dependency
        JOIN ai_job AS dependent ON dependent.id = ai_job_dependency.job_id
        WHERE needs_id = again.id AND dependent.status IN ('failed', 'cancelled') AND dependent.runs = 0
    ) AS next
)

SELECT id, job_type FROM ai_job
WHERE id = ANY (ARRAY(SELECT id FROM again)) AND status IN ('failed', 'cancelled')
ORDER BY id
FOR NO KEY UPDATE
