-- From now on the ends of these jobs are noted; those that have ended already are noted now. They must be locked.
-- A note that is there already is written again, so that nobody takes it before this transaction commits.
WITH live AS (
    UPDATE ai_job SET followed = true
    WHERE id = ANY (%(ids)s) AND completed_at IS NULL AND NOT followed
),

noted AS (
    INSERT INTO ai_job_follow_up (job_id)
    SELECT id FROM ai_job WHERE id = ANY (%(ids)s) AND completed_at IS NOT NULL
    ON CONFLICT (job_id) DO UPDATE SET noted_at = excluded.noted_at
    RETURNING job_id
)

SELECT pg_notify('job_later', '') FROM noted HAVING count(*) > 0
