-- Of these ended jobs, the groups that did not end with their children (cancelled, expired): they count no more.
DELETE FROM ai_job_group WHERE job_id = ANY (%(ids)s) AND EXISTS (SELECT FROM ai_job WHERE id = job_id AND completed_at IS NOT NULL)
RETURNING job_id
