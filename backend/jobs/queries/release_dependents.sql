-- Lets jobs go whose needs have all ended as they should. The timekeeper makes them runnable.
WITH ready AS MATERIALIZED (
    SELECT id FROM ai_job
    WHERE id = ANY (%(ids)s) AND status = 'queued' AND blocked_on = 'jobs'
        AND NOT EXISTS (SELECT FROM ai_job_group WHERE job_id = ai_job.id)
        AND NOT EXISTS (SELECT FROM ai_job_dependency WHERE job_id = ai_job.id AND outcome IS NULL)
        AND NOT EXISTS (
            SELECT FROM ai_job_dependency
            WHERE job_id = ai_job.id AND outcome <> 'completed' AND on_failure = 'cancel'
        )
),

job AS (
    UPDATE ai_job SET blocked_on = NULL, run_at = greatest(run_at, now())
    WHERE id = ANY (ARRAY(SELECT id FROM ready)) AND status = 'queued' AND blocked_on = 'jobs'
    RETURNING queue
)

SELECT pg_notify('job_later', queue) FROM job GROUP BY queue
